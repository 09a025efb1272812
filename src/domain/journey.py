"""One request's way through its targets, as a value.

    step(journey, known, ...) -> Attempt | Pause | GaveUp       what to do next
    failed(journey, attempt, error, ...) -> Journey             an attempt failed
    waited(journey, seconds) / passed_over(journey, attempt)    a pause is over; a lease was taken

The rules are design section 5, "Attempts": another key after 401, 402, 403 and 429; one repeat after
5xx, refused or reset; no repeat of a timeout, a stall or a cut; 400, 413 and 422 go to the caller.
"""

from collections.abc import Mapping
from random import Random

from attrs import evolve, frozen

from . import breaker as breakers
from .breaker import Breaker
from .catalogue import ProviderKey
from .errors import (
    ConnectionReset,
    ContextTooLong,
    KeyForbidden,
    KeyRejected,
    ModelUnknown,
    OutOfCredit,
    RateLimited,
    RequestRejected,
    ServerFailed,
    Unreachable,
    UpstreamError,
)
from .key_pool import Rest, Scope, pick, resting_until, soonest
from .router import Plan, Stop
from .verdicts import GaveUp, give_up

#: Moves to another key in one request. A pool of ten or fewer is walked to its end (ADR 0008).
MOST_MOVES, SMALL_POOL = 8, 10
#: Jitter before the one repeat on the same target, in seconds.
REPEAT_JITTER = 0.1
PROBE_TTL, PANIC_TTL = 10.0, 1.0

_KEY_ERRORS = (KeyRejected, KeyForbidden, OutOfCredit, RateLimited)
_REPEATABLE = (ServerFailed, Unreachable, ConnectionReset)


@frozen
class Known:
    """What this instance knows of keys and targets: live views, read only."""

    rests: Mapping[Scope, Rest]
    breakers: Mapping[str, Breaker]


@frozen
class Attempt:
    """Try this target with this key; `lease`: only if that lease can be had, for `ttl` seconds."""

    stop: Stop
    key: ProviderKey
    lease: str | None = None
    ttl: float = 0.0


@frozen
class Pause:
    """Wait so long, then ask again. `repeats`: the wait precedes a repeat on that provider."""

    seconds: float
    repeats: str | None = None


Step = Attempt | Pause | GaveUp


@frozen
class Journey:
    """Where a request stands. `deadline` is on the Unix clock of `now`."""

    plan: Plan
    deadline: float
    failures: tuple[UpstreamError, ...] = ()
    places: tuple[str, ...] = ()  # for each failure: target and key handle, for the caller
    spent: frozenset[str] = frozenset()  # targets this request is done with
    repeated: frozenset[str] = frozenset()  # targets that had their repeat
    tried: frozenset[str] = frozenset()  # key handles
    moves: int = 0
    paused: float = 0.0
    repeat_after: Pause | None = None

    def open_stops(self) -> tuple[Stop, ...]:
        """The targets this request may still use, in order."""
        return tuple(stop for stop in self.plan.stops if stop.name not in self.spent)


def step(journey: Journey, known: Known, *, now: float, turn: int, dice: Random) -> Step:
    """What to do next."""
    if now >= journey.deadline:
        return give_up(journey, known, now, late=True)
    if journey.failures and _goes_to_caller(journey):
        return give_up(journey, known, now)
    if journey.repeat_after is not None:
        return journey.repeat_after
    for place, stop in enumerate(journey.open_stops()):
        attempt = _attempt(journey, stop, known, now=now, turn=turn, dice=dice)
        if attempt is not None:
            return attempt
        if place == 0 and (pause := _patience(journey, stop, known, now)):
            return pause
    return (
        _pause(journey, known, now) or _panic(journey, known, now) or give_up(journey, known, now)
    )


