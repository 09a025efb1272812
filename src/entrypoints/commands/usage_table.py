"""Rows of the books as `airelay usage` shows them: as a table, as JSON, and as CSV."""

import csv
from collections.abc import Iterator
from io import StringIO

from ...domain import histogram
from ...domain.pricing import NANO, usd
from ...domain.usage import Column, Heading, Row, Tally
from ...locales import say
from ..settings.paths import Json

_NUMBERS = (
    *("requests", "errors", "input", "output", "cached", "estimated", "usd", "unpriced"),
    *("p50", "p95", "first50", "first95"),
)
_TIMES, _SHARES = ("latency_seconds", "first_event_seconds"), ("p50", "p95")
_FORMULAS = tuple("=+-@\t\r")


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


def csv_lines(rows: tuple[Row, ...], by: tuple[Column, ...]) -> Iterator[str]:
    """With a heading, in the columns and the digits of the JSON."""
    empty = Row("", Heading("", "", "", 0), Tally())
    yield _csv(list(_flat(record(empty, by))))
    for row in rows:
        yield _csv([_cell(value) for value in _flat(record(row, by)).values()])


def note(rows: tuple[Row, ...], lang: str) -> Iterator[str]:
    """That the money is not all of it, if it is not."""
    if unpriced := sum(row.tally.unpriced for row in rows):
        yield say("books_unpriced", lang, count=unpriced)


def _flat(found: dict[str, Json]) -> dict[str, Json]:
    times: dict[str, Json] = {f"{name}_{share}": None for name in _TIMES for share in _SHARES}
    plain = {name: value for name, value in found.items() if name not in _TIMES}
    for name in _TIMES:
        told = found[name]
        if isinstance(told, dict):
            times |= {f"{name}_{share}": value for share, value in told.items()}
    return plain | times


def _csv(cells: list[str]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="").writerow(cells)
    return text.getvalue()


def _cell(value: Json) -> str:
    """Names are callers' words: a spreadsheet must not take one for a formula
    (https://owasp.org/www-community/attacks/CSV_Injection)."""
    shown = "" if value is None else str(value)
    return f"'{shown}" if isinstance(value, str) and shown[:1] in _FORMULAS else shown


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
