"""The books of every store, one after the other."""

from collections.abc import Callable, Iterator
from datetime import UTC, tzinfo
from pathlib import Path

import pytest

from .books import BOOKS, Books, Maker


@pytest.fixture(params=list(BOOKS.values()), ids=list(BOOKS))
def make_books(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Books]]:
    """Makes books for a zone, or with room for few receipts; closed after the test."""
    maker: Maker = request.param
    made: list[Books] = []

    def make(*, zone: tzinfo = UTC, kept: int = 1000) -> Books:
        made.append(maker(tmp_path / str(len(made)), zone=zone, kept=kept))
        return made[-1]

    yield make
    for books in made:
        books.close()


@pytest.fixture
def books(make_books: Callable[[], Books]) -> Books:
    return make_books()
