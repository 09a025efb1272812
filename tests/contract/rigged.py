"""A file in trouble: connections as a full, read-only or watched disk would give them."""

import sqlite3
from pathlib import Path

from attrs import define, field

from src.adapters.stores.sqlite.database import NAME, Database
from src.adapters.stores.sqlite.schema import connect, prepare


@define(eq=False)
class Rigged:
    """Opens the file of a database, with the trouble of the day."""

    full: bool = False
    read_only: bool = False
    #: The statements that were carried out.
    said: list[str] = field(factory=list)

    def __call__(self, path: Path, patience: float) -> sqlite3.Connection:
        if self.read_only:
            uri = f"{path.as_uri()}?mode=ro"
            connection = sqlite3.connect(uri, uri=True, isolation_level=None)
            prepare(connection, patience)
            return connection
        connection = connect(path, patience)
        connection.set_trace_callback(self.said.append)
        if self.full:  # no page more than there are
            connection.execute("PRAGMA max_page_count = 1")
        return connection


def rigged(folder: Path, patience: float = 2.0) -> tuple[Database, Rigged]:
    rig = Rigged()
    return Database(folder / NAME, patience, rig), rig


def locking(path: Path) -> sqlite3.Connection:
    """Another program's connection, which keeps the file locked until it is closed."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    return other
