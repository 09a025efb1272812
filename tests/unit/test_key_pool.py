"""Which key works now, and when one may again."""

from collections import Counter
from random import Random

import pytest

from src.domain.catalogue import ProviderKey
from src.domain.errors import (
    BadAnswer,
    ConnectionReset,
    ContextTooLong,
    Cut,
    KeyForbidden,
    KeyRejected,
    ModelUnknown,
    OutOfCredit,
    RateLimited,
    RequestRejected,
    ServerFailed,
    Silent,
    Stalled,
    StreamFailed,
    Unreachable,
    UpstreamError,
)
from src.domain.key_pool import (
    Rest,
    Scope,
    after_success,
    pick,
    rest_until,
    resting_until,
    soonest,
)

NOW = 1_000.0
KEYS = tuple(ProviderKey(handle, f"sk-{handle}") for handle in "abc")
Rests = dict[Scope, Rest]


def chosen(
    rests: Rests, *, turn: int = 0, tried: str = "", keys: tuple[ProviderKey, ...] = KEYS
) -> str | None:
    key = pick(keys, "m", rests, tried=tried, now=NOW, turn=turn, dice=Random(turn))
    return key.handle if key else None


def earned(error: UpstreamError, rests: Rests | None = None) -> tuple[Scope, float] | None:
    new = rest_until(error, "a", "m", rests or {}, now=NOW, dice=Random(0))
    return (new.scope, new.rest.until) if new else None


def test_equal_keys_take_turns() -> None:
    """Round-robin over the pool."""
    assert ["a", "b", "c", "a"] == [chosen({}, turn=turn) for turn in range(4)]


def test_a_resting_key_is_never_picked() -> None:
    """Whether it rests as a whole or for this model; a rest for another model is no matter."""
    rests: Rests = {
        ("a", None): Rest(NOW + 1),
        ("b", "m"): Rest(NOW + 1),
        ("c", "other"): Rest(NOW + 1),
    }

    assert {"c"} == {chosen(rests, turn=turn) for turn in range(9)}


def test_a_rest_is_over_at_its_end() -> None:
    """At the very instant the key works again, and not before."""
    assert "a" == chosen({("a", "m"): Rest(NOW)}, keys=KEYS[:1])
    assert chosen({("a", "m"): Rest(NOW + 0.001)}, keys=KEYS[:1]) is None


def test_a_key_with_nothing_left_comes_last() -> None:
    """It is about to be refused; where all are, one of them is tried all the same."""
    low: dict[Scope, float] = {("a", "m"): NOW + 5, ("b", "m"): NOW, ("c", "other"): NOW + 5}
    spent: dict[Scope, float] = {(handle, "m"): NOW + 5 for handle in "abc"}

    def picked(turn: int, low: dict[Scope, float]) -> str | None:
        key = pick(KEYS, "m", {}, tried="", now=NOW, turn=turn, dice=Random(0), low=low)
        return key.handle if key else None

    assert {"b", "c"} == {picked(turn, low) for turn in range(9)}
    assert {"a", "b", "c"} == {picked(turn, spent) for turn in range(9)}


def test_no_key_no_pick() -> None:
    """An empty pool, or one that rests, has none."""
    assert chosen({}, keys=()) is None
    assert chosen({(key.handle, None): Rest(NOW + 1) for key in KEYS}) is None


def test_keys_this_request_tried_come_last() -> None:
    """A fresh key first; a tried one rather than none."""
    assert "c" == chosen({}, tried="ab")
    assert "a" == chosen({}, tried="abc")


def test_unequal_weights_are_drawn_in_their_proportion() -> None:
    """Nine to one: about nine tenths of a thousand picks."""
    keys = (ProviderKey("a", "x", weight=9), ProviderKey("b", "y", weight=1))

    drawn = Counter(chosen({}, turn=turn, keys=keys) for turn in range(1000))

    assert 850 < drawn["a"] < 950
    assert 1000 == drawn["a"] + drawn["b"]


def test_the_later_of_two_rests_counts() -> None:
    """A key rests until both its own and its model's rest are over."""
    rests: Rests = {("a", None): Rest(NOW + 5), ("a", "m"): Rest(NOW + 9)}

    assert NOW + 9 == resting_until(KEYS[0], "m", rests)
    assert NOW + 5 == resting_until(KEYS[0], "other", rests)


def test_soonest_is_the_first_to_wake() -> None:
    """The minimum over the pool; None for no pool."""
    rests: Rests = {(key.handle, None): Rest(NOW + n) for n, key in enumerate(KEYS, 3)}

    assert NOW + 3 == soonest(KEYS, "m", rests)
    assert soonest((), "m", rests) is None


RESTS: list[tuple[UpstreamError, tuple[Scope, float] | None]] = [
    (RateLimited(retry_after=2.0), (("a", "m"), NOW + 2)),
    (RateLimited(retry_after=2.0, account=True), (("a", None), NOW + 2)),
    (KeyForbidden(), (("a", "m"), NOW + 900)),
    (KeyRejected(), (("a", None), NOW + 900)),
    (OutOfCredit(), (("a", None), NOW + 3600)),
    *(
        (kind(), None)
        for kind in (
            *(Unreachable, ConnectionReset, Silent, ServerFailed, ModelUnknown, Cut, Stalled),
            *(ContextTooLong, RequestRejected, BadAnswer, StreamFailed),
        )
    ),
]


@pytest.mark.parametrize(("error", "expected"), RESTS, ids=lambda row: type(row).__name__)
def test_each_error_earns_its_rest(
    error: UpstreamError, expected: tuple[Scope, float] | None
) -> None:
    """429 (key, model) for as long as it says, 403 for 15 min; the whole key for 401 and money."""
    assert expected == earned(error)


@pytest.mark.parametrize("error", [row[0] for row in RESTS if row[1]])
def test_a_rest_is_never_shortened(error: UpstreamError) -> None:
    """A later end that is already known stays."""
    scope, _ = earned(error) or (("", None), 0.0)

    assert (scope, NOW + 9999) == earned(error, {scope: Rest(NOW + 9999)})


def test_rests_without_a_hint_double_up_to_a_minute() -> None:
    """The nth lasts between half of 2^(n-1) s and all of it, and 60 s at most."""
    rests: Rests = {}
    for n in range(1, 12):
        most = min(60.0, 2.0 ** (n - 1))
        new = rest_until(RateLimited(), "a", "m", rests, now=n * 100.0, dice=Random(n))
        assert new is not None
        assert n == new.rest.strikes
        assert most / 2 <= new.rest.until - n * 100.0 <= most
        rests[new.scope] = new.rest


def test_a_hint_does_not_count_as_a_strike() -> None:
    """The provider said when: nothing has to be guessed the next time either."""
    rests: Rests = {("a", "m"): Rest(NOW - 1, strikes=3)}
    new = rest_until(RateLimited(retry_after=1.0), "a", "m", rests, now=NOW, dice=Random(0))

    assert new is not None
    assert 3 == new.rest.strikes


def test_a_success_forgives_only_rests_that_were_over_when_it_began() -> None:
    """A call begun before the key was told to rest proves nothing."""
    rests: Rests = {("a", "m"): Rest(NOW), ("a", None): Rest(NOW + 5), ("b", "m"): Rest(1.0)}

    assert (("a", "m"),) == after_success("a", "m", rests, started=NOW)
    assert () == after_success("a", "m", rests, started=NOW - 1)
