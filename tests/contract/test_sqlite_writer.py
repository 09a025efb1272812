"""The one thread that writes: shared commits, in order, whoever waits and whoever went away."""

import asyncio
import sqlite3
import stat
from pathlib import Path

import pytest

from src.adapters.stores.sqlite import database as databases
from src.adapters.stores.sqlite.database import NAME, Database
from src.adapters.stores.sqlite.journal import SqliteJournal
from src.adapters.stores.sqlite.leases import SqliteLeases
from src.domain.errors import NotStorable, StoreUnavailable
from src.domain.quota import News

from .books import Books, SetClock, claim, outcome, sqlite_ledger
from .books import unlimited as hold
from .rigged import locking, rigged


def over(database: Database) -> Books:
    clock = SetClock()
    return Books(sqlite_ledger(database, clock), SqliteJournal(database), clock)


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    """Receipts name clients and models: folder, file and log are readable by nobody else."""
    database = Database(tmp_path / "data" / NAME)
    await over(database).ledger.settle(hold("1"), outcome("1"))

    data = tmp_path / "data"
    assert {NAME: 0o600, f"{NAME}-wal": 0o600, f"{NAME}-shm": 0o600} == {
        path.name: mode(path) for path in data.iterdir()
    }
    assert 0o700 == mode(data)
    database.close()


async def test_nothing_is_opened_before_the_first_verb(tmp_path: Path) -> None:
    """Constructors only store."""
    database = Database(tmp_path / "data" / NAME)
    over(database)
    database.close()

    assert [] == names(tmp_path)


async def test_verbs_that_wait_share_a_commit(tmp_path: Path) -> None:
    """A hundred at once take a few transactions, not a hundred."""
    database, rig = rigged(tmp_path)
    books = over(database)
    await books.ledger.settle(hold("first"), outcome("first"))
    rig.said.clear()
    await asyncio.gather(*(books.ledger.settle(hold(f"{n}"), outcome(f"{n}")) for n in range(100)))

    assert rig.said.count("COMMIT") <= 10
    assert 101 == (await books.total()).requests
    database.close()


async def test_one_that_fails_fails_alone(tmp_path: Path) -> None:
    """Those who shared its transaction are written all the same."""
    database, _ = rigged(tmp_path)
    books = over(database)
    found = await asyncio.gather(
        books.ledger.settle(hold("1"), outcome("1")),
        database.write(lambda file: file.execute("INSERT INTO nowhere VALUES (1)")),
        database.write(lambda file: file.execute("DELETE FROM sums WHERE client = ?", ("\ud800",))),
        books.ledger.settle(hold("2"), outcome("2")),
        return_exceptions=True,
    )

    assert [News, StoreUnavailable, NotStorable, News] == [type(f) for f in found]
    assert 14 == (await books.total()).output_tokens
    assert not database.failing
    database.close()


async def test_one_that_fails_leaves_nothing_and_the_others_are_done_once(tmp_path: Path) -> None:
    """Its transaction is taken back whole before the others are done again."""
    database, _ = rigged(tmp_path)
    leases = SqliteLeases(database, SetClock())

    def half(file: sqlite3.Connection) -> None:
        file.execute("INSERT INTO leases VALUES ('half', 1, 0)")
        file.execute("INSERT INTO nowhere VALUES (1)")

    found = await asyncio.gather(
        leases.acquire("before", 0.0),
        database.write(half),
        leases.acquire("after", 0.0),
        return_exceptions=True,
    )

    assert [1, 1] == [found[0], found[2]]
    rows = await database.read(lambda file: file.execute("SELECT name FROM leases").fetchall())
    assert {("before",), ("after",)} == set(rows)
    assert 2 == await leases.acquire("before", 0.0)
    database.close()


