"""The books after all that, against what callers got."""

import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, closing
from datetime import UTC
from pathlib import Path

from attrs import define, field, frozen

from src.adapters.stores.redis.journal import RedisJournal
from src.adapters.stores.redis.layout import Keys
from src.adapters.stores.sqlite.database import NAME, Database
from src.adapters.stores.sqlite.journal import SqliteJournal
from src.domain.ports import Journal
from src.domain.receipt import Receipt
from src.domain.usage import RequestQuery, Row, Tally, UsageQuery, rows
from tests.support.carriers import over_tcp
from tests.support.clock import TurnedClock

from .load import LONG, Load, Trip

#: Two seconds of a stream, and half a one for a commit under load (tokens).
BOUND = round(2.5 / LONG.gap)
#: SQLite's: so many may be lost with a request that nothing is known of: it died within its first
#: commit.
FIRST_COMMIT = round(0.5 / LONG.gap)
#: Tokens that the relay had sent and the caller had not read, which is not worth much (seconds).
ON_THE_WAY = 0.5


@frozen
class Loss:
    """One request that died: what its caller got, and what the books say."""

    trip: Trip
    recorded: int

    @property
    def tokens(self) -> int:
        return max(0, self.trip.delivered - self.recorded)

    @property
    def seconds(self) -> float:
        return self.tokens * self.trip.kind.gap


@define
class Audit:
    """What became of each trip. `finished` are in the books to the token; of those that `left` the
    provider said how much it was, or the relay reckoned; the `refused` took nothing."""

    finished: list[Trip] = field(factory=list)
    counted: list[Trip] = field(factory=list)
    reckoned: list[tuple[Trip, int]] = field(factory=list)
    refused: list[Trip] = field(factory=list)
    died: list[Loss] = field(factory=list)


@asynccontextmanager
async def reading(folder: Path) -> AsyncIterator[SqliteJournal]:
    """The books of that folder, also while relays write them."""
    database = Database(folder / NAME)
    try:
        yield SqliteJournal(database)
    finally:
        await database.aclose()


@asynccontextmanager
async def reading_redis(url: str, namespace: str) -> AsyncIterator[RedisJournal]:
    """The books of that namespace, also while relays write them."""
    async with over_tcp(url, bound=60.0) as carrier:
        yield RedisJournal(carrier, Keys(namespace), TurnedClock())


async def gather(journal: Journal, found: dict[str, Receipt]) -> None:
    """Adds what is in the books now to what was found before, for they keep the newest alone. By
    tags, which name the trip: nobody has two."""
    receipts = await journal.requests(RequestQuery(limit=100_000))
    counted = Counter((receipt.tags, receipt.request_id) for receipt in receipts)
    twice = [name for name, count in counted.items() if count > 1]
    assert not twice, (len(twice), twice[:80])
    for receipt in receipts:
        assert found.setdefault(receipt.tags, receipt) == receipt


async def gauges(url: str, namespace: str, client: str) -> dict[str, tuple[int, int]]:
    """Of each limit of that client: what is used, and what is reserved."""
    async with over_tcp(url) as carrier:
        (record,) = await carrier.run(["HGET", Keys(namespace).books, f"g:client:{client}"])
    assert isinstance(record, bytes)
    found = [gauge.split(" ") for gauge in record.decode().split("|")[1:]]
    return {name: (int(used), int(held)) for name, _, used, held in found}


async def sums_are_of(journal: Journal, found: Iterable[Receipt]) -> Tally:
    """The sums are those of the receipts, by the hour and by the day; what they come to."""
    booked = [row for receipt in found for _, row in rows(receipt, UTC)]
    by_hour = _added(await journal.usage(UsageQuery("hour")))
    assert _added(booked) == by_hour | _added(await journal.usage(UsageQuery("day")))
    return sum(by_hour.values(), Tally())


def _added(some: Iterable[Row]) -> dict[tuple[object, ...], Tally]:
    sums: dict[tuple[object, ...], Tally] = {}
    for row in some:
        place = (row.period, row.heading)
        sums[place] = sums.get(place, Tally()) + row.tally
    return sums


def judged(
    load: Load, found: dict[str, Receipt], *, unknown: int = 0, drain: float = 30.0
) -> Audit:
    """Every trip against its receipt. `unknown`: tokens that may be lost with a request that the
    books know nothing of; `drain`: seconds that an answer is read on."""
    audit = Audit()
    for trip in load.trips:
        receipt = found.get(trip.tags)
        if receipt is None or receipt.ending == "lost":
            audit.died.append(_lost(load, trip, receipt, unknown))
        elif trip.status in (402, 429):
            assert ("denied", None) == (receipt.ending, receipt.usage), (trip, receipt)
            audit.refused.append(trip)
        else:
            _exact(audit, trip, receipt, drain)
            assert trip.finished or trip.left or load.killed(trip), (trip, receipt)
    return audit


def _lost(load: Load, trip: Trip, receipt: Receipt | None, unknown: int) -> Loss:
    """Nobody's request is lost but by a process that was killed."""
    assert load.killed(trip), (trip, receipt)
    recorded = receipt.usage.output_tokens if receipt and receipt.usage else 0
    if receipt is None:
        # Who was admitted without the store is not in the books before it is over.
        assert trip.degraded or trip.delivered <= unknown, trip
    if trip.kind.gap:
        assert recorded <= trip.delivered + ON_THE_WAY / trip.kind.gap, (trip, receipt)
    return Loss(trip, recorded)


def _exact(audit: Audit, trip: Trip, receipt: Receipt, drain: float) -> None:
    """The provider's figure is the caller's. Of one who left it is what the provider says that it
    delivered; or the relay's own count, marked so, of what had come until it stopped reading."""
    usage = receipt.usage
    recorded = usage.output_tokens if usage else 0
    if usage is not None and not usage.estimated:
        assert trip.left or receipt.ending == "completed", (trip, receipt)
        assert trip.tokens == recorded, (trip, receipt)
        assert trip.left or not trip.whole or trip.delivered == recorded, (trip, receipt)
        (audit.counted if trip.left else audit.finished).append(trip)
        return
    assert trip.left, (trip, receipt)
    assert receipt.ending == "client_gone", (trip, receipt)
    most = trip.delivered + (drain + ON_THE_WAY) / trip.kind.gap
    assert trip.delivered <= recorded <= min(most, trip.tokens), (trip, receipt)
    audit.reckoned.append((trip, recorded))


def intact(folder: Path) -> None:
    """SQLite finds nothing wrong with the file."""
    with closing(sqlite3.connect(folder / NAME)) as connection:
        assert [("ok",)] == connection.execute("PRAGMA integrity_check").fetchall()
