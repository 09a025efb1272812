"""The books of every store, one after the other."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, tzinfo
from pathlib import Path

import pytest
import pytest_asyncio

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
