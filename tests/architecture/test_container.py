"""Every environment can be built, and its adapters swapped."""

from pathlib import Path

import pytest
from dependency_injector import providers

from src.adapters.http.gate import Gate
from src.adapters.stores.memory import MemoryLedger
from src.domain.catalogue import Snapshot
from src.entrypoints.environments import ENVIRONMENTS, build
from src.entrypoints.settings import Settings

SETTINGS = Settings(snapshot=Snapshot(), data_dir=Path("unused"))


@pytest.mark.parametrize("environment", sorted(ENVIRONMENTS))
def test_every_environment_builds(environment: str) -> None:
    """Each environment makes a whole application out of settings alone."""
    container = build(environment, SETTINGS)

    assert isinstance(container.app(), Gate)


def test_two_containers_share_nothing() -> None:
    """What one container made is not in another."""
    first, second = build("tests", SETTINGS), build("tests", SETTINGS)

    assert first.relay() is first.relay()
    assert first.relay() is not second.relay()


def test_overriding_the_store_is_one_line() -> None:
    """An overridden ledger is the one the relay writes to and the journal reads from."""
    container = build("tests", SETTINGS)
    mine = MemoryLedger(container.clock())

    container.ledger.override(providers.Object(mine))

    assert container.relay().books.outbox.ledger is mine
    assert container.journal() is mine


def test_an_environment_reaches_everything_it_changes() -> None:
    """What an environment swaps is what every part of the application was given."""
    container = build("tests", SETTINGS)

    assert container.relay().observer is container.observer()
    assert container.house().observer is container.observer()
