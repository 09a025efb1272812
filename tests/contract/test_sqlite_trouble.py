"""What the books do when the file cannot be written: say so, go on reading, and recover alone."""

import sqlite3
from pathlib import Path

import pytest
from attrs import evolve

from src.adapters.stores.sqlite.database import NAME, Database
from src.adapters.stores.sqlite.journal import SqliteJournal
from src.adapters.stores.sqlite.schema import MIGRATIONS
from src.domain.errors import StoreUnavailable
from src.domain.quota import Outcome
from src.domain.usage import RequestQuery

from .books import Books, Heard, SetClock, opened, outcome, sqlite_ledger
from .books import unlimited as hold
from .rigged import locking, rigged


def over(database: Database) -> Books:
    clock = SetClock()
    ledger = sqlite_ledger(database, clock)
    return Books(ledger, SqliteJournal(database), clock)


def large(name: str) -> Outcome:
    return Outcome(evolve(opened(name), error="x" * 20_000))


async def degraded(books: Books, name: str) -> bool:
    return (await books.ledger.admit(hold(name))).degraded


async def recovered(books: Books) -> None:
    """Writes work again, without a restart, and verdicts say so."""
    await books.ledger.settle(hold("after"), outcome("after"))

    assert not await degraded(books, "fine")
    assert 7 == await books.charged("after")


async def test_a_full_disk(tmp_path: Path) -> None:
    """Verbs raise and say what to do, admissions are degraded, what was written is read."""
    database, rig = rigged(tmp_path)
    books = over(database)
    await books.ledger.settle(hold("before"), outcome("before"))
    database.close()
    rig.full = True

    with pytest.raises(StoreUnavailable, match="the disk is full: make room"):
        await books.ledger.settle(hold("1"), large("1"))
    assert await degraded(books, "2")
    assert 7 == await books.charged("before")
    assert await books.journal.receipt("1", "team") is None

    rig.full = False
    await recovered(books)
    assert 14 == (await books.total()).output_tokens
    database.close()


async def test_a_read_only_file(tmp_path: Path) -> None:
    """As on a disk that was remounted."""
    database, rig = rigged(tmp_path)
    books = over(database)
    await books.ledger.settle(hold("before"), outcome("before"))
    database.close()
    rig.read_only = True

    with pytest.raises(StoreUnavailable, match="let the relay's user write the file"):
        await books.ledger.settle(hold("1"), outcome("1"))
    assert await degraded(books, "2")
    assert 7 == await books.charged("before")

    rig.read_only = False
    await recovered(books)
    database.close()


async def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """A file stands where it should be; once it is gone, the folder is made."""
    place = tmp_path / "data"
    place.write_text("in the way")
    database = Database(place / NAME)
    books = over(database)

    with pytest.raises(StoreUnavailable, match="RELAY_DATA_DIR must be a folder"):
        await books.ledger.settle(hold("1"), outcome("1"))
    with pytest.raises(StoreUnavailable, match="RELAY_DATA_DIR"):
        await books.journal.requests(RequestQuery())
    assert await degraded(books, "2")

    place.unlink()
    await recovered(books)
    database.close()


async def test_a_locked_file(tmp_path: Path) -> None:
    """Another program writes and does not end: after the patience is over, it is named."""
    database, _ = rigged(tmp_path, patience=0.02)
    books = over(database)
    await books.ledger.settle(hold("before"), outcome("before"))
    other = locking(database.path)

    with pytest.raises(StoreUnavailable, match="another program keeps it locked"):
        await books.ledger.settle(hold("1"), outcome("1"))
    assert await degraded(books, "2")
    assert 7 == await books.charged("before")

    other.close()
    await recovered(books)
    database.close()


