"""The file goes away, or another takes its place, while the relay runs."""

import shutil
import sqlite3
from pathlib import Path

from attrs import define, field

from src.adapters.stores.sqlite.database import NAME, Database
from src.adapters.stores.sqlite.journal import SqliteJournal
from src.adapters.stores.sqlite.schema import connect

from .books import Books, SetClock, hold, outcome, sqlite_ledger


def over(database: Database) -> Books:
    clock = SetClock()
    return Books(sqlite_ledger(database, clock), SqliteJournal(database), clock)


@define
class Heard:
    """How often it was said that the file is another."""

    times: list[int] = field(factory=list)

    def __call__(self) -> None:
        self.times.append(1)


async def test_a_file_that_is_deleted_is_made_anew_and_it_is_said(tmp_path: Path) -> None:
    """What comes after it is in the file that others open, and nobody has to start again."""
    heard = Heard()
    database = Database(tmp_path / NAME, moved=heard)
    books = over(database)
    await books.ledger.settle(hold("1"), outcome("1"))
    for part in ("", "-wal", "-shm"):
        (tmp_path / f"{NAME}{part}").unlink(missing_ok=True)

    await books.ledger.settle(hold("2"), outcome("2"))

    assert (None, 1) == (await books.journal.receipt("1", "team"), len(heard.times))
    others = sqlite3.connect(tmp_path / NAME)
    assert [("2",)] == others.execute("SELECT id FROM entries").fetchall()
    others.close()
    database.close()


async def test_a_copy_put_in_its_place_is_the_books_from_then_on(tmp_path: Path) -> None:
    """An operator restores a copy under a running relay."""
    database = Database(tmp_path / NAME)
    books = over(database)
    await books.ledger.settle(hold("1"), outcome("1"))
    database.close()
    shutil.copy(tmp_path / NAME, tmp_path / "copy")
    await books.ledger.settle(hold("2"), outcome("2"))
    for part in ("-wal", "-shm"):
        (tmp_path / f"{NAME}{part}").unlink(missing_ok=True)
    (tmp_path / "copy").replace(tmp_path / NAME)

    await books.ledger.settle(hold("3"), outcome("3"))

    found = [await books.journal.receipt(name, "team") is not None for name in ("1", "2", "3")]
    assert [True, False, True] == found
    database.close()


def test_a_power_cut_may_lose_the_last_commits_and_nothing_else(tmp_path: Path) -> None:
    """As ADR 0012 says: write-ahead log, synchronised at checkpoints."""
    connection = connect(tmp_path / NAME, 1.0)

    assert ("wal",) == connection.execute("PRAGMA journal_mode").fetchone()
    assert (1,) == connection.execute("PRAGMA synchronous").fetchone()
    connection.close()
