"""When a request waits, for how long, and when it must not."""

from random import Random

import pytest
from attrs import evolve

from src.domain import journey as journeys
from src.domain.breaker import Breaker
from src.domain.catalogue import Provider, ProviderKey
from src.domain.errors import (
    AllAttemptsFailed,
    DeadlineExceeded,
    KeysResting,
    NothingToTry,
    RateLimited,
    Refusal,
    ServerFailed,
    UpstreamError,
)
from src.domain.journey import Attempt, Journey, Known, Pause
from src.domain.key_pool import Rest, Scope
from src.domain.router import Plan, Stop
from src.domain.steps import Step, step
from src.domain.verdicts import GaveUp

NOW = 1_000.0
KEY_A, KEY_B = ProviderKey("ka", "sk-aaaaaaaa"), ProviderKey("kb", "sk-bbbbbbbb")
A = Stop(Provider("a", "https://a.example", keys=(KEY_A,)), "m", "")
B = Stop(Provider("b", "https://b.example", keys=(KEY_B,)), "m", "")
BOTH, ONE = Plan((A, B)), Plan((A,))
OPEN, SOONER = Breaker(openings=1, until=NOW + 5), Breaker(openings=1, until=NOW + 3)
PROBED = Breaker(openings=1, until=NOW)


def known(*, a: float = 0.0, b: float = 0.0, breakers: dict[str, Breaker] | None = None) -> Known:
    """`a`, `b`: how many seconds the key of that target still rests."""
    rests: dict[Scope, Rest] = {
        (key.handle, "m"): Rest(NOW + seconds)
        for key, seconds in ((KEY_A, a), (KEY_B, b))
        if seconds
    }
    return Known(rests, breakers or {}, {})


def next_step(plan: Plan, of: Known, *, left: float = 600.0, paused: float = 0.0) -> Step:
    journey = evolve(Journey(plan, NOW + left), paused=paused)
    return step(journey, of, now=NOW, dice=Random(0))


def shown(found: Step) -> str:
    """A step in a word: where it goes, how long it waits, or how it ends."""
    match found:
        case Attempt(stop=stop, lease=lease):
            return f"{stop.name} {lease or ''}".strip()
        case Pause(seconds=seconds):
            return f"wait {seconds:g}"
        case GaveUp(refusal=refusal):
            return type(refusal).__name__


def plan(of: Plan = BOTH, *, patience: float = 0.0, longest: float = 2.5) -> Plan:
    return Plan(of.stops, patience=patience, longest_pause=longest)


STEPS = [
    ("all well", plan(), known(), "a/m"),
    ("preferred rests, no patience", plan(), known(a=1), "b/m"),
    ("preferred rests, patience", plan(patience=3), known(a=1), "wait 1"),
    ("preferred rests for longer", plan(patience=3), known(a=4), "b/m"),
    ("all rest, shortly", plan(), known(a=2.5, b=9), "wait 2.5"),
    ("all rest, the second one shortly", plan(), known(a=9, b=1), "wait 1"),
    ("all rest, too long", plan(), known(a=2.6, b=9), "KeysResting"),
    ("all rest, no wait wanted", plan(longest=0), known(a=0.5, b=1), "KeysResting"),
    ("one alone rests, patience", plan(ONE, patience=8), known(a=6), "wait 6"),
    ("preferred open", plan(), known(breakers={"a/m": OPEN}), "b/m"),
    ("preferred open, patience", plan(patience=9), known(breakers={"a/m": OPEN}), "b/m"),
    ("half-open", plan(), known(breakers={"a/m": PROBED}), "a/m probe:a/m"),
    ("open, the other rests", plan(), known(b=1, breakers={"a/m": OPEN}), "wait 1"),
    ("all open", plan(), known(breakers={"a/m": OPEN, "b/m": SOONER}), "b/m panic:b/m"),
    ("all open and resting", plan(ONE), known(a=9, breakers={"a/m": OPEN}), "NothingToTry"),
    ("no key", Plan((Stop(Provider("c", ""), "m", ""),)), known(), "NothingToTry"),
]


@pytest.mark.parametrize(
    ("plan", "of", "expected"), [row[1:] for row in STEPS], ids=[row[0] for row in STEPS]
)
def test_the_first_step(plan: Plan, of: Known, expected: str) -> None:
    """Where a request goes, by what is known of keys and targets when it begins."""
    assert expected == shown(next_step(plan, of))


