"""The books after all that: read from the file itself, against what callers got."""

import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from datetime import UTC
from pathlib import Path

from attrs import frozen

from src.adapters.stores.sqlite.database import NAME, Database
from src.adapters.stores.sqlite.journal import SqliteJournal
from src.domain.receipt import Receipt
from src.domain.usage import Heading, RequestQuery, Tally, rows
from tests.support.stores import booked

from .load import GAP, Trip

#: What a process that is killed may lose of a stream, in tokens: two seconds, and half a one for a
#: commit under load.
BOUND = round(2.5 / GAP)
#: So many may be lost with a request that nothing is known of: it died within its first commit.
FIRST_COMMIT = round(0.5 / GAP)


@frozen
class Loss:
    """One request that died: what its caller got, and what the books say."""

    trip: Trip
    recorded: int

    @property
    def tokens(self) -> int:
        return max(0, self.trip.delivered - self.recorded)


@asynccontextmanager
async def reading(folder: Path) -> AsyncIterator[SqliteJournal]:
    """The books, also while relays write them."""
    database = Database(folder / NAME)
    try:
        yield SqliteJournal(database)
    finally:
        await database.aclose()


async def receipts(journal: SqliteJournal) -> dict[str, Receipt]:
    """By their tags, which name the trip; nobody has two."""
    found = await journal.requests(RequestQuery(limit=100_000))
    by_tags = {receipt.tags: receipt for receipt in found}
    assert len(found) == len(by_tags)
    return by_tags


async def sums_are_of(journal: SqliteJournal, found: Sequence[Receipt]) -> Tally:
    """The sums are those of the receipts; what they come to."""
    expected: dict[Heading, Tally] = {}
    for receipt in found:
        for window, row in rows(receipt, UTC):
            if window == "hour":
                expected[row.heading] = expected.get(row.heading, Tally()) + row.tally
    sums = await booked(journal)
    assert expected == sums
    return sum(sums.values(), Tally())


def losses(trips: Sequence[Trip], found: dict[str, Receipt]) -> list[Loss]:
    """Of every request that died. Those that went well are in the books to the token."""
    died: list[Loss] = []
    for trip in trips:
        receipt = found.get(trip.tags)
        usage = receipt.usage if receipt else None
        recorded = usage.output_tokens if usage else 0
        if trip.whole and receipt is not None and receipt.ending == "completed":
            assert (trip.tokens, False) == (recorded, usage is not None and usage.estimated)
            continue
        if receipt is None:
            assert trip.delivered <= FIRST_COMMIT, trip
        else:
            assert receipt.ending == "lost", (trip, receipt)
            # What the relay had sent and the caller had not read is not worth much.
            assert recorded <= trip.delivered + FIRST_COMMIT, (trip, receipt)
        died.append(Loss(trip, recorded))
    return died


def intact(folder: Path) -> None:
    """SQLite finds nothing wrong with the file."""
    with closing(sqlite3.connect(folder / NAME)) as connection:
        assert [("ok",)] == connection.execute("PRAGMA integrity_check").fetchall()
