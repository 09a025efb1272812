"""A session's place in the rotation of keys: kept while its key is well, and no longer."""

from random import Random

import pytest

from src.domain.catalogue import Provider, ProviderKey
from src.domain.journey import Attempt, Journey, Known
from src.domain.key_pool import Rest
from src.domain.router import Plan, Stop
from src.domain.steps import step

NOW = 1_000.0
PLACE = 7_919


def journey(*, affinity: int | None = PLACE, weights: tuple[int, ...] = (1,) * 5) -> Journey:
    keys = tuple(ProviderKey(f"k{n}", "s", weight=weight) for n, weight in enumerate(weights))
    stops = (
        Stop(Provider("a", "https://a.example", keys=keys), "m", ""),
        Stop(Provider("b", "https://b.example", keys=(ProviderKey("b0", "s"),)), "m", ""),
    )
    return Journey(Plan(stops), NOW + 60, affinity=affinity)


def tried(at: Journey, *, turn: int = 0, rests: tuple[str, ...] = ()) -> str:
    """The key that is tried next, whatever the turn and the dice say."""
    known = Known(
        rests={(handle, None): Rest(NOW + 9) for handle in rests},
        breakers={},
        turns={"a": turn},
    )
    found = step(at, known, now=NOW, dice=Random(turn))
    assert isinstance(found, Attempt)
    return found.key.handle


@pytest.mark.parametrize("weights", [(1, 1, 1, 1, 1), (5, 1, 3, 1, 2)], ids=["equal", "weighted"])
def test_a_session_keeps_its_key(weights: tuple[int, ...]) -> None:
    """Whosever turn it is, and however the dice fall."""
    found = {tried(journey(weights=weights), turn=turn) for turn in range(20)}

    assert 1 == len(found)


def test_without_a_session_keys_take_turns() -> None:
    """As ever."""
    found = [tried(journey(affinity=None), turn=turn) for turn in range(5)]

    assert ["k0", "k1", "k2", "k3", "k4"] == found


def test_sessions_are_spread_over_the_pool() -> None:
    """Each has a place of its own."""
    assert {"k0", "k1", "k2", "k3", "k4"} == {tried(journey(affinity=n)) for n in range(50)}


def test_a_key_that_rests_is_passed_over() -> None:
    """The next one serves in the meantime, the same one each time."""
    home = tried(journey())
    away = {tried(journey(), turn=turn, rests=(home,)) for turn in range(9)}

    assert 1 == len(away)
    assert home not in away


def test_a_target_that_broke_is_passed_over() -> None:
    """Affinity never stops a failover."""
    assert "b0" == tried(journey(), rests=tuple(f"k{n}" for n in range(5)))
