"""Whole stores, books and catalogue, to be looked at and copied. One line in SHELVES each."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from attrs import define

from src.adapters.clock import RealClock
from src.adapters.stores import archive_text
from src.adapters.stores.archive import Archive, Item, everything
from src.adapters.stores.inspection import Inspection
from src.adapters.stores.redis.archive import RedisArchive
from src.adapters.stores.redis.catalogue import RedisCatalogue
from src.adapters.stores.redis.inspection import RedisInspection
from src.adapters.stores.redis.layout import Keys
from src.adapters.stores.sqlite.archive import SqliteArchive
from src.adapters.stores.sqlite.catalogue import SqliteCatalogue
from src.adapters.stores.sqlite.database import NAME, Database
from src.adapters.stores.sqlite.inspection import SqliteInspection
from src.adapters.stores.sqlite.journal import SqliteJournal
from src.domain.ports import Catalogue
from tests.support.carriers import CARRIERS, Opens

from .books import Books, Heard, SetClock, on_redis, sqlite_ledger
from .instances import BEFORE


@define(eq=False)
class Shelf:
    """One store. `break_into` writes nonsense over the saved record of that id."""

    books: Books
    catalogue: Catalogue
    archive: Archive
    inspection: Inspection
    break_into: Callable[[str], Awaitable[object]]

    async def items(self) -> list[Item]:
        return [item async for item in everything(self.archive, self.books.journal)]

    async def lines(self) -> list[str]:
        """As they are exported."""
        told = [archive_text.line(item) for item in await self.items()]
        return [archive_text.header(), *told, archive_text.footer(len(told))]


Room = Callable[[pytest.FixtureRequest, Path], AbstractAsyncContextManager[Shelf]]


@asynccontextmanager
async def in_sqlite(request: pytest.FixtureRequest, folder: Path) -> AsyncIterator[Shelf]:
    clock, database = SetClock(), Database(folder / uuid4().hex / NAME)
    broken = "UPDATE records SET record = '{' WHERE id = ?"
    yield Shelf(
        Books(sqlite_ledger(database, clock), SqliteJournal(database), clock),
        SqliteCatalogue(database, BEFORE, Heard()),
        SqliteArchive(database),
        SqliteInspection(database, BEFORE, RealClock()),
        lambda id: database.write(lambda file: file.execute(broken, (id,)).rowcount),
    )
    await database.aclose()


def over(opens: Opens) -> Room:
    """In a real Redis, at the other end of this carrier."""

    @asynccontextmanager
    async def room(request: pytest.FixtureRequest, folder: Path) -> AsyncIterator[Shelf]:
        namespace = uuid4().hex
        keys = Keys(namespace)
        async with opens(request.getfixturevalue("redis_url")) as carrier:
            books = on_redis(carrier, namespace)
            yield Shelf(
                books,
                RedisCatalogue(carrier, keys, BEFORE, Heard(), RealClock()),
                RedisArchive(carrier, keys),
                RedisInspection(carrier, keys, BEFORE, books.clock),
                lambda id: carrier.run(["HSET", keys.records, id, "{"]),
            )

    return room


SHELVES: dict[str, Room] = {
    "sqlite": in_sqlite,
    "redis": over(CARRIERS["tcp"]),
    "upstash": over(CARRIERS["upstash"]),
}
