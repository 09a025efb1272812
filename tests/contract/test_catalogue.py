"""What every catalogue promises. A store is one line in CATALOGUES."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio
from attrs import evolve

from src.adapters.clock import RealClock
from src.adapters.stores.memory import MemoryCatalogue
from src.adapters.stores.redis.catalogue import RedisCatalogue
from src.adapters.stores.redis.layout import Keys
from src.adapters.stores.sqlite.catalogue import SqliteCatalogue
from src.adapters.stores.sqlite.database import NAME, Database
from src.domain.catalogue import (
    ClientKey,
    Limit,
    Provider,
    ProviderKey,
    Route,
    Snapshot,
    Target,
    Timeouts,
    VirtualModel,
    When,
)
from src.domain.change import Change, Record, name_of
from src.domain.change import Kind as ChangeKind
from src.domain.ports import Catalogue
from src.domain.pricing import Price
from tests.support.carriers import CARRIERS, Opens

from .books import Heard

Room = Callable[[pytest.FixtureRequest, Path], AbstractAsyncContextManager[Catalogue]]

BEFORE = Snapshot(
    providers=(
        Provider("a", "https://a.example", keys=(ProviderKey("h", "secret"),)),
        Provider("b", "https://b.example", headers=(("x-team", "secret"),)),
    ),
    virtual_models=(VirtualModel("fast", (Target("a", "m"),)),),
    version=4,
)
A, B = BEFORE.providers

RECORDS: list[tuple[ChangeKind, Record]] = [
    ("provider", evolve(A, models=("m",), fallbacks=(Target("b", ""),), enabled=False)),
    ("provider", evolve(A, model_timeouts={"m": Timeouts(idle=1.5)}, prefixes=("m-",))),
    ("provider", evolve(A, prices={"m": Price(1, 2, cached=0), "*": Price(0, 0)})),
    ("provider", Provider("local", "http://127.0.0.1:1", header_style="none")),
    ("virtual_model", VirtualModel("fast", (Target(None, "x", 2, 1),), "weighted", waits=0.5)),
    ("route", Route("r", When("m*", headers=(("x", "*"),), stream=True), (Target("b", "m"),))),
    ("client_key", ClientKey("team", bytes(range(32)))),
    ("limit", Limit("client:team", "cost", "month", 10**15, "shadow", "Asia/Kolkata")),
]


@asynccontextmanager
async def in_memory(request: pytest.FixtureRequest, folder: Path) -> AsyncIterator[Catalogue]:
    yield MemoryCatalogue(BEFORE)


@asynccontextmanager
async def in_sqlite(request: pytest.FixtureRequest, folder: Path) -> AsyncIterator[Catalogue]:
    database = Database(folder / NAME)
    yield SqliteCatalogue(database, BEFORE, Heard())
    database.close()


def over(opens: Opens) -> Room:
    """In a real Redis, at the other end of this carrier."""

    @asynccontextmanager
    async def room(request: pytest.FixtureRequest, folder: Path) -> AsyncIterator[Catalogue]:
        async with opens(request.getfixturevalue("redis_url")) as carrier:
            yield RedisCatalogue(carrier, Keys(uuid4().hex), BEFORE, Heard(), RealClock())

    return room


CATALOGUES: dict[str, Room] = {
    "memory": in_memory,
    "sqlite": in_sqlite,
    "redis": over(CARRIERS["tcp"]),
    "upstash": over(CARRIERS["upstash"]),
}


@pytest_asyncio.fixture(params=list(CATALOGUES.values()), ids=list(CATALOGUES))
async def catalogue(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Catalogue]:
    room: Room = request.param
    async with room(request, tmp_path) as made:
        yield made


def everything(snapshot: Snapshot) -> tuple[Record, ...]:
    return (
        *snapshot.providers,
        *snapshot.virtual_models,
        *snapshot.routes,
        *snapshot.client_keys,
        *snapshot.limits,
    )


async def test_it_begins_with_what_was_configured(catalogue: Catalogue) -> None:
    """And answers with the very same value until it changes, so that it is indexed once."""
    assert BEFORE == catalogue.snapshot()
    assert catalogue.snapshot() is catalogue.snapshot()


@pytest.mark.parametrize(("kind", "record"), RECORDS)
async def test_a_saved_record_is_in_force(
    catalogue: Catalogue, kind: ChangeKind, record: Record
) -> None:
    """As it was saved, in place of the configured one of its name or after the others."""
    change = Change(kind, name_of(record), record)

    saved = await catalogue.save(change, 0)

    assert saved is catalogue.snapshot() is catalogue.snapshot()
    assert {change.id: 1} == saved.versions
    assert 5 == saved.version
    assert record in everything(saved)
    kept = [r for r in everything(BEFORE) if name_of(r) != name_of(record)]
    assert all(one in everything(saved) for one in kept)


async def test_a_tombstone_takes_away_what_was_configured(catalogue: Catalogue) -> None:
    """And a record saved over it brings it back."""
    saved = await catalogue.save(Change("provider", "a", None), 0)
    assert (B,) == saved.providers

    saved = await catalogue.save(Change("provider", "a", A), 1)
    assert (A, B) == saved.providers
    assert {"provider/a": 2} == saved.versions


@pytest.mark.parametrize("version", [1, 4, -1])
async def test_a_lost_race_changes_nothing(catalogue: Catalogue, version: int) -> None:
    """Who read another version is told, and the record stays."""
    with pytest.raises(ValueError, match="version"):
        await catalogue.save(Change("provider", "a", None), version)

    assert BEFORE == catalogue.snapshot()


async def test_versions_are_each_records_own(catalogue: Catalogue) -> None:
    """A change here is no lost race there; also where names meet."""
    await catalogue.save(Change("provider", "a", evolve(A, enabled=False)), 0)
    await catalogue.save(Change("virtual_model", "a", None), 0)
    saved = await catalogue.save(Change("provider", "b", None), 0)

    assert {"provider/a": 1, "virtual_model/a": 1, "provider/b": 1} == saved.versions
    assert 7 == saved.version


async def test_of_many_at_once_one_is_saved(catalogue: Catalogue) -> None:
    """Compare and set is one step: the final version is the number of accepted changes."""
    changes = [Change("provider", "a", evolve(A, user_agent=f"{n}")) for n in range(20)]
    found = await asyncio.gather(
        *(catalogue.save(change, 0) for change in changes), return_exceptions=True
    )

    assert 19 == sum(isinstance(one, ValueError) for one in found)
    assert {"provider/a": 1} == catalogue.snapshot().versions


@pytest.mark.parametrize(
    "change",
    [
        Change("provider", "other", A),
        Change("route", "a", A),
        Change("limit", "x", Limit("deployment", "cost", "day", 1)),
    ],
)
async def test_a_record_under_a_wrong_name_is_refused(catalogue: Catalogue, change: Change) -> None:
    """Or under a wrong kind."""
    with pytest.raises(ValueError, match=change.id):
        await catalogue.save(change, 0)

    assert BEFORE == catalogue.snapshot()


async def test_what_is_no_news_changes_nothing(catalogue: Catalogue) -> None:
    """A version that nobody told, or the one in force: the same snapshot, and no error."""
    saved = await catalogue.save(Change("provider", "a", None), 0)

    for version in (None, 0, 1, 2):
        await catalogue.heard(version)

    assert saved is catalogue.snapshot()
