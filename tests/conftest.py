"""What every folder of tests may ask for."""

import uuid
from collections.abc import Iterator

import pytest
from hypothesis import settings

from .support.redis_server import any_server

# `make check` judges a commit: the same one must get the same answer twice. New examples are
# looked for by `make check-slow`, and what they find becomes an @example.
settings.register_profile("judge", derandomize=True, deadline=None, database=None)
settings.register_profile("explore", deadline=None, print_blob=True, max_examples=2_000)
settings.load_profile("judge")


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A real Redis or Valkey, one for each worker; it may be shared: keep to your namespace."""
    with any_server() as url:
        yield url


@pytest.fixture
def namespace() -> str:
    """A name of the test's own in the shared server."""
    return f"test-{uuid.uuid4().hex}"
