"""Whatever providers do, a request ends, and its end gives no key away."""

from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from src.application.health import Health
from src.domain import journey as journeys
from src.domain.catalogue import Provider, ProviderKey
from src.domain.dialects.openai_chat import errors
from src.domain.errors import (
    BadAnswer,
    ConnectionReset,
    Cut,
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
SECRET = "sk-proj-Zz9_secret.of-the-pool"


class Nobody:
    """Hears everything and keeps nothing."""

    def note(self, event: Event) -> None:
        return None


def answered(status: int, code: str, after: str) -> UpstreamError:
    """What a provider's error means that repeats our key wherever it can."""
    body = b'{"error":{"message":"bad %b","code":"%b","type":"%b"}}' % (
        *(SECRET.encode(), code.encode(), SECRET.encode()),
    )
    return errors.classify(status, {"retry-after": after}, body, now=NOW)


ANSWERED = st.builds(
    answered,
    st.integers(400, 599),
    st.sampled_from([SECRET, "", "insufficient_quota", "context_length_exceeded", "moderation"]),
    st.sampled_from(["", "0.3", "1", "2", "60"]),
)
BROKEN = st.sampled_from(
    [kind() for kind in (Unreachable, ConnectionReset, Silent, BadAnswer, Cut, Stalled)]
    + [StreamFailed()]
)
POOLS = st.lists(st.integers(0, 12), min_size=1, max_size=16)


def plan(pools: list[int], patience: float) -> Plan:
    def stop(place: int, size: int) -> Stop:
        keys = tuple(ProviderKey(f"{place}.{n}", f"{SECRET}{place}.{n}") for n in range(size))
        return Stop(Provider(f"p{place}", "https://p.example", keys=keys), "m", "")

    return Plan(tuple(stop(place, size) for place, size in enumerate(pools)), patience=patience)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    pools=POOLS,
    script=st.lists(st.one_of(ANSWERED, BROKEN), min_size=1, max_size=12),
    patience=st.sampled_from([0.0, 2.0]),
    leases=st.lists(st.booleans(), min_size=1, max_size=5),
    seed=st.integers(0, 99),
)
def test_it_ends_and_tells_no_secret(
    pools: list[int],
    script: list[UpstreamError],
    patience: float,
    leases: list[bool],
    seed: int,
) -> None:
    """Against providers that only fail, each in its way and for ever: the attempts stay within
    two a target and nine more, the waits within the longest allowed and a repeat's each; and the
    refusal never holds a key."""
    journey, now, dice = Journey(plan(pools, patience), NOW + 600), NOW, Random(seed)
    health, attempts, steps = Health(Nobody(), dice), 0, 0
    while True:
        steps += 1
        found = step(journey, health.known, now=now, dice=dice)
        if isinstance(found, GaveUp):
            break
        if isinstance(found, Pause):
            now += found.seconds
            journey = journeys.waited(journey, found)
        elif found.lease is not None and not leases[steps % len(leases)]:
            journey = journeys.passed_over(journey, found)
        else:
            attempts += 1
            error = script[attempts % len(script)]
            journey = failed(journey, health, found, error, now=now, dice=dice)
        assert steps < 200
    assert attempts <= 2 * len(pools) + 9
    assert now - NOW <= 2.5 + 2.6 * len(pools)
    assert SECRET not in str(found.refusal)


def failed(
    journey: Journey,
    health: Health,
    attempt: Attempt,
    error: UpstreamError,
    *,
    now: float,
    dice: Random,
) -> Journey:
    health.began(attempt, first=not journey.failures, now=now)
    health.failed(attempt, error, now)
    affords = health.may_repeat(attempt, now)
    return journeys.failed(journey, attempt, error, may_repeat=affords, now=now, dice=dice)
