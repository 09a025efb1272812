"""The journal on SQLite: reads, after whatever this process has written before."""

import sqlite3

from attrs import define

from ....domain import histogram
from ....domain.quota import Hold
from ....domain.receipt import Receipt
from ....domain.usage import Heading, RequestQuery, Row, Tally, UsageQuery
from . import words
from .database import Database

_OVER = "state IN ('settled', 'lost', 'corrected')"
_RECEIPT = f"SELECT outcome FROM entries WHERE id = ? AND client = ? AND {_OVER}"  # noqa: S608
_REQUESTS = f"""
    SELECT outcome FROM entries WHERE ended IS NOT NULL AND {_OVER}
        AND (?1 IS NULL OR client = ?1) ORDER BY ended DESC LIMIT ?2"""  # noqa: S608
_USAGE = """
    SELECT period, client, provider, model, status, requests, errors, input_tokens, output_tokens,
        cached_tokens, cache_write_tokens, reasoning_tokens, estimated, cost, unpriced, latency,
        first_event
    FROM sums WHERE kind = ? AND period >= ? AND period <= ?
        AND (requests OR errors OR input_tokens OR output_tokens OR cached_tokens
            OR cache_write_tokens OR reasoning_tokens OR estimated OR cost OR unpriced
            OR latency <> '0' OR first_event <> '0')
    ORDER BY period, client, provider, model, status"""


@define
class SqliteJournal:
    """The port `Journal`. What cannot be read is passed over."""

    database: Database

    async def receipt(self, request_id: str, client: str) -> Receipt | None:
        found = await self.database.read(lambda file: _receipts(file, _RECEIPT, request_id, client))
        return found[0] if found else None

    async def requests(self, query: RequestQuery) -> tuple[Receipt, ...]:
        limit = max(0, query.limit)  # a negative one would be none at all to SQLite
        return await self.database.read(
            lambda file: _receipts(file, _REQUESTS, query.client, limit)
        )

    async def usage(self, query: UsageQuery) -> tuple[Row, ...]:
        return await self.database.read(lambda file: _usage(file, query))

    async def holds(self) -> tuple[Hold, ...]:
        return await self.database.read(_holds)


def _receipts(
    file: sqlite3.Connection, statement: str, *values: str | int | None
) -> tuple[Receipt, ...]:
    ended = (words.outcome(data) for (data,) in file.execute(statement, values))
    return tuple(outcome.receipt for outcome in ended if outcome is not None)


def _usage(file: sqlite3.Connection, query: UsageQuery) -> tuple[Row, ...]:
    rows = file.execute(_USAGE, (query.window, query.since, query.until))
    return tuple(Row(row[0], Heading(*row[1:5]), _tally(*row[5:])) for row in rows)


def _tally(*values: int | str) -> Tally:
    *numbers, latency, first_event = values
    return Tally(*map(int, numbers), *map(histogram.read, (latency, first_event)))


def _holds(file: sqlite3.Connection) -> tuple[Hold, ...]:
    rows = file.execute("SELECT hold FROM entries WHERE state = 'open' ORDER BY id")
    return tuple(hold for (data,) in rows if (hold := words.hold(data)) is not None)
