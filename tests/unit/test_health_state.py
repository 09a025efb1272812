"""What one instance learns from its attempts."""

from random import Random

import pytest
from attrs import define, field

from src.application.health import Health
from src.domain.breaker import Breaker, state
from src.domain.catalogue import Provider, ProviderKey
from src.domain.errors import (
    BadAnswer,
    ConnectionReset,
    ContextTooLong,
    Cut,
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
from src.domain.events import BreakerClosed, BreakerOpened, Event, KeyRested
from src.domain.journey import Attempt
from src.domain.key_pool import Rest
from src.domain.quota import Lesson
from src.domain.router import Stop

NOW = 1_000.0
KEY = ProviderKey("k1", "sk-secret-secret")
ATTEMPT = Attempt(Stop(Provider("p", "https://p.example", keys=(KEY,)), "m", ""), KEY)


@define
class Ear:
    """Keeps what it hears."""

    heard: list[Event] = field(factory=list)

    def note(self, event: Event) -> None:
        self.heard.append(event)


def health() -> tuple[Health, Ear]:
    return Health(ear := Ear(), Random(0)), ear


def opened(of: Health) -> bool:
    return "open" == state(of.known.breakers.get("p/m", Breaker()), NOW)


FAULTS = (
    *(Unreachable, ConnectionReset, Silent, ServerFailed),
    *(BadAnswer, Cut, Stalled, StreamFailed),
)
NO_FAULTS = (RateLimited, KeyRejected, OutOfCredit, ModelUnknown, ContextTooLong, RequestRejected)


@pytest.mark.parametrize("kind", FAULTS)
def test_five_faults_of_the_provider_open_its_breaker(kind: type[UpstreamError]) -> None:
    """Told once, with the end; four are not enough."""
    of, ear = health()
    for _ in range(4):
        of.failed(ATTEMPT, kind(), NOW)
    assert not opened(of)

    of.failed(ATTEMPT, kind(), NOW)

    assert opened(of)
    assert [BreakerOpened("p", "m", of.known.breakers["p/m"].until)] == ear.heard


@pytest.mark.parametrize("kind", NO_FAULTS)
def test_what_is_not_the_providers_fault_does_not(kind: type[UpstreamError]) -> None:
    """Keys, limits and requests say nothing about the target."""
    of, _ = health()
    for _ in range(20):
        of.failed(ATTEMPT, kind(), NOW)

    assert not opened(of)


def test_a_rest_holds_at_once_and_is_told() -> None:
    """For this instance, for the observer, and for the ledger."""
    of, ear = health()

    learned = of.failed(ATTEMPT, RateLimited(retry_after=2.0), NOW)

    assert [Lesson("rest", "k1", NOW + 2, "m")] == learned
    assert NOW + 2 == of.known.rests["k1", "m"].until
    assert [KeyRested("p", "k1", "m", NOW + 2, "rate_limited")] == ear.heard


def test_what_others_learned_is_merged_by_maximum() -> None:
    """A shorter rest from elsewhere wakes no key up."""
    of, _ = health()
    of.failed(ATTEMPT, RateLimited(retry_after=9.0), NOW)

    of.merge([Lesson("rest", "k1", NOW + 2, "m"), Lesson("rest", "k2", NOW + 3)], NOW)
    assert (NOW + 9, NOW + 3) == (
        *(of.known.rests["k1", "m"].until, of.known.rests["k2", None].until),
    )

    of.merge([Lesson("rest", "k1", NOW + 20, "m")], NOW)
    assert NOW + 20 == of.known.rests["k1", "m"].until


def test_an_opening_of_another_instance_is_believed() -> None:
    """Its target is passed over, and looked at by lease afterwards; that is told once."""
    of, ear = health()
    opening = Lesson("open", "p/m", NOW + 4, since=NOW - 1)

    of.merge([opening], NOW)
    of.merge([opening], NOW + 1)

    assert "open" == state(of.known.breakers["p/m"], NOW + 3)
    assert "half_open" == state(of.known.breakers["p/m"], NOW + 4)
    assert [BreakerOpened("p", "m", NOW + 4)] == ear.heard


@pytest.mark.parametrize(("started", "believed"), [(NOW - 2, True), (NOW, False)])
def test_who_was_answered_since_believes_no_opening(started: float, believed: bool) -> None:
    """Then it is the other instance that cannot reach the target."""
    of, _ = health()
    of.served(ATTEMPT, started=started, first_event=0.1, now=NOW + 1)

    of.merge([Lesson("open", "p/m", NOW + 4, since=NOW - 1)], NOW + 1)

    assert believed == ("p/m" in of.known.breakers)


def test_an_opening_that_is_over_or_older_than_ours_changes_nothing() -> None:
    """Late news must not close what opened since, or open what was closed."""
    of, _ = health()
    of.merge([Lesson("open", "p/m", NOW - 1, since=NOW - 9)], NOW)
    assert {} == dict(of.known.breakers)
    for _ in range(5):
        of.failed(ATTEMPT, ServerFailed(), NOW)
    ours = of.known.breakers["p/m"]

    of.merge([Lesson("open", "p/m", NOW + 2, since=NOW - 1)], NOW)

    assert ours == of.known.breakers["p/m"]


def test_an_opening_and_a_key_without_quota_are_told_to_the_others() -> None:
    """Once, by whoever found out."""
    of, _ = health()
    lessons = [lesson for _ in range(6) for lesson in of.failed(ATTEMPT, ServerFailed(), NOW)]
    assert [("p/m", NOW)] == [(one.subject, one.since) for one in lessons if one.kind == "open"]
    spent = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "20s"}

    told = [of.heard(ATTEMPT, spent, NOW) for _ in range(2)]

    assert [[Lesson("low", "k1", NOW + 20, "m")], []] == told


