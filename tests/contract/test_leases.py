"""What every lease keeper promises. A store is one line in LEASES."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from src.adapters.stores.memory import MemoryLeases
from src.adapters.stores.sqlite.database import NAME, Database
from src.adapters.stores.sqlite.leases import SqliteLeases
from src.domain.ports import Clock, Leases
from tests.support.clock import TurnedClock

Made = tuple[Leases, Callable[[], None]]


def in_memory(folder: Path, clock: Clock) -> Made:
    return MemoryLeases(clock), lambda: None


def in_sqlite(folder: Path, clock: Clock) -> Made:
    database = Database(folder / NAME)
    return SqliteLeases(database, clock), database.close


LEASES: dict[str, Callable[[Path, Clock], Made]] = {"memory": in_memory, "sqlite": in_sqlite}


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture(params=list(LEASES.values()), ids=list(LEASES))
def leases(request: pytest.FixtureRequest, tmp_path: Path, clock: TurnedClock) -> Iterator[Leases]:
    leases, close = request.param(tmp_path, clock)
    yield leases
    close()


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
