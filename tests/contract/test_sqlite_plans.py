"""How the file is searched."""

from pathlib import Path

from src.adapters.stores.sqlite.journal import SqliteJournal
from src.domain.quota import moved
from src.domain.usage import RequestQuery

from .books import Books, SetClock, claim, hold, outcome, sqlite_ledger
from .rigged import rigged


async def test_no_verb_looks_through_all_entries(tmp_path: Path) -> None:
    """Every statement on the entries finds its rows by an index, however many there are."""
    database, rig = rigged(tmp_path)
    clock = SetClock()
    books = Books(sqlite_ledger(database, clock), SqliteJournal(database), clock)
    await books.ledger.admit(hold("1", claim=claim()))
    await books.ledger.checkpoint(hold("1"), outcome("1"))
    await books.ledger.move(moved(hold("1"), "other"))
    await books.ledger.settle(hold("1"), outcome("1"))
    await books.sweep(9e9)
    await books.journal.requests(RequestQuery())
    await books.open()
    said = [line for line in rig.said if "entries" in line and "CREATE" not in line]
    plans = await database.read(
        lambda file: [
            step[3] for line in said for step in file.execute(f"EXPLAIN QUERY PLAN {line}")
        ]
    )

    assert len(said) > 8
    assert [] == [
        plan
        for plan in plans
        if plan.startswith("SCAN entries") or ("entries" in plan and "USING" not in plan)
    ]
    database.close()