def test_a_key_without_quota_is_heard_of_once() -> None:
    """What the provider says afterwards is newer than the same news again."""
    of, _ = health()
    low = Lesson("low", "k1", NOW + 20, "m")
    of.merge([low], NOW)
    assert {("k1", "m"): NOW + 20} == dict(of.known.low)

    of.heard(ATTEMPT, {"x-ratelimit-remaining-requests": "7"}, NOW)
    of.merge([low], NOW)

    assert {} == dict(of.known.low)


def test_a_success_forgives_a_rest_that_was_over_when_it_began() -> None:
    """And so the guesses begin anew; a rest that came meanwhile stays."""
    of, _ = health()
    of.failed(ATTEMPT, RateLimited(retry_after=2.0), NOW)

    of.served(ATTEMPT, started=NOW + 1, first_event=0.1, now=NOW + 5)
    assert Rest(NOW + 2, 0, NOW) == of.known.rests["k1", "m"]

    of.served(ATTEMPT, started=NOW + 2, first_event=0.1, now=NOW + 5)
    assert {} == dict(of.known.rests)


def test_three_good_probes_close_the_breaker_and_that_is_told() -> None:
    """Once."""
    of, ear = health()
    for _ in range(5):
        of.failed(ATTEMPT, ServerFailed(), NOW)
    later = of.known.breakers["p/m"].until

    for _ in range(3):
        of.served(ATTEMPT, started=later, first_event=0.1, now=later)

    assert [BreakerClosed("p", "m")] == ear.heard[1:]
    assert "closed" == state(of.known.breakers["p/m"], later)


@pytest.mark.parametrize(("first_event", "expected"), [(31.0, True), (29.0, False)])
def test_ten_slow_answers_open_the_breaker(first_event: float, expected: bool) -> None:
    """Slow is a first token after more than 30 s."""
    of, _ = health()
    for _ in range(10):
        of.served(ATTEMPT, started=NOW - first_event, first_event=first_event, now=NOW)

    assert expected == opened(of)


def test_keys_take_turns_attempt_by_attempt() -> None:
    """Each attempt at a provider moves its rotation on by one."""
    of, _ = health()
    seen = []
    for _ in range(3):
        of.began(ATTEMPT, first=True, now=NOW)
        seen.append(of.known.turns["p"])

    assert [1, 2, 3] == seen


def test_repeats_are_paid_for_by_first_attempts() -> None:
    """Four at the start; then one for each five requests, and none for an attempt that follows."""
    of, _ = health()
    for _ in range(4):
        assert of.may_repeat(ATTEMPT, NOW)
        of.repeats("p", NOW)
    assert not of.may_repeat(ATTEMPT, NOW)

    for _ in range(20):
        of.began(ATTEMPT, first=False, now=NOW)
    assert not of.may_repeat(ATTEMPT, NOW)

    for _ in range(5):
        of.began(ATTEMPT, first=True, now=NOW)
    assert of.may_repeat(ATTEMPT, NOW)


def test_names_from_callers_do_not_pile_up() -> None:
    """A hundred thousand invented models leave a bounded memory behind."""
    of, _ = health()
    for n in range(20_000):
        other = Attempt(Stop(ATTEMPT.stop.provider, f"m{n}", ""), KEY)
        of.turn(f"model m{n}")
        of.failed(other, ServerFailed(), NOW)
        of.failed(other, RateLimited(retry_after=0.25), NOW + n)

    known = of.known
    assert max(len(known.rests), len(known.breakers), len(known.turns)) < 5_000
