"""What every catalogue promises. A store is one line in CATALOGUES."""

import asyncio
from collections.abc import Callable

import pytest
from attrs import evolve

from src.adapters.stores.memory import MemoryCatalogue
from src.domain.catalogue import Provider, Snapshot
from src.domain.ports import Catalogue

CATALOGUES: dict[str, Callable[[Snapshot], Catalogue]] = {"memory": MemoryCatalogue}

BEFORE = Snapshot((Provider("a", "https://a.example"),), version=4)
AFTER = Snapshot((Provider("b", "https://b.example"),))


@pytest.fixture(params=list(CATALOGUES.values()), ids=list(CATALOGUES))
def catalogue(request: pytest.FixtureRequest) -> Catalogue:
    make: Callable[[Snapshot], Catalogue] = request.param
    return make(BEFORE)


async def test_it_begins_with_what_was_configured(catalogue: Catalogue) -> None:
    """And answers with the very same value until it changes, so that it is indexed once."""
    assert BEFORE == catalogue.snapshot()
    assert catalogue.snapshot() is catalogue.snapshot()


async def test_a_saved_change_is_in_force_under_the_next_version(catalogue: Catalogue) -> None:
    """Whatever version the change itself carried."""
    saved = await catalogue.save(evolve(AFTER, version=99), 4)

    assert evolve(AFTER, version=5) == saved == catalogue.snapshot()


@pytest.mark.parametrize("version", [3, 5, 0])
async def test_a_lost_race_changes_nothing(catalogue: Catalogue, version: int) -> None:
    """Who read another version is told, and the record stays."""
    with pytest.raises(ValueError, match="version"):
        await catalogue.save(AFTER, version)

    assert BEFORE == catalogue.snapshot()


async def test_of_many_at_once_one_is_saved(catalogue: Catalogue) -> None:
    """Compare and set is one step: the final version is the number of accepted changes."""
    found = await asyncio.gather(
        *(catalogue.save(AFTER, 4) for _ in range(20)), return_exceptions=True
    )

    assert 19 == sum(isinstance(one, ValueError) for one in found)
    assert 5 == catalogue.snapshot().version