def failed(
    journey: Journey, attempt: Attempt, error: UpstreamError, *, may_repeat: bool, dice: Random
) -> Journey:
    """The journey after a failed attempt. `may_repeat`: the retry budget affords a repeat."""
    name = attempt.stop.name
    after = evolve(
        journey,
        failures=(*journey.failures, error),
        places=(*journey.places, f"{name} key {attempt.key.handle}"),
        tried=journey.tried | {attempt.key.handle},
        repeat_after=None,
    )
    if isinstance(error, _KEY_ERRORS):
        done = journey.moves + 1 > _most_moves(attempt.stop)
        moved = evolve(after, moves=journey.moves + 1)
        return evolve(moved, spent=after.spent | {name}) if done else moved
    if isinstance(error, _REPEATABLE) and name not in journey.repeated and may_repeat:
        pause = _repeat_pause(error, journey.plan.longest_pause, attempt, dice)
        if pause is not None:
            return evolve(after, repeated=after.repeated | {name}, repeat_after=pause)
    return evolve(after, spent=after.spent | {name})


def waited(journey: Journey, pause: Pause) -> Journey:
    """The journey after a pause."""
    seconds = 0.0 if pause.repeats else pause.seconds
    return evolve(journey, repeat_after=None, paused=journey.paused + seconds)


def passed_over(journey: Journey, attempt: Attempt) -> Journey:
    """Somebody else holds the lease that this attempt needed."""
    return evolve(journey, spent=journey.spent | {attempt.stop.name})


def _goes_to_caller(journey: Journey) -> bool:
    return isinstance(journey.failures[-1], RequestRejected) or (
        isinstance(journey.failures[-1], ContextTooLong | ModelUnknown) and not journey.open_stops()
    )


def _attempt(
    journey: Journey, stop: Stop, known: Known, *, now: float, turn: int, dice: Random
) -> Attempt | None:
    state = breakers.state(known.breakers.get(stop.name, Breaker()), now)
    # A target that failed a moment ago may have opened its own breaker; its repeat is still due.
    if state == "open" and stop.name not in journey.repeated:
        return None
    keys = stop.provider.keys
    key = pick(keys, stop.model, known.rests, tried=journey.tried, now=now, turn=turn, dice=dice)
    if key is None:
        return None
    if state == "half_open":
        return Attempt(stop, key, lease=f"probe:{stop.name}", ttl=PROBE_TTL)
    return Attempt(stop, key)


def _patience(journey: Journey, stop: Stop, known: Known, now: float) -> Pause | None:
    if stop is not journey.plan.stops[0] or len(journey.open_stops()) == 1:
        return None
    return _until_awake(journey, (stop,), known, now, most=journey.plan.patience)


def _pause(journey: Journey, known: Known, now: float) -> Pause | None:
    most = max(journey.plan.longest_pause, journey.plan.patience)
    return _until_awake(journey, journey.open_stops(), known, now, most=most)


def _until_awake(
    journey: Journey, stops: tuple[Stop, ...], known: Known, now: float, *, most: float
) -> Pause | None:
    awake = [
        at
        for stop in stops
        if breakers.state(known.breakers.get(stop.name, Breaker()), now) != "open"
        and (at := soonest(stop.provider.keys, stop.model, known.rests)) is not None
    ]
    if not awake:
        return None
    seconds = max(0.0, min(awake) - now)
    if seconds > most - journey.paused or now + seconds >= journey.deadline:
        return None
    return Pause(seconds)


def _panic(journey: Journey, known: Known, now: float) -> Attempt | None:
    """Every target left is open: one request a second and model may still try the soonest."""
    awake = [
        (known.breakers[stop.name].until, place, stop, key)
        for place, stop in enumerate(journey.open_stops())
        if stop.name in known.breakers
        for key in stop.provider.keys
        if resting_until(key, stop.model, known.rests) <= now
    ]
    if not awake:
        return None
    _, _, stop, key = min(awake, key=lambda one: one[:2])
    return Attempt(stop, key, lease=f"panic:{stop.name}", ttl=PANIC_TTL)


def _most_moves(stop: Stop) -> int:
    return max(MOST_MOVES, min(len(stop.provider.keys), SMALL_POOL) - 1)


def _repeat_pause(
    error: UpstreamError, longest: float, attempt: Attempt, dice: Random
) -> Pause | None:
    after = error.retry_after if isinstance(error, ServerFailed) else None
    if after is not None and after > longest:
        return None  # the provider says that a repeat now is in vain
    seconds = (after or 0.0) + dice.uniform(0.0, REPEAT_JITTER)
    return Pause(seconds, repeats=attempt.stop.provider.name)