def test_waits_add_up() -> None:
    """What was waited already counts: two waits of 2 s are more than the 2.5 s allowed."""
    assert "wait 2" == shown(next_step(plan(ONE), known(a=2), paused=0.5))
    assert "KeysResting" == shown(next_step(plan(ONE), known(a=2), paused=0.6))


def test_no_wait_goes_beyond_the_deadline() -> None:
    """A key that is back only after the caller's time is over is as good as none."""
    assert "KeysResting" == shown(next_step(plan(ONE), known(a=2), left=1.0))


def test_a_deadline_that_is_over_ends_it() -> None:
    """504, before anything else is considered."""
    found = next_step(plan(), known(), left=0.0)

    assert isinstance(found, GaveUp)
    assert isinstance(found.refusal, DeadlineExceeded)


def test_a_probe_is_leased_for_ten_seconds_and_panic_for_one() -> None:
    """One probe at a time, given back; in panic one attempt a second, which is not."""
    probe = next_step(plan(ONE), known(breakers={"a/m": PROBED}))
    panic = next_step(plan(ONE), known(breakers={"a/m": OPEN}))

    assert isinstance(probe, Attempt)
    assert isinstance(panic, Attempt)
    assert (10.0, True) == (probe.ttl, probe.once)
    assert (1.0, False) == (panic.ttl, panic.once)


def test_without_its_lease_a_target_is_passed_over() -> None:
    """Somebody else probes: the next target, and with none left, 503 and when to come back."""
    found = next_step(plan(), known(breakers={"a/m": PROBED}))
    assert isinstance(found, Attempt)
    passed = journeys.passed_over(Journey(plan(), NOW + 600), found)

    assert "b/m" == shown(step(passed, known(), now=NOW, dice=Random(0)))
    last = journeys.passed_over(passed, Attempt(B, KEY_B))
    ended = step(last, known(breakers={"a/m": PROBED}), now=NOW, dice=Random(0))
    assert isinstance(ended, GaveUp)
    assert isinstance(ended.refusal, NothingToTry)
    assert 1.0 <= (ended.refusal.retry_after or 0.0) <= 12.0


def after(error: UpstreamError, *, left: float = 600.0) -> Journey:
    journey = Journey(BOTH, NOW + left)
    attempt = Attempt(A, KEY_A)
    return journeys.failed(journey, attempt, error, may_repeat=True, now=NOW, dice=Random(0))


def test_a_repeat_waits_a_moment() -> None:
    """Jitter of a tenth of a second at most, or what the provider asked for, if that is short."""
    plain, asked = after(ServerFailed()), after(ServerFailed(retry_after=2.0))

    assert plain.repeat_after is not None
    assert asked.repeat_after is not None
    assert 0.0 <= plain.repeat_after.seconds <= 0.1
    assert 2.0 <= asked.repeat_after.seconds <= 2.1
    assert "a" == plain.repeat_after.repeats


@pytest.mark.parametrize(
    "journey",
    [after(ServerFailed(retry_after=30.0)), after(ServerFailed(retry_after=2.0), left=1.0)],
    ids=["asked for a long wait", "the deadline is near"],
)
def test_a_repeat_in_vain_is_not_waited_for(journey: Journey) -> None:
    """Where the repeat could come only too late, the request moves on at once."""
    assert "b/m" == shown(step(journey, known(), now=NOW, dice=Random(0)))


def test_a_repeat_is_due_although_it_opened_the_breaker() -> None:
    """The failure that opened the breaker must not take its own repeat away."""
    waiting = after(ServerFailed())
    assert waiting.repeat_after is not None
    journey = journeys.waited(waiting, waiting.repeat_after)

    found = step(journey, known(breakers={"a/m": OPEN}), now=NOW, dice=Random(0))

    assert "a/m" == shown(found)


def ended(error: UpstreamError, of: Known) -> Refusal:
    journey = evolve(after(error), plan=ONE, spent=frozenset({"a/m"}), repeat_after=None)
    found = step(journey, of, now=NOW, dice=Random(0))
    assert isinstance(found, GaveUp)
    return found.refusal


def test_after_an_attempt_it_is_never_503() -> None:
    """503 says that nothing could be tried; a limited key on an open target was tried."""
    assert isinstance(ended(RateLimited(), known(a=5)), KeysResting)
    open_too = known(a=5, breakers={"a/m": OPEN})
    assert isinstance(ended(RateLimited(), open_too), AllAttemptsFailed)
