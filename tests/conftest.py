"""What every folder of tests may ask for."""

import uuid
from collections.abc import Iterator

import pytest

from .support.redis_server import any_server


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A real Redis or Valkey, one for each worker; it may be shared: keep to your namespace."""
    with any_server() as url:
        yield url


@pytest.fixture
def namespace() -> str:
    """A name of the test's own in the shared server."""
    return f"test-{uuid.uuid4().hex}"