async def test_an_admission_that_nobody_waits_for_comes_before_what_follows(tmp_path: Path) -> None:
    """It is written behind, and in its turn: nothing stays open."""
    database, _ = rigged(tmp_path)
    books = over(database)
    for number in range(200):
        await books.ledger.admit(hold(f"{number}"))
        if number % 2:
            await books.ledger.settle(hold(f"{number}"), outcome(f"{number}"))

    assert 100 == len(await books.open())
    database.close()


async def test_where_nothing_is_claimed_nobody_waits(tmp_path: Path) -> None:
    """An admission is answered while another program keeps the file; a claim has to wait."""
    database, _ = rigged(tmp_path)
    books = over(database)
    await books.ledger.admit(hold("0"))
    await books.open()
    other = locking(database.path)

    async with asyncio.timeout(1.0):
        assert (await books.ledger.admit(hold("1"))).admitted
    claiming = asyncio.ensure_future(books.ledger.admit(hold("2", claim=claim())))
    await asyncio.sleep(0)
    assert not claiming.done()  # and this loop was not kept waiting, for it goes on to

    other.close()
    assert (await claiming).admitted
    assert ["0", "1", "2"] == await books.open()
    database.close()


async def test_who_goes_away_is_not_waited_for(tmp_path: Path) -> None:
    """The verb is carried out, and the next one is not disturbed."""
    database, _ = rigged(tmp_path)
    books = over(database)
    await books.ledger.settle(hold("0"), outcome("0"))
    other = locking(database.path)
    settling = asyncio.ensure_future(books.ledger.settle(hold("1"), outcome("1")))
    await asyncio.sleep(0)
    settling.cancel()
    other.close()

    assert ["1", "0"] == await books.ended()
    assert settling.cancelled()
    database.close()


def test_it_serves_one_loop_after_another(tmp_path: Path) -> None:
    """Also when one was closed while its verb was on its way."""
    database, _ = rigged(tmp_path)
    books = over(database)

    async def begin() -> None:
        await books.ledger.admit(hold("0"))
        await books.ledger.admit(hold("1"))

    asyncio.run(begin())
    other = locking(database.path)
    asyncio.run(begin())
    other.close()

    assert ["0", "1"] == asyncio.run(books.open())
    database.close()


async def test_closing_writes_down_what_waits(tmp_path: Path) -> None:
    """And a verb after that opens the file again."""
    database, _ = rigged(tmp_path)
    books = over(database)
    for number in range(1000):
        await books.ledger.admit(hold(f"{number}"))
    await database.aclose()

    assert 1000 == len(await books.open())
    await database.aclose()
    await database.aclose()
    assert [NAME] == names(tmp_path)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_a_defect_does_not_keep_anybody_waiting(tmp_path: Path) -> None:
    """The thread ends, those who wait are told, and the next verb finds another."""
    database, _ = rigged(tmp_path)
    books = over(database)

    def defect(file: sqlite3.Connection) -> None:
        raise LookupError("a defect")

    await books.ledger.settle(hold("0"), outcome("0"))
    with pytest.raises(StoreUnavailable):
        await database.write(defect)
    await books.ledger.settle(hold("1"), outcome("1"))

    assert ["1", "0"] == await books.ended()
    database.close()


async def test_what_waits_is_bounded(tmp_path: Path) -> None:
    """When nothing can be written for long, verbs are refused at once, and admissions degraded."""
    database, _ = rigged(tmp_path, patience=5.0)
    books = over(database)
    await books.ledger.settle(hold("0"), outcome("0"))
    other = locking(database.path)
    complaints: list[Exception] = []
    for _ in range(databases.MOST_WAITING + databases.MOST_WAITING // 10):
        database.write_behind(lambda file: None, complaints.append)

    with pytest.raises(StoreUnavailable, match="too much waits"):
        await books.ledger.settle(hold("1"), outcome("1"))
    assert (await books.ledger.admit(hold("1"))).degraded
    assert complaints

    other.close()
    await database.aclose()
    await books.ledger.settle(hold("1"), outcome("1"))
    assert ["1", "0"] == await books.ended()
    database.close()
