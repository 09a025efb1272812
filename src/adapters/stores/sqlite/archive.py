"""The content of the file, taken out and put in."""

import sqlite3

from attrs import astuple, define

from ....domain.receipt import Receipt
from ..archive import Sum, incoming, settled
from ..records import Saved
from . import words
from .database import Database
from .pages import values
from .records import everything, one, put

_COLUMNS = """kind, period, client, provider, model, status, requests, errors, input_tokens,
    output_tokens, cached_tokens, cache_write_tokens, reasoning_tokens, estimated, cost, unpriced,
    latency, first_event"""
_SUM = f"INTO sums ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
#: Older than all that are there.
_RECEIPT = """
    INSERT INTO entries (id, state, until, client, hold, outcome, ended)
    VALUES (?, ?, ?, ?, ?, ?, (SELECT coalesce(min(ended), 1) - 1 FROM entries
        WHERE ended IS NOT NULL))
    ON CONFLICT (id) """
_REPLACED = """DO UPDATE SET state = excluded.state, client = excluded.client, hold = excluded.hold,
    outcome = excluded.outcome WHERE entries.state <> 'open'"""


@define
class SqliteArchive:
    """The protocol `Archive`. Each call is one transaction."""

    database: Database

    async def records(self) -> list[Saved]:
        return await self.database.read(everything)

    async def put_records(self, rows: list[Saved], *, replace: bool) -> int:
        def verb(file: sqlite3.Connection) -> int:
            news = (incoming(row, one(file, row.id), replace=replace) for row in rows)
            written = [row for row in news if row is not None]
            for row in written:
                put(file, row)
            return len(written)

        return await self.database.write(verb)

    async def put_sums(self, sums: list[Sum], *, replace: bool) -> int:
        statement = f"INSERT OR {'REPLACE' if replace else 'IGNORE'} {_SUM}"
        told = [
            (s.window, s.row.period, *astuple(s.row.heading), *values(s.row.tally)) for s in sums
        ]
        return await self.database.write(lambda file: _executed(file, statement, told))

    async def put_receipts(self, receipts: list[Receipt], *, replace: bool) -> int:
        statement = _RECEIPT + (_REPLACED if replace else "DO NOTHING")
        told = [_entry(receipt) for receipt in receipts]
        return await self.database.write(lambda file: _executed(file, statement, told))


def _executed(file: sqlite3.Connection, statement: str, told: list[tuple[object, ...]]) -> int:
    return sum(file.execute(statement, one).rowcount for one in told)


def _entry(receipt: Receipt) -> tuple[object, ...]:
    entry = settled(receipt)
    values = words.text(entry.hold), words.text(entry.outcome)
    return (receipt.request_id, entry.state, receipt.at, receipt.client, *values)
