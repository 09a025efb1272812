"""Near the end of its time a request begins nothing that can bring nothing."""

from random import Random

import pytest

from src.application.health import Health
from src.domain import journey as journeys
from src.domain.catalogue import Provider, ProviderKey
from src.domain.errors import (
    AllAttemptsFailed,
    CannotCarry,
    DeadlineExceeded,
    KeyRejected,
    KeysResting,
    ProviderRefused,
    RateLimited,
    Refusal,
    RequestRejected,
    ServerFailed,
    Silent,
    UpstreamError,
)
from src.domain.journey import LEAST, Attempt, Journey, Pause
from src.domain.router import Plan, Stop
from src.domain.steps import step
from src.domain.verdicts import GaveUp

from .test_journey import NOW, Nobody


def stop(name: str, keys: int) -> Stop:
    pool = tuple(ProviderKey(f"{name}{n}", f"sk-{name}-{n}") for n in range(keys))
    return Stop(Provider(name, f"https://{name}.example", keys=pool), "m", "declared")


def after(error: UpstreamError | None, left: float, *stops: Stop) -> Attempt | Pause | GaveUp:
    """The next step, that much before the deadline, after one attempt that failed so."""
    health = Health(Nobody(), Random(0))
    journey, now = Journey(Plan(stops), NOW + 100), NOW + 100 - left
    if error is not None:
        first = step(journey, health.known, now=now, dice=Random(0))
        assert isinstance(first, Attempt)
        health.failed(first, error, now)
        journey = journeys.failed(journey, first, error, may_repeat=True, now=now, dice=Random(0))
    return step(journey, health.known, now=now, dice=Random(0))


TWO_KEYS, ONE_KEY, OTHER = stop("a", 2), stop("a", 1), stop("b", 1)


@pytest.mark.parametrize(
    ("error", "left", "stops", "expected"),
    [
        (None, 2.0, (ONE_KEY,), Attempt),
        (None, 0.1, (ONE_KEY,), Attempt),  # the caller allows no more: it is tried
        (CannotCarry("no", 400), 0.1, (ONE_KEY, OTHER), Attempt),  # nobody was asked
        (KeyRejected("no"), LEAST + 0.01, (TWO_KEYS,), Attempt),
        (KeyRejected("no"), LEAST - 0.01, (TWO_KEYS,), DeadlineExceeded),
        (Silent("no", phase="headers"), LEAST + 0.01, (ONE_KEY, OTHER), Attempt),
        (Silent("no", phase="headers"), LEAST - 0.01, (ONE_KEY, OTHER), DeadlineExceeded),
        (ServerFailed("no", 500), 2.0, (ONE_KEY,), Pause),
        (ServerFailed("no", 500), LEAST - 0.01, (ONE_KEY,), AllAttemptsFailed),
        (ServerFailed("no", 500), LEAST - 0.01, (ONE_KEY, OTHER), DeadlineExceeded),
        (ServerFailed("no", 500, retry_after=1.0), LEAST + 0.9, (ONE_KEY,), AllAttemptsFailed),
        (ServerFailed("no", 500, retry_after=1.0), LEAST + 1.2, (ONE_KEY,), Pause),
        (RateLimited("no", 429, retry_after=1.0), LEAST + 1.2, (ONE_KEY,), Pause),
        (RateLimited("no", 429, retry_after=1.0), LEAST + 0.9, (ONE_KEY,), KeysResting),
        # Nothing was left to be begun: what there is to say is said.
        (Silent("no", phase="headers"), 0.1, (ONE_KEY,), AllAttemptsFailed),
        (RequestRejected("no", 400), 0.1, (ONE_KEY, OTHER), ProviderRefused),
    ],
)
def test_what_is_begun_late(
    error: UpstreamError | None,
    left: float,
    stops: tuple[Stop, ...],
    expected: type[Attempt | Pause | Refusal],
) -> None:
    """
    A further attempt, or a wait for one, only where half a second is left for it; the first always.
    """
    found = after(error, left, *stops)

    assert isinstance(found.refusal if isinstance(found, GaveUp) else found, expected)


def test_the_attempts_are_told_with_it() -> None:
    """
    504 names what was tried and why it failed.
    """
    found = after(KeyRejected("wrong"), 0.1, TWO_KEYS)

    assert isinstance(found, GaveUp)
    assert "1. a/m key a0: " in str(found.refusal)
