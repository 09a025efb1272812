"""Rows of the books as `airelay usage` shows them: as a table, and as JSON."""

from collections.abc import Iterator

from ...domain import histogram
from ...domain.pricing import NANO, usd
from ...domain.usage import Column, Row, Tally
from ...locales import say
from ..settings.paths import Json

_NUMBERS = (
    *("requests", "errors", "input", "output", "cached", "estimated", "usd", "unpriced"),
    *("p50", "p95", "first50", "first95"),
)


def record(row: Row, by: tuple[Column, ...]) -> dict[str, Json]:
    """A row for programs. Money is text, to the last digit."""
    kept: dict[str, Json] = {column: getattr(row.heading, column) for column in by}
    tally = row.tally
    return {
        "period": row.period,
        **kept,
        "requests": tally.requests,
        "errors": tally.errors,
        "input_tokens": tally.input_tokens,
        "output_tokens": tally.output_tokens,
        "cached_tokens": tally.cached_tokens,
        "cache_write_tokens": tally.cache_write_tokens,
        "reasoning_tokens": tally.reasoning_tokens,
        "estimated": tally.estimated,
        "cost_usd": usd(tally.cost),
        "unpriced": tally.unpriced,
        "latency_seconds": _percentiles(tally.latency),
        "first_event_seconds": _percentiles(tally.first_event),
    }


def table(rows: tuple[Row, ...], by: tuple[Column, ...]) -> Iterator[str]:
    """Lines with a heading, words to the left and numbers to the right."""
    lines = [("period", *by, *_NUMBERS), *(_cells(row, by) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    words = len(by) + 1
    for line in lines:
        cells = [
            cell.ljust(width) if place < words else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()


def note(rows: tuple[Row, ...], lang: str) -> Iterator[str]:
    """That the money is not all of it, if it is not."""
    if unpriced := sum(row.tally.unpriced for row in rows):
        yield say("books_unpriced", lang, count=unpriced)


def _cells(row: Row, by: tuple[Column, ...]) -> tuple[str, ...]:
    named = (str(getattr(row.heading, column)) or "-" for column in by)
    return (row.period, *named, *_numbers(row.tally))


def _numbers(tally: Tally) -> Iterator[str]:
    for number in (
        tally.requests,
        tally.errors,
        tally.input_tokens,
        tally.output_tokens,
        tally.cached_tokens,
        tally.estimated,
    ):
        yield f"{number:,}"
    yield f"{tally.cost / NANO:,.4f}"
    yield f"{tally.unpriced:,}"
    for times in (tally.latency, tally.first_event):
        for share in (0.5, 0.95):
            seconds = histogram.quantile(times, share)
            yield "-" if seconds is None else f"{seconds:.1f}"


def _percentiles(times: int) -> Json:
    """About so many seconds; nothing where nothing was timed."""
    if not any(histogram.counts(times)):
        return None
    return {f"p{share}": histogram.quantile(times, share / 100) for share in (50, 95)}
