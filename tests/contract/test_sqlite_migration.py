"""A file of an earlier relay is brought to the newest version, with all that is in it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from attrs import evolve

from src.adapters.stores.sqlite.database import NAME, Database
from src.adapters.stores.sqlite.journal import SqliteJournal
from src.adapters.stores.sqlite.schema import APPLICATION, MIGRATIONS
from src.domain import histogram
from src.domain.quota import Outcome
from src.domain.usage import Heading, RequestQuery, Row, Tally, UsageQuery

from .books import SetClock, hold, outcome, sqlite_ledger

#: Version 1, as it was released.
FIRST = """
    CREATE TABLE entries (
        id TEXT PRIMARY KEY, state TEXT NOT NULL, until REAL NOT NULL, ended INTEGER,
        client TEXT NOT NULL, hold BLOB NOT NULL, outcome BLOB);
    CREATE INDEX entries_until ON entries (state, until, id) WHERE state = 'open';
    CREATE UNIQUE INDEX entries_ended ON entries (ended) WHERE ended IS NOT NULL;
    CREATE TABLE sums (
        kind TEXT NOT NULL, period TEXT NOT NULL, client TEXT NOT NULL, provider TEXT NOT NULL,
        model TEXT NOT NULL, status INTEGER NOT NULL, requests INTEGER NOT NULL,
        errors INTEGER NOT NULL, input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,
        cached_tokens INTEGER NOT NULL, cache_write_tokens INTEGER NOT NULL,
        reasoning_tokens INTEGER NOT NULL,
        estimated INTEGER NOT NULL,
        PRIMARY KEY (kind, period, client, provider, model, status)) WITHOUT ROWID;
    CREATE TABLE claims (
        place INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, body TEXT NOT NULL,
        until REAL NOT NULL, request TEXT NOT NULL, receipt BLOB, content_type TEXT,
        answer BLOB);
    CREATE INDEX claims_answered ON claims (place) WHERE answer IS NOT NULL;
    CREATE TABLE records (
        id TEXT PRIMARY KEY, place INTEGER NOT NULL, shape INTEGER NOT NULL, kind TEXT NOT NULL,
        name TEXT NOT NULL, version INTEGER NOT NULL, record BLOB, left_out BLOB NOT NULL,
        checksum INTEGER NOT NULL);
    CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
    CREATE TABLE leases (name TEXT PRIMARY KEY, token INTEGER NOT NULL, until REAL NOT NULL);
"""
RECEIPT = """{"receipt": {"request_id": "old", "at": 1763824620.0, "client": "team",
    "endpoint": "chat.completions", "model": "m", "stream": true, "ending": "completed",
    "status": 200, "usage": {"input_tokens": 3, "output_tokens": 4},
    "attempts": [{"provider": "p", "model": "m-1", "key": "k", "outcome": "served"}]}}"""
#: Kind, period, heading, and eight sums: answers, errors that used nothing, an abandoned attempt.
SUMS = (
    ("day", "2025-11-22", "team", "p", "m-1", 200, 2, 0, 30, 40, 5, 6, 7, 1),
    ("day", "2025-11-22", "team", "p", "m-1", 502, 9, 9, 0, 0, 0, 0, 0, 0),
    ("day", "2025-11-22", "team", "q", "m-2", 0, 0, 0, 3, 4, 0, 0, 0, 0),
)


def first(folder: Path) -> Path:
    """A file of version 1, with something in it."""
    path = folder / NAME
    with closing(sqlite3.connect(path)) as file:
        file.executescript(FIRST)
        file.execute(f"PRAGMA application_id = {APPLICATION}")
        file.execute("PRAGMA user_version = 1")
        file.execute(
            "INSERT INTO entries VALUES ('old', 'settled', 0, 1, 'team', '{}', ?)", (RECEIPT,)
        )
        marks = ", ".join("?" * len(SUMS[0]))
        file.executemany(f"INSERT INTO sums VALUES ({marks})", SUMS)
        file.commit()
    return path


async def test_sums_of_before_are_kept_and_have_no_price(tmp_path: Path) -> None:
    """Nobody takes their nothing for what they cost; what used nothing lacks nothing."""
    database = Database(first(tmp_path))
    answers, errors, abandoned = await SqliteJournal(database).usage(UsageQuery())

    assert (
        Row(
            "2025-11-22",
            Heading("team", "p", "m-1", 200),
            Tally(2, 0, 30, 40, 5, 6, 7, 1, unpriced=2),
        )
        == answers
    )
    assert Tally(9, 9) == errors.tally
    assert Tally(input_tokens=3, output_tokens=4, unpriced=1) == abandoned.tally
    database.close()


async def test_what_comes_after_is_added_to_what_was_before(tmp_path: Path) -> None:
    """In the same rows; and the receipts of before can be read."""
    database, clock = Database(first(tmp_path)), SetClock()
    ledger, journal = sqlite_ledger(database, clock), SqliteJournal(database)
    priced = evolve(outcome("new").receipt, cost=17, seconds=0.15)
    await ledger.settle(hold("new"), Outcome(priced))

    row = (await journal.usage(UsageQuery()))[0]
    assert (3, 47, 17, 2) == (
        row.tally.requests,
        row.tally.output_tokens,
        row.tally.cost,
        row.tally.unpriced,
    )
    assert histogram.once(0.15) == row.tally.latency
    new, old = await journal.requests(RequestQuery())
    assert (17, None, 4) == (new.cost, old.cost, old.usage and old.usage.output_tokens)
    database.close()


async def test_a_file_is_migrated_once(tmp_path: Path) -> None:
    """Then it has the newest version, and the same tables and columns as a new one."""
    old, new = Database(first(tmp_path)), Database(tmp_path / "new.sqlite3")
    for _ in range(2):
        found = [await SqliteJournal(each).usage(UsageQuery()) for each in (old, new)]
        assert [3, 0] == [len(rows) for rows in found]
        for each in (old, new):
            each.close()
    with closing(sqlite3.connect(old.path)) as one, closing(sqlite3.connect(new.path)) as two:
        assert (len(MIGRATIONS),) == one.execute("PRAGMA user_version").fetchone()
        columns = "SELECT name, type, dflt_value FROM pragma_table_info('sums')"
        assert two.execute(columns).fetchall() == one.execute(columns).fetchall()
