"""The file: made, recognised, brought to the newest version, and opened."""

import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from ....domain import histogram
from .trouble import Foreign, locked

Connect = Callable[[Path, float], sqlite3.Connection]

#: "RELY", in the header of the file (https://www.sqlite.org/pragma.html#pragma_application_id).
APPLICATION = 0x52454C59

_FIRST = (
    """CREATE TABLE entries (
        id TEXT PRIMARY KEY, state TEXT NOT NULL, until REAL NOT NULL, ended INTEGER,
        client TEXT NOT NULL, hold BLOB NOT NULL, outcome BLOB)""",
    "CREATE INDEX entries_until ON entries (state, until, id) WHERE state = 'open'",
    "CREATE UNIQUE INDEX entries_ended ON entries (ended) WHERE ended IS NOT NULL",
    """CREATE TABLE sums (
        kind TEXT NOT NULL, period TEXT NOT NULL, client TEXT NOT NULL, provider TEXT NOT NULL,
        model TEXT NOT NULL, status INTEGER NOT NULL, requests INTEGER NOT NULL,
        errors INTEGER NOT NULL, input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,
        cached_tokens INTEGER NOT NULL, cache_write_tokens INTEGER NOT NULL,
        reasoning_tokens INTEGER NOT NULL,
        estimated INTEGER NOT NULL,
        PRIMARY KEY (kind, period, client, provider, model, status)) WITHOUT ROWID""",
    """CREATE TABLE claims (
        place INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, body TEXT NOT NULL,
        until REAL NOT NULL, request TEXT NOT NULL, receipt BLOB, content_type TEXT,
        answer BLOB)""",
    "CREATE INDEX claims_answered ON claims (place) WHERE answer IS NOT NULL",
    """CREATE TABLE records (
        id TEXT PRIMARY KEY, place INTEGER NOT NULL, shape INTEGER NOT NULL, kind TEXT NOT NULL,
        name TEXT NOT NULL, version INTEGER NOT NULL, record BLOB, left_out BLOB NOT NULL,
        checksum INTEGER NOT NULL)""",
    "CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL)",
    "CREATE TABLE leases (name TEXT PRIMARY KEY, token INTEGER NOT NULL, until REAL NOT NULL)",
)
#: What it cost, and how long it took. Histograms are text: they are longer than 63 bits. Tokens of
#: before had no price; how many abandoned attempts a row holds is not known, but there are some.
_COSTS = (
    "ALTER TABLE sums ADD COLUMN cost INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE sums ADD COLUMN unpriced INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE sums ADD COLUMN latency TEXT NOT NULL DEFAULT '0'",
    "ALTER TABLE sums ADD COLUMN first_event TEXT NOT NULL DEFAULT '0'",
    "UPDATE sums SET unpriced = max(requests, 1) WHERE input_tokens OR output_tokens",
)
_LIMITS = ("CREATE TABLE gauges (subject TEXT PRIMARY KEY, record TEXT NOT NULL) WITHOUT ROWID",)
#: Outcomes that came late: nobody books them again, however late.
_LATE = ("CREATE TABLE late (id TEXT PRIMARY KEY, at REAL NOT NULL) WITHOUT ROWID",)
#: One tuple of statements for each version; what is released is never edited, only followed.
MIGRATIONS: tuple[tuple[str, ...], ...] = (_FIRST, _COSTS, _LIMITS, _LATE)

#: A power cut may take the last commits, a killed process none (sqlite.org/pragma.html, NORMAL).
_SETTINGS = (
    "PRAGMA synchronous = NORMAL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
    # After a burst the log shrinks again.
    "PRAGMA journal_size_limit = 16777216",
)


def connect(path: Path, patience: float) -> sqlite3.Connection:
    """A connection to the file, made if it is missing: readable by its owner alone, as its log
    then is, too. Waits `patience` seconds for other processes' locks. Raises sqlite3.Error,
    OSError, or Foreign for a file that is not ours or too new, which is left as it is."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=patience, isolation_level=None
    )
    try:
        prepare(connection, patience)
    except BaseException:
        connection.close()
        raise
    return connection


def prepare(connection: sqlite3.Connection, patience: float) -> None:
    """Checks whose file it is, brings it to the newest version, and sets it up."""
    if _version(connection) < len(MIGRATIONS):
        connection.execute("BEGIN IMMEDIATE")
        _migrate(connection, _version(connection))
        connection.execute("COMMIT")
    _log_ahead(connection, time.monotonic() + patience)
    for statement in _SETTINGS:
        connection.execute(statement)
    connection.create_function("merged", 2, _merged, deterministic=True)
    # A damaged name must not hide what stands beside it.
    connection.text_factory = lambda data: data.decode("utf-8", "replace")


def _version(connection: sqlite3.Connection) -> int:
    """The version of a file of ours, 0 for an empty one. Raises Foreign."""
    application = _number(connection, "PRAGMA application_id")
    version = _number(connection, "PRAGMA user_version")
    empty = not _number(connection, "SELECT count(*) FROM sqlite_master")
    if application != APPLICATION and not (empty and application == version == 0):
        raise Foreign("is a database of another program; give the relay a folder of its own")
    if version > len(MIGRATIONS):
        raise Foreign(
            f"was written by a newer relay (version {version}, this one knows"
            f" {len(MIGRATIONS)}); run that one, or move the file away"
        )
    return version


def _migrate(connection: sqlite3.Connection, version: int) -> None:
    for statements in MIGRATIONS[version:]:
        for statement in statements:
            connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def _merged(one: object, other: object) -> str:
    """Two histograms as one, for SQL."""
    return histogram.text(histogram.read(one) + histogram.read(other))


def _log_ahead(connection: sqlite3.Connection, until: float) -> None:
    """Write-ahead logging, which stays with the file. Where two processes make it at once, one of
    them finds it locked, and SQLite does not wait here by itself."""
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if not locked(error) or time.monotonic() > until:
                raise
            time.sleep(0.01)


def _number(connection: sqlite3.Connection, question: str) -> int:
    (answer,) = connection.execute(question).fetchone()
    return int(answer)
