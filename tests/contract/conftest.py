"""The books of every store, one after the other; and instances around one Redis."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, tzinfo
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.carriers import CARRIERS

from . import instances
from .books import BOOKS, Books, Room


@pytest_asyncio.fixture(params=list(BOOKS.values()), ids=list(BOOKS))
async def make_books(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[Callable[..., Books]]:
    """Makes books for a zone, or with room for few receipts; closed after the test."""
    room: Room = request.param
    made: list[Books] = []
    async with room(request) as maker:

        def make(*, zone: tzinfo = UTC, kept: int = 1000) -> Books:
            made.append(maker(tmp_path / str(len(made)), zone=zone, kept=kept))
            return made[-1]

        yield make
        for books in made:
            books.close()


@pytest.fixture
def books(make_books: Callable[[], Books]) -> Books:
    return make_books()


@pytest_asyncio.fixture(params=list(CARRIERS))
async def open_instance(
    request: pytest.FixtureRequest, redis_url: str, namespace: str
) -> AsyncIterator[instances.Open]:
    """Another instance's catalogue, over the same database."""
    async with CARRIERS[request.param](redis_url) as carrier:
        yield lambda: instances.over(carrier, namespace)
