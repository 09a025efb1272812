"""What the tests over real sockets share."""

from functools import partial
from pathlib import Path

import pytest

from tests.support.idempotency import Running
from tests.support.idempotency import keeping as starts


@pytest.fixture(params=["memory", "sqlite"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    """Where the books are: in memory (None), or in a file of this folder."""
    return tmp_path if request.param == "sqlite" else None


@pytest.fixture
def keeping(folder: Path | None) -> Running:
    """A relay that keeps answers, over either store: `tests/support/idempotency.py`."""
    return partial(starts, folder)
