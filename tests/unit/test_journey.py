"""One request's way: which error moves it, which repeats, which ends it."""

from collections.abc import Sequence
from random import Random

import pytest

from src.application.health import Health
from src.domain import journey as journeys
from src.domain.catalogue import Provider, ProviderKey
from src.domain.errors import (
    AllAttemptsFailed,
    BadAnswer,
    ConnectionReset,
    ContextTooLong,
    Cut,
    KeyForbidden,
    KeyRejected,
    KeysResting,
    ModelUnknown,
    OutOfCredit,
    ProviderRefused,
    RateLimited,
    Refusal,
    RequestRejected,
    ServerFailed,
    Silent,
    Stalled,
    StreamFailed,
    Unreachable,
    UpstreamError,
)
from src.domain.events import Event
from src.domain.journey import Attempt, Journey, Pause
from src.domain.router import Plan, Stop
from src.domain.steps import step
from src.domain.verdicts import GaveUp

NOW = 1_000.0


class Nobody:
    """Hears everything and keeps nothing."""

    def note(self, event: Event) -> None:
        return None


def stop(name: str, keys: int = 1) -> Stop:
    pool = tuple(ProviderKey(f"{name}{n}", f"sk-{name}-{n}") for n in range(1, keys + 1))
    return Stop(Provider(name, f"https://{name}.example", keys=pool), "m", "declared")


def travelled(
    stops: Sequence[Stop], errors: Sequence[UpstreamError]
) -> tuple[list[str], Refusal | None]:
    """The handles of the keys that were tried, and the end: None for an answer. Attempts beyond
    `errors` succeed."""
    journey, now = Journey(Plan(tuple(stops)), NOW + 600), NOW
    health = Health(Nobody(), Random(0))
    tried: list[str] = []
    while True:
        match step(journey, health.known, now=now, dice=Random(0)):
            case GaveUp(refusal=refusal):
                return tried, refusal
            case Pause() as pause:
                now += pause.seconds
                journey = journeys.waited(journey, pause)
            case Attempt() as attempt:
                tried.append(attempt.key.handle)
                if len(tried) > len(errors):
                    return tried, None
                health.began(attempt, first=len(tried) == 1, now=now)
                error = errors[len(tried) - 1]
                health.failed(attempt, error, now)
                affords = health.may_repeat(attempt, now)
                journey = journeys.failed(
                    journey, attempt, error, may_repeat=affords, now=now, dice=Random(0)
                )


ONCE_MORE = (ServerFailed, Unreachable, ConnectionReset)
MOVES_ON = (Silent, BadAnswer, Cut, Stalled, StreamFailed, ContextTooLong, ModelUnknown)
ANOTHER_KEY = (RateLimited, KeyRejected, KeyForbidden, OutOfCredit)


@pytest.mark.parametrize("kind", ONCE_MORE)
def test_a_broken_target_is_repeated_once_then_left(kind: type[UpstreamError]) -> None:
    """5xx, refused or reset: the same target once more, then the next, which is asked once."""
    assert (["a1", "a1", "b1"], None) == travelled([stop("a"), stop("b")], [kind(), kind()])


@pytest.mark.parametrize("kind", MOVES_ON)
def test_what_a_repeat_cannot_mend_moves_on_at_once(kind: type[UpstreamError]) -> None:
    """A silent target, a cut, a stall, no answer at all, or a model it lacks: never repeated."""
    assert (["a1", "b1"], None) == travelled([stop("a", keys=3), stop("b")], [kind()])


@pytest.mark.parametrize("kind", ANOTHER_KEY)
def test_an_error_of_the_keys_tries_another_key(kind: type[UpstreamError]) -> None:
    """401, 402, 403, 429: the next key of the same target, and only then the next target."""
    stops = [stop("a", keys=2), stop("b")]

    assert (["a1", "a2", "b1"], None) == travelled(stops, [kind(), kind()])


