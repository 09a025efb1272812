"""One request's way through its targets, as a value.

    steps.step(journey, known, ...) -> Attempt | Pause | GaveUp     what to do next
    failed(journey, attempt, error, ...) -> Journey                 an attempt failed
    waited(journey, pause), passed_over(journey, attempt)           a pause is over; no lease
    barred(journey, provider)                                       its limit is reached

The rules are design section 5, "Attempts": another key after 401, 402, 403 and 429; one repeat
after 5xx, refused or reset; no repeat of a timeout, a stall or a cut; 400, 413 and 422 go to the
caller.
"""

from collections.abc import Iterable, Mapping
from random import Random

from attrs import evolve, frozen

from .breaker import Breaker
from .catalogue import ProviderKey
from .errors import (
    CannotCarry,
    ConnectionReset,
    KeyForbidden,
    KeyRejected,
    OutOfCredit,
    RateLimited,
    ServerFailed,
    Unreachable,
    UpstreamError,
)
from .key_pool import NOTHING_LOW, Rest, Scope
from .router import Plan, Stop

#: Moves to another key in one request. A pool of ten or fewer is walked to its end (ADR 0008).
MOST_MOVES, SMALL_POOL = 8, 10
#: Jitter before the one repeat on the same target, in seconds.
REPEAT_JITTER = 0.1

#: Seconds: in less no model is connected to and says a first word.
LEAST = 0.5

#: Errors of a key, not of its target: another key may serve.
KEY_ERRORS = (KeyRejected, KeyForbidden, OutOfCredit, RateLimited)
_REPEATABLE = (ServerFailed, Unreachable, ConnectionReset)


@frozen
class Known:
    """What this instance knows of keys and targets: live views, read only."""

    rests: Mapping[Scope, Rest]
    breakers: Mapping[str, Breaker]
    turns: Mapping[str, int]  # by provider: moves the rotation of its keys on
    low: Mapping[Scope, float] = NOTHING_LOW  # keys with nothing left of their quota, until then


@frozen
class Attempt:
    """Try this target with this key; `lease`: only if that lease can be had, for `ttl` seconds.
    `once`: the lease is given back after the attempt; otherwise it runs out, and sets a pace."""

    stop: Stop
    key: ProviderKey
    lease: str | None = None
    ttl: float = 0.0
    once: bool = True


@frozen
class Pause:
    """Wait so long, then ask again. `repeats`: the wait precedes a repeat on that provider."""

    seconds: float
    repeats: str | None = None


@frozen
class Journey:
    """Where a request stands. `deadline` is on the Unix clock of `now`."""

    plan: Plan
    deadline: float
    failures: tuple[UpstreamError, ...] = ()
    places: tuple[tuple[str, str], ...] = ()  # for each failure: target and key handle
    spent: frozenset[str] = frozenset()  # targets this request is done with
    repeated: frozenset[str] = frozenset()  # targets that had their repeat
    tried: frozenset[str] = frozenset()  # key handles
    moves: int = 0
    paused: float = 0.0
    repeat_after: Pause | None = None
    #: A conversation's place in every rotation of keys; None: it takes its turn.
    affinity: int | None = None
    repeating: str = ""  # the target whose repeat is due, and nothing came in between

    @property
    def latest(self) -> float:
        """When the next attempt is to begin at the latest: one after another needs some time, and
        is in vain without; a first one is what the caller allows."""
        asked = any(not isinstance(failure, CannotCarry) for failure in self.failures)
        return self.deadline - LEAST if asked else self.deadline

    def open_stops(self) -> tuple[Stop, ...]:
        """The targets this request may still use, in order."""
        return tuple(stop for stop in self.plan.stops if stop.name not in self.spent)


def failed(
    journey: Journey,
    attempt: Attempt,
    error: UpstreamError,
    *,
    may_repeat: bool,
    now: float,
    dice: Random,
) -> Journey:
    """The journey after a failed attempt. `may_repeat`: the retry budget affords a repeat. None is
    planned that would begin too late."""
    name = attempt.stop.name
    after = evolve(
        journey,
        failures=(*journey.failures, error),
        places=(*journey.places, (name, attempt.key.handle)),
        tried=journey.tried | {attempt.key.handle},
        repeat_after=None,
        repeating="",
    )
    if isinstance(error, KEY_ERRORS):
        done = journey.moves + 1 > _most_moves(attempt.stop)
        moved = evolve(after, moves=journey.moves + 1)
        return evolve(moved, spent=after.spent | {name}) if done else moved
    if isinstance(error, _REPEATABLE) and name not in journey.repeated and may_repeat:
        pause = _repeat_pause(error, journey.plan.longest_pause, attempt, dice)
        if pause is not None and now + pause.seconds <= after.latest:
            repeated = after.repeated | {name}
            return evolve(after, repeated=repeated, repeat_after=pause, repeating=name)
    return evolve(after, spent=after.spent | {name})


def waited(journey: Journey, pause: Pause) -> Journey:
    """The journey after a pause."""
    seconds = 0.0 if pause.repeats else pause.seconds
    return evolve(journey, repeat_after=None, paused=journey.paused + seconds)


def passed_over(journey: Journey, attempt: Attempt) -> Journey:
    """Somebody else holds the lease that this attempt needed."""
    return evolve(journey, spent=journey.spent | {attempt.stop.name})


def without(journey: Journey, stops: Iterable[Stop]) -> Journey:
    """The journey, but not to these targets."""
    return evolve(journey, spent=journey.spent | {stop.name for stop in stops})


def barred(journey: Journey, provider: str) -> Journey:
    """A limit of the relay's own keeps this request from a provider."""
    return without(journey, (s for s in journey.plan.stops if s.provider.name == provider))


def _most_moves(stop: Stop) -> int:
    keys = len(stop.provider.keys)
    return max(MOST_MOVES, keys - 1) if keys <= SMALL_POOL else MOST_MOVES


def _repeat_pause(
    error: UpstreamError, longest: float, attempt: Attempt, dice: Random
) -> Pause | None:
    after = error.retry_after if isinstance(error, ServerFailed) else None
    if after is not None and after > longest:
        return None  # the provider says that a repeat now is in vain
    seconds = (after or 0.0) + dice.uniform(0.0, REPEAT_JITTER)
    return Pause(seconds, repeats=attempt.stop.provider.name)
