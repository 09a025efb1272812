"""Saved records as rows of the file."""

import sqlite3

from ....domain.catalogue import Snapshot
from ..records import Saved, keeping, reading

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


def counter(file: sqlite3.Connection) -> int:
    """How often anything was saved, by whomever."""
    row: tuple[int] | None = file.execute(
        "SELECT value FROM counters WHERE name = 'catalogue'"
    ).fetchone()
    return 0 if row is None else row[0]


def everything(file: sqlite3.Connection) -> list[Saved]:
    """In the order in which they were saved first."""
    return [Saved(*row) for row in file.execute(_ALL)]


def save(file: sqlite3.Connection, row: Saved, configured: Snapshot) -> int | None:
    """Compare and set, in the transaction of the writer: the version that was there before; None,
    and nothing is changed, where that cannot be read."""
    found = one(file, row.id)
    if found is None:
        if row.version == 1:
            put(file, row)
        return 0
    if reading(found, configured) is None:
        return None
    if found.version == row.version - 1:
        put(file, keeping(row, found))
    return found.version


def one(file: sqlite3.Connection, id: str) -> Saved | None:
    row = file.execute(_ONE, (id,)).fetchone()
    return None if row is None else Saved(*row)


def put(file: sqlite3.Connection, row: Saved) -> None:
    """Whatever was there before."""
    file.execute(_SAVE, row)
    file.execute(_COUNT)
