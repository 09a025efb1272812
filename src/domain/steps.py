"""step(): what a journey does next, from what this instance knows of keys and targets."""

from random import Random

from . import breaker as breakers
from .breaker import Breaker
from .errors import CannotCarry, ContextTooLong, ModelUnknown, RequestRejected
from .journey import Attempt, Journey, Known, Pause
from .key_pool import pick, resting_until, soonest
from .router import Stop
from .verdicts import GaveUp, give_up

PROBE_TTL, PANIC_TTL = 10.0, 1.0
#: A wait may end this much before its instant, in seconds; less than that is no time at all.
SLACK = 0.01

#: This target will not do, and another one may.
_NOT_HERE = (ContextTooLong, ModelUnknown, CannotCarry)

Step = Attempt | Pause | GaveUp


def step(journey: Journey, known: Known, *, now: float, dice: Random) -> Step:
    """What to do next. A further attempt that cannot bring anything any more is not begun: its
    provider would be paid for nothing, and its caller kept waiting. The first one always is."""
    found = _next(journey, known, now=now, dice=dice)
    if isinstance(found, Attempt) and now > journey.latest:
        return give_up(journey, known, now, late=True)
    return found


def _next(journey: Journey, known: Known, *, now: float, dice: Random) -> Step:
    if now >= journey.deadline - SLACK:
        return give_up(journey, known, now, late=True)
    if journey.failures and _goes_to_caller(journey):
        return give_up(journey, known, now)
    if journey.repeat_after is not None:
        return journey.repeat_after
    for place, stop in enumerate(journey.open_stops()):
        attempt = _attempt(journey, stop, known, now=now, dice=dice)
        if attempt is not None:
            return attempt
        if place == 0 and (pause := _patience(journey, stop, known, now)):
            return pause
    return (
        _pause(journey, known, now) or _panic(journey, known, now) or give_up(journey, known, now)
    )


def _goes_to_caller(journey: Journey) -> bool:
    return isinstance(journey.failures[-1], RequestRejected) or (
        isinstance(journey.failures[-1], _NOT_HERE) and not journey.open_stops()
    )


def _attempt(
    journey: Journey, stop: Stop, known: Known, *, now: float, dice: Random
) -> Attempt | None:
    state = breakers.state(known.breakers.get(stop.name, Breaker()), now)
    # A target that failed a moment ago may have opened its own breaker; its repeat is still due.
    if state == "open" and stop.name != journey.repeating:
        return None
    keys, turn = stop.provider.keys, known.turns.get(stop.provider.name, 0)
    if journey.affinity is not None:
        turn, dice = journey.affinity, Random(journey.affinity)
    key = pick(
        keys,
        stop.model,
        known.rests,
        tried=journey.tried,
        now=now,
        turn=turn,
        dice=dice,
        low=known.low,
    )
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
    if seconds > most - journey.paused or now + seconds >= journey.latest:
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
    return Attempt(stop, key, lease=f"panic:{stop.name}", ttl=PANIC_TTL, once=False)
