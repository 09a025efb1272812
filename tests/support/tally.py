"""Sums of requests and tokens alone, for tests that are not about money or time."""

from attrs import evolve

from src.domain.usage import Row, Tally


def tokens_alone(tally: Tally) -> Tally:
    return evolve(tally, cost=0, unpriced=0, latency=0, first_event=0)


def rows_of_tokens(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    return tuple(evolve(row, tally=tokens_alone(row.tally)) for row in rows)
