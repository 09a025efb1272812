"""What every lease keeper promises. A store is one line in LEASES."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio

from src.adapters.stores.memory import MemoryLeases
from src.adapters.stores.redis.layout import Keys
from src.adapters.stores.redis.leases import RedisLeases
from src.adapters.stores.sqlite.database import NAME, Database
from src.adapters.stores.sqlite.leases import SqliteLeases
from src.domain.ports import Clock, Leases
from tests.support.carriers import CARRIERS, Opens
from tests.support.clock import TurnedClock

Room = Callable[[pytest.FixtureRequest, Path, Clock], AbstractAsyncContextManager[Leases]]


@asynccontextmanager
async def in_memory(
    request: pytest.FixtureRequest, folder: Path, clock: Clock
) -> AsyncIterator[Leases]:
    yield MemoryLeases(clock)


@asynccontextmanager
async def in_sqlite(
    request: pytest.FixtureRequest, folder: Path, clock: Clock
) -> AsyncIterator[Leases]:
    database = Database(folder / NAME)
    yield SqliteLeases(database, clock)
    database.close()


def over(opens: Opens) -> Room:
    """In a real Redis, at the other end of this carrier; by the clock of the test."""

    @asynccontextmanager
    async def room(
        request: pytest.FixtureRequest, folder: Path, clock: Clock
    ) -> AsyncIterator[Leases]:
        async with opens(request.getfixturevalue("redis_url")) as carrier:
            keys = Keys(uuid4().hex)
            yield RedisLeases(carrier, keys, told=lambda: str(int(clock.now() * 1e6)))

    return room


LEASES: dict[str, Room] = {
    "memory": in_memory,
    "sqlite": in_sqlite,
    "redis": over(CARRIERS["tcp"]),
    "upstash": over(CARRIERS["upstash"]),
}


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest_asyncio.fixture(params=list(LEASES.values()), ids=list(LEASES))
async def leases(
    request: pytest.FixtureRequest, tmp_path: Path, clock: TurnedClock
) -> AsyncIterator[Leases]:
    room: Room = request.param
    async with room(request, tmp_path, clock) as made:
        yield made


async def test_one_holds_it_and_no_other(leases: Leases) -> None:
    """Until it is given back; other names are other leases."""
    token = await leases.acquire("probe", 10.0)
    assert token is not None

    assert await leases.acquire("probe", 10.0) is None
    assert await leases.acquire("other", 10.0) is not None


async def test_of_many_at_once_one_gets_it(leases: Leases) -> None:
    """One atomic step."""
    tokens = await asyncio.gather(*(leases.acquire("probe", 10.0) for _ in range(50)))

    assert 1 == sum(token is not None for token in tokens)


async def test_given_back_it_is_free(leases: Leases) -> None:
    """At once."""
    token = await leases.acquire("probe", 10.0)
    assert token is not None

    await leases.release("probe", token)

    assert await leases.acquire("probe", 10.0) is not None


async def test_it_runs_out(leases: Leases, clock: TurnedClock) -> None:
    """After its time, and not before, although nobody gave it back."""
    await leases.acquire("probe", 10.0)
    clock.turn(5.0)
    assert await leases.acquire("probe", 10.0) is None

    clock.turn(5.1)
    assert await leases.acquire("probe", 10.0) is not None


async def test_tokens_grow(leases: Leases, clock: TurnedClock) -> None:
    """Every holder's is larger than those before, given back or run out."""
    tokens = []
    for turn in range(6):
        token = await leases.acquire("probe", 1.0)
        assert token is not None
        tokens.append(token)
        if turn % 2:
            await leases.release("probe", token)
        else:
            clock.turn(1.1)

    assert sorted(set(tokens)) == tokens


async def test_who_lost_it_cannot_give_it_back(leases: Leases, clock: TurnedClock) -> None:
    """An old token frees nothing that somebody else holds; nor does a made-up one."""
    old = await leases.acquire("probe", 1.0)
    assert old is not None
    clock.turn(1.1)
    await leases.acquire("probe", 10.0)

    await leases.release("probe", old)
    await leases.release("probe", 12_345)
    await leases.release("never held", old)

    assert await leases.acquire("probe", 10.0) is None
