"""What was used, added up: by hour and day, client, provider, model and status.

A receipt is a handful of entries; booking it adds them, correcting it takes the old ones away. All
stores add up the same entries, so that they cannot come to different sums.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from operator import neg
from typing import Literal

from attrs import astuple, evolve, frozen

from . import histogram
from .receipt import AttemptRecord, Receipt, Usage

Window = Literal["hour", "day"]
Column = Literal["client", "provider", "model", "status"]

#: The endpoint that only counts tokens.
COUNTS = "messages.count_tokens"
_NOTHING = Usage()


@frozen
class Heading:
    """Under what it is added up. `status`: what the caller got; 0 where it got nothing: attempts
    that were abandoned and paid for all the same, and requests whose process died early."""

    client: str
    provider: str
    model: str
    status: int


@frozen(slots=False)  # every settled request adds a few: without slots they are made faster
class Tally:
    """Sums. `estimated`: of how many requests or attempts the tokens are the relay's estimate;
    `unpriced`: how many of them used tokens whose price is not known, and stand in `cost`
    (nano-USD) with nothing. `latency`, `first_event`: histograms, of whole answers and of streams
    as they began."""

    requests: int = 0
    errors: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0
    estimated: int = 0
    cost: int = 0
    unpriced: int = 0
    latency: int = 0
    first_event: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        # Written out: every settled request pays for it, and a loop takes half as long again.
        return Tally(
            self.requests + other.requests,
            self.errors + other.errors,
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cached_tokens + other.cached_tokens,
            self.cache_write_tokens + other.cache_write_tokens,
            self.reasoning_tokens + other.reasoning_tokens,
            self.estimated + other.estimated,
            self.cost + other.cost,
            self.unpriced + other.unpriced,
            self.latency + other.latency,
            self.first_event + other.first_event,
        )

    def __neg__(self) -> "Tally":
        return Tally(*map(neg, astuple(self)))


@frozen
class Row:
    """One line of the books. `period`: `2026-11-22T20Z`, or `2026-11-22` in the deployment's own
    time zone."""

    period: str
    heading: Heading
    tally: Tally


@frozen
class UsageQuery:
    """Rows of one kind with `since <= period <= until`, compared as text."""

    window: Window = "day"
    since: str = ""
    until: str = "~"


@frozen
class RequestQuery:
    """The newest receipts first, `limit` at most; of one client if it is named."""

    limit: int = 100
    client: str | None = None


@lru_cache(maxsize=64)  # the same hour and day, over and over
def _periods(hour: int, minute: int, zone: tzinfo) -> tuple[tuple[Window, str], ...]:
    named = datetime.fromtimestamp(hour * 3600, UTC).strftime("%Y-%m-%dT%HZ")
    # No zone's day begins within a minute.
    day = datetime.fromtimestamp(minute * 60, zone).date().isoformat()
    return ("hour", named), ("day", day)


def periods(at: float, zone: tzinfo) -> tuple[tuple[Window, str], ...]:
    """The hour and the day of a Unix instant. Hours are UTC: local ones are not all an hour long,
    nor are their names unique when clocks are set back."""
    return _periods(int(at // 3600), int(at // 60), zone)


def since(now: datetime, window: Window, last: int, zone: tzinfo) -> str:
    """The first of the `last` periods up to now, by its name."""
    if window == "day":
        return (now.astimezone(zone).date() - timedelta(days=last - 1)).isoformat()
    return (now.astimezone(UTC) - timedelta(hours=last - 1)).strftime("%Y-%m-%dT%HZ")


def grouped(found: Iterable[Row], by: tuple[Column, ...]) -> tuple[Row, ...]:
    """The rows added up: only these columns are told apart, the others are left empty."""
    sums: dict[tuple[str, Heading], Tally] = {}
    for row in found:
        kept = {column: getattr(row.heading, column) for column in by}
        heading = evolve(Heading("", "", "", 0), **kept)
        place = (row.period, heading)
        sums[place] = sums.get(place, Tally()) + row.tally
    ordered = sorted(sums.items(), key=lambda item: (item[0][0], astuple(item[0][1])))
    return tuple(Row(period, heading, tally) for (period, heading), tally in ordered)


def rows(receipt: Receipt, zone: tzinfo) -> tuple[tuple[Window, Row], ...]:
    """What a receipt adds to the books: in the windows of its arrival, whenever it ended."""
    return tuple(
        (window, Row(period, heading, tally))
        for heading, tally in _entries(receipt)
        for window, period in periods(receipt.at, zone)
    )


def _entries(receipt: Receipt) -> Iterator[tuple[Heading, Tally]]:
    """The request under what answered it, or was asked last; then each abandoned attempt."""
    last = receipt.served_by or (receipt.attempts[-1] if receipt.attempts else None)
    provider, model = (last.provider, last.model) if last else ("", receipt.model)
    heading = Heading(receipt.client, provider, model, receipt.status)
    error = receipt.ending not in ("completed", "client_gone")
    yield heading, _tally(receipt.usage, receipt.cost, 1, int(error), *_times(receipt))
    for attempt in abandoned(receipt):
        yield (
            Heading(receipt.client, attempt.provider, attempt.model, 0),
            _tally(attempt.usage, attempt.cost),
        )


def _times(receipt: Receipt) -> tuple[int, int]:
    """Histograms of the whole answer and of its beginning. Errors, repeats and counts of tokens
    come sooner than any answer; who leaves does not see its end; a whole answer has no beginning.
    """
    counted = receipt.endpoint == COUNTS
    if receipt.ending != "completed" or receipt.served_by is None or counted:
        return 0, 0
    first = receipt.first_event_seconds if receipt.stream else None
    return histogram.once(receipt.seconds), 0 if first is None else histogram.once(first)


def abandoned(receipt: Receipt) -> tuple[AttemptRecord, ...]:
    """Attempts that were paid for and whose answer nobody got. The last one is the request's own
    where its usage is the receipt's."""
    paid = [attempt for attempt in receipt.attempts if attempt.usage is not None]
    if receipt.usage is not None and paid and paid[-1] is receipt.attempts[-1]:
        paid.pop()
    return tuple(paid)


def _tally(
    usage: Usage | None,
    cost: int | None,
    requests: int = 0,
    errors: int = 0,
    latency: int = 0,
    first_event: int = 0,
) -> Tally:
    used = usage or _NOTHING
    return Tally(
        requests=requests,
        errors=errors,
        input_tokens=used.input_tokens,
        output_tokens=used.output_tokens,
        cached_tokens=used.cached_tokens,
        cache_write_tokens=used.cache_write_tokens,
        reasoning_tokens=used.reasoning_tokens,
        estimated=int(used.estimated),
        cost=cost or 0,
        unpriced=int(cost is None and (used.input_tokens or used.output_tokens) > 0),
        latency=latency,
        first_event=first_event,
    )
