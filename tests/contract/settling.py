"""Another process over the same books: `python -m tests.contract.settling FOLDER TASK NAME COUNT`.

It says `ready` when it has begun and `done N` for what was committed, and is made to be killed.
"""

import asyncio
import resource
import sys
from pathlib import Path

from src.adapters.stores.sqlite.database import NAME, Database
from src.adapters.stores.sqlite.journal import SqliteJournal
from src.adapters.stores.sqlite.leases import SqliteLeases
from src.domain.errors import StoreUnavailable

from .books import Books, SetClock, outcome, sqlite_ledger
from .books import unlimited as hold

SHARED = 20


def say(*words: object) -> None:
    print(*words, flush=True)


async def settle(books: Books, database: Database, name: str, count: int) -> None:
    """Its own requests, many at once, and some that the others settle as well."""

    async def one(id: str) -> None:
        await books.ledger.admit(hold(id))
        await books.ledger.checkpoint(hold(id), outcome(id, output=1))
        await books.ledger.settle(hold(id), outcome(id))

    ids = [f"{name}-{number}" for number in range(count)]
    ids += [f"shared-{number}" for number in range(SHARED)]
    for start in range(0, len(ids), 20):
        await asyncio.gather(*(one(id) for id in ids[start : start + 20]))
    say("done", count)


async def go_on(books: Books, database: Database, name: str, count: int) -> None:
    """For ever, some requests open at any time; every id is said once it is settled."""
    for number in range(count):
        ids = [f"{name}-{number}-{part}" for part in range(10)]
        for id in ids:
            await books.ledger.admit(hold(id))
            await books.ledger.checkpoint(hold(id), outcome(id, output=3))
        await asyncio.gather(*(books.ledger.settle(hold(id), outcome(id)) for id in ids[:5]))
        say("done", *ids[:5])


async def hang(books: Books, database: Database, name: str, count: int) -> None:
    """A request in the middle of its stream, and one that has only begun."""
    for part in ("begun", "streaming"):
        await books.ledger.admit(hold(f"{name}-{part}"))
    streaming = f"{name}-streaming"
    await books.ledger.checkpoint(hold(streaming), outcome(streaming, output=3))
    say("open", *await books.open())
    await asyncio.sleep(3600)


async def lease(books: Books, database: Database, name: str, count: int) -> None:
    """Tries for the same lease again and again, and says which token it got."""
    leases = SqliteLeases(database, books.clock)
    for _ in range(count):
        token = await leases.acquire("probe", 3600.0)
        if token is not None:
            say("token", token)
            await leases.release("probe", token)


async def fill(books: Books, database: Database, name: str, count: int) -> None:
    """On a disk on which no file can grow beyond 300 kB; later, it can."""
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, most))
    settled = 0
    try:
        while True:
            await books.ledger.settle(hold(f"{settled}"), outcome(f"{settled}"))
            settled += 1
    except StoreUnavailable as error:
        say("refused", error)
    say("degraded", (await books.ledger.admit(hold("open"))).degraded)
    say("read", settled == len(await books.ended(100_000)))
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    await books.ledger.settle(hold("after"), outcome("after"))
    say("after", settled + 1 == (await books.total()).requests)


async def main(folder: str, task: str, name: str, count: str) -> None:
    database, clock = Database(Path(folder) / NAME, 30.0), SetClock()
    books = Books(sqlite_ledger(database, clock, kept=100_000), SqliteJournal(database), clock)
    say("ready")
    await TASKS[task](books, database, name, int(count))
    await database.aclose()


TASKS = {task.__name__: task for task in (settle, go_on, hang, lease, fill)}

if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
