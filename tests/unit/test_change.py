"""What was saved over what was configured: in its place, whole, and as versions count it."""

import pytest
from attrs import evolve

from src.domain.catalogue import (
    ClientKey,
    Limit,
    Provider,
    Route,
    Snapshot,
    Target,
    VirtualModel,
    When,
)
from src.domain.change import Change, Kind, Record, applied, name_of

A, B = Provider("a", "https://a.example"), Provider("b", "https://b.example")
FAST = VirtualModel("fast", (Target("a", "m"),))
ROUTE = Route("r", When(), (Target("a", "m"),))
CLIENT = ClientKey("team", b"\x01" * 32)
LIMIT = Limit("client:team", "tokens", "day", 5)
CONFIGURED = Snapshot((A, B), (FAST,), (ROUTE,), (CLIENT,), (LIMIT,), longest_pause=1.5, version=4)


def test_nothing_saved_is_what_was_configured() -> None:
    """Value for value."""
    assert CONFIGURED == applied(CONFIGURED, [])


@pytest.mark.parametrize(
    ("record", "name"),
    [(A, "a"), (FAST, "fast"), (ROUTE, "r"), (CLIENT, "team"), (LIMIT, "client:team tokens day")],
)
def test_what_a_record_is_saved_under(record: Record, name: str) -> None:
    """A limit has no name but what it bounds."""
    assert name == name_of(record)


def test_a_saved_record_takes_the_place_of_the_configured_one() -> None:
    """Whole, and in order; a new one follows."""
    changed, new = evolve(A, enabled=False), Provider("c", "https://c.example")
    saved = applied(
        CONFIGURED, [(Change("provider", "c", new), 1), (Change("provider", "a", changed), 2)]
    )

    assert (changed, B, new) == saved.providers
    assert {"provider/c": 1, "provider/a": 2} == saved.versions
    assert 7 == saved.version
    assert (1.5, (FAST,)) == (saved.longest_pause, saved.virtual_models)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("provider", "a"),
        ("virtual_model", "fast"),
        ("route", "r"),
        ("client_key", "team"),
        ("limit", "client:team tokens day"),
    ],
)
def test_a_tombstone_takes_away_one_record_of_its_kind(kind: Kind, name: str) -> None:
    """And keeps its place among the versions; one for what is not there takes nothing."""
    change = Change(kind, name, None)
    after = applied(CONFIGURED, [(change, 1)])

    assert {f"{kind}/{name}": 1} == after.versions
    assert 5 == sum(map(len, records(after)))
    assert 6 == sum(map(len, records(applied(CONFIGURED, [(Change(kind, "other", None), 1)]))))


def test_names_are_each_kinds_own() -> None:
    """A route called like a provider is another record."""
    after = applied(CONFIGURED, [(Change("route", "a", None), 1)])

    assert (A, B) == after.providers
    assert (ROUTE,) == after.routes


def test_the_last_of_one_name_counts() -> None:
    """With its version alone."""
    after = applied(
        CONFIGURED, [(Change("provider", "a", None), 1), (Change("provider", "a", A), 2)]
    )

    assert (A, B) == after.providers
    assert ({"provider/a": 2}, 6) == (after.versions, after.version)


def records(snapshot: Snapshot) -> tuple[tuple[Record, ...], ...]:
    return (
        snapshot.providers,
        snapshot.virtual_models,
        snapshot.routes,
        snapshot.client_keys,
        snapshot.limits,
    )
