"""Everything here runs a built function and belongs to the tier of its own, `make check-vercel`."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path

import pytest

from . import building
from .building import HERE, Built, build
from .pythons import VERSIONS, python
from .scene import Scene, deployed

Deploys = Callable[..., AbstractAsyncContextManager[Scene]]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Before any selection by marker: no module can forget to say so."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.vercel)


@pytest.fixture(scope="session")
def platform() -> Path:
    """A Python that Vercel runs; without one these tests fail, and are not skipped."""
    found = python()
    if found is None:
        pytest.fail(f"no Python {', '.join(VERSIONS)} is installed here")
    return found


@pytest.fixture(scope="session")
def built(platform: Path) -> Built:
    """The function of this tree."""
    return build(platform)


@pytest.fixture(scope="session")
def bare(platform: Path) -> Built:
    """A Quart function that does nothing, built from the same lock by the same builder."""
    return build(platform, building.bare())


@pytest.fixture
def deploys(built: Built, redis_url: str, namespace: str) -> Deploys:
    """Makes deployments that share a store."""
    return partial(deployed, built, redis_url, namespace)