def test_a_rejected_request_goes_to_the_caller() -> None:
    """400, 413, 422 never move: the provider's own words and status are the answer."""
    error = RequestRejected("status 422", 422, b'{"error":{"message":"no"}}')

    tried, refusal = travelled([stop("a", keys=3), stop("b")], [error])

    assert ["a1"] == tried
    assert isinstance(refusal, ProviderRefused)
    assert (422, error.body) == (refusal.status, refusal.body)


def test_it_goes_to_the_caller_after_a_failover_too() -> None:
    """What the second target says of the request counts, whatever the first one's trouble was."""
    _, refusal = travelled([stop("a"), stop("b")], [Silent(), RequestRejected("no", 400)])

    assert isinstance(refusal, ProviderRefused)


@pytest.mark.parametrize("kind", [ContextTooLong, ModelUnknown])
def test_with_nowhere_else_to_go_the_provider_has_the_last_word(kind: type[UpstreamError]) -> None:
    """Too long everywhere, or known nowhere: the last provider's own answer."""
    errors = [kind("first", 400, b"1"), kind("last", 404, b"2")]

    tried, refusal = travelled([stop("a"), stop("b")], errors)

    assert ["a1", "b1"] == tried
    assert isinstance(refusal, ProviderRefused)
    assert (404, b"2") == (refusal.status, refusal.body)


def test_ten_keys_nine_refusing_are_served() -> None:
    """A pool of ten is walked to its end."""
    tried, refusal = travelled([stop("a", keys=10)], [RateLimited(retry_after=30.0)] * 9)

    assert [f"a{n}" for n in range(1, 11)] == sorted(tried, key=lambda handle: int(handle[1:]))
    assert refusal is None


def test_a_large_pool_is_not_walked_to_its_end() -> None:
    """Eight moves to other keys in a request; then the next target."""
    tried, _ = travelled([stop("a", keys=50), stop("b")], [KeyRejected()] * 9)

    assert 9 == sum(handle.startswith("a") for handle in tried)
    assert "b1" == tried[-1]


def test_every_target_failed_names_each_attempt_and_its_reason() -> None:
    """502 that tells the whole tale, in order."""
    errors = [ServerFailed("status 500"), ServerFailed("status 503"), Silent("no headers")]

    _, refusal = travelled([stop("a"), stop("b")], errors)

    assert isinstance(refusal, AllAttemptsFailed)
    assert (
        "Every attempt failed. 1. a/m key a1: server_error (status 500);"
        " 2. a/m key a1: server_error (status 503); 3. b/m key b1: timeout (no headers)."
    ) == refusal.message


def test_all_resting_tells_the_true_time() -> None:
    """429 with the seconds until the first of the keys is back."""
    errors = [RateLimited(retry_after=30.0), RateLimited(retry_after=20.0)]

    _, refusal = travelled([stop("a", keys=2)], errors)

    assert isinstance(refusal, KeysResting)
    assert 20.0 == pytest.approx(refusal.retry_after)


def test_keys_that_are_all_wrong_are_a_502() -> None:
    """Attempts were made and all failed; waiting a quarter of an hour is no advice."""
    _, refusal = travelled([stop("a", keys=2)], [KeyRejected(), OutOfCredit()])

    assert isinstance(refusal, AllAttemptsFailed)


def test_the_budget_refuses_a_repeat_and_never_a_move() -> None:
    """Without the means for a repeat the request moves on at once."""
    journey, a = Journey(Plan((stop("a"), stop("b"))), NOW + 600), Attempt(stop("a"), KEY)
    after = journeys.failed(journey, a, ServerFailed(), may_repeat=False, now=NOW, dice=Random(0))
    step_after = step(after, Health(Nobody(), Random(0)).known, now=NOW, dice=Random(0))

    assert isinstance(step_after, Attempt)
    assert "b/m" == step_after.stop.name


KEY = ProviderKey("a1", "sk-a-1")
