"""Saved records as rows: read one by one, so that a damaged one is missed alone."""

import sqlite3
from typing import NamedTuple
from zlib import crc32

import msgspec

from ....domain.catalogue import Provider, Snapshot
from ....domain.change import Change
from ..saved import RECORDS, check
from . import words
from .keyless import restored, stripped

#: How records are written; a row of a larger number is left alone.
SHAPE = 1
_COLUMNS = "id, shape, kind, name, version, record, left_out, checksum"
_ALL = f"SELECT {_COLUMNS} FROM records ORDER BY place"  # noqa: S608
_ONE = f"SELECT {_COLUMNS} FROM records WHERE id = ?"  # noqa: S608
_SAVE = f"""
    INSERT INTO records ({_COLUMNS}, place)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, (SELECT coalesce(max(place), 0) + 1 FROM records))
    ON CONFLICT (id) DO UPDATE SET shape = excluded.shape, version = excluded.version,
        record = excluded.record, left_out = excluded.left_out, checksum = excluded.checksum
"""  # noqa: S608
_COUNT = """
    INSERT INTO counters VALUES ('catalogue', 1) ON CONFLICT DO UPDATE SET value = value + 1"""


class Saved(NamedTuple):
    """A row of `records`. Whatever is in the file may be damaged: look at `reading` first."""

    id: str
    shape: int
    kind: str
    name: str
    version: int
    record: bytes | None
    left_out: bytes
    checksum: int


def counter(file: sqlite3.Connection) -> int:
    """How often anything was saved, by whomever."""
    row: tuple[int] | None = file.execute(
        "SELECT value FROM counters WHERE name = 'catalogue'"
    ).fetchone()
    return 0 if row is None else row[0]


def everything(file: sqlite3.Connection) -> list[Saved]:
    """In the order in which they were saved first."""
    return [Saved(*row) for row in file.execute(_ALL)]


def written(change: Change, version: int, configured: Snapshot) -> Saved:
    """The row of a change. Raises ValueError for what cannot be kept."""
    check(change)
    record, left_out = change.record, tuple[str, ...]()
    if isinstance(record, Provider):
        record, left_out = stripped(record, _configured(configured, record.name))
    text = None if record is None else words.text(record)
    return sealed(
        Saved(change.id, SHAPE, change.kind, change.name, version, text, words.text(left_out), 0)
    )


def sealed(row: Saved) -> Saved:
    """With its checksum: a flipped bit that still makes a record could send keys elsewhere."""
    return row._replace(checksum=crc32(repr(row[:-1]).encode("utf-8", "replace")))


def reading(row: Saved, configured: Snapshot) -> Change | None:
    """The change of a row, with the secrets of the configuration; None if it cannot be read."""
    kind = next((kind for kind in RECORDS if kind == row.kind), None)
    if kind is None or sealed(row) != row or row.shape > SHAPE:
        return None
    if row.record is None:
        return Change(kind, row.name, None)
    try:
        record = msgspec.json.decode(row.record, type=RECORDS[kind])
        if isinstance(record, Provider):
            left_out = msgspec.json.decode(row.left_out, type=tuple[str, ...])
            record = restored(record, left_out, _configured(configured, record.name))
        change = Change(kind, row.name, record)
        check(change)
    except (msgspec.MsgspecError, ValueError):
        return None
    return change


def save(file: sqlite3.Connection, row: Saved, configured: Snapshot) -> int | None:
    """Compare and set, in the transaction of the writer: the version that was there before; None,
    and nothing is changed, where that cannot be read."""
    found = file.execute(_ONE, (row.id,)).fetchone()
    if found is not None and reading(Saved(*found), configured) is None:
        return None
    version: int = 0 if found is None else Saved(*found).version
    if version == row.version - 1:
        file.execute(_SAVE, row)
        file.execute(_COUNT)
    return version


def _configured(snapshot: Snapshot, name: str) -> Provider | None:
    return next((provider for provider in snapshot.providers if provider.name == name), None)