@pytest.mark.parametrize("data", [b"\xff" * 9000, b"SQLite format 3\x00" + b"\xff" * 9000])
async def test_a_file_that_is_no_database(tmp_path: Path, data: bytes) -> None:
    """It is left as it is."""
    path = tmp_path / NAME
    path.write_bytes(data)
    database = Database(path)
    books = over(database)

    with pytest.raises(StoreUnavailable, match="move it away together with its -wal"):
        await books.ledger.settle(hold("1"), outcome("1"))
    assert data == path.read_bytes()

    path.unlink()
    await recovered(books)
    database.close()


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("CREATE TABLE theirs (x)", "another program"),
        ("PRAGMA application_id = 7", "another program"),
        ("PRAGMA user_version = 1", "another program"),
    ],
)
async def test_another_programs_database(tmp_path: Path, statement: str, told: str) -> None:
    """Not a byte of it is changed."""
    path = tmp_path / NAME
    other = sqlite3.connect(path)
    other.execute(statement)
    other.close()

    await refused(path, told)


async def test_a_file_of_a_newer_relay(tmp_path: Path) -> None:
    """An older one cannot know what it may write."""
    database, _ = rigged(tmp_path)
    await over(database).ledger.settle(hold("1"), outcome("1"))
    database.close()
    newer = sqlite3.connect(database.path)
    newer.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    newer.close()

    await refused(database.path, "written by a newer relay")


async def refused(path: Path, told: str) -> None:
    before, database = content(path), Database(path)
    books = over(database)

    with pytest.raises(StoreUnavailable, match=told):
        await books.ledger.settle(hold("1"), outcome("1"))
    with pytest.raises(StoreUnavailable, match=told):
        await books.journal.holds()
    database.close()
    assert before == content(path)


def content(path: Path) -> bytes:
    return path.read_bytes()


async def test_what_nobody_waits_for_is_reported(tmp_path: Path) -> None:
    """An admission that could not be written behind, and only that one."""
    database, rig = rigged(tmp_path)
    heard = Heard()
    ledger = evolve(sqlite_ledger(database, SetClock()), observer=heard)
    await ledger.admit(hold("1"))
    await ledger.sweep()
    assert [] == heard.events

    database.close()
    rig.read_only = True
    await ledger.admit(hold("2"))
    with pytest.raises(StoreUnavailable):
        await ledger.settle(hold("3"), outcome("3"))
    assert ["admit"] == [getattr(event, "verb", None) for event in heard.events]
    database.close()


async def test_an_entry_that_cannot_be_read_is_set_aside(tmp_path: Path) -> None:
    """It is reported once; the others are swept, and a settle writes it anew."""
    database, _ = rigged(tmp_path)
    heard = Heard()
    clock = SetClock()
    ledger = evolve(sqlite_ledger(database, clock), observer=heard)
    books = evolve(over(database), ledger=ledger)
    for name in ("1", "2"):
        await ledger.admit(hold(name))
    await database.write(lambda file: file.execute("UPDATE entries SET hold = '{' WHERE id = '1'"))

    clock.turn(1000)
    assert (1, 0) == (await ledger.sweep(), await ledger.sweep())
    assert 1 == len(heard.events)
    assert ["2"] == await books.ended()
    await ledger.settle(hold("1"), outcome("1"))
    assert ["1", "2"] == await books.ended()
    database.close()


async def test_a_number_that_no_column_holds_does_not_stop_the_sweep(tmp_path: Path) -> None:
    """A provider may say anything; the receipt tells it, and the sums stay sums."""
    database, _ = rigged(tmp_path)
    books = over(database)
    for name in ("1", "2"):
        await books.ledger.admit(hold(name))
    await books.ledger.checkpoint(hold("1"), outcome("1", output=2**70))

    assert 2 == await books.sweep(9e9)
    assert 2**70 == await books.charged("1")
    assert 10**12 == (await books.total()).output_tokens
    database.close()


async def test_a_damaged_page_is_an_error_or_nothing(tmp_path: Path) -> None:
    """Garbage in the middle of the file is never anything but StoreUnavailable."""
    database, _ = rigged(tmp_path)
    books = over(database)
    for number in range(300):
        await books.ledger.settle(hold(f"{number}"), outcome(f"{number}"))
    database.close()
    whole = database.path.read_bytes()
    for page in range(1, len(whole) // 4096):
        torn = whole[: page * 4096] + b"\xa5" * 4096 + whole[(page + 1) * 4096 :]
        database.path.write_bytes(torn)
        for asked in (books.ended(1000), books.total(), books.sweep(9e9)):
            try:
                await asked
            except StoreUnavailable as error:
                assert "damaged" in str(error)
        database.close()
