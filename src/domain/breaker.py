"""The circuit breaker of one target: closed, open, half-open, as a value.

Closed until five failures in a row, or half of at least ten calls within 30 s failing, or eight
tenths of them slow to the first token. Then open for 5 s, doubling to 12 s: a longer rest keeps a
recovered provider out, and looking is cheap, for it is one leased probe. Three good probes close
it.
"""

from random import Random
from typing import Literal

from attrs import evolve, frozen

State = Literal["closed", "open", "half_open"]

IN_A_ROW = 5
ENOUGH_CALLS = 10
FAILING_SHARE = 0.5
SLOW_SHARE = 0.8
GOOD_PROBES = 3
FIRST_OPEN, LONGEST_OPEN = 5.0, 12.0
WINDOW, BUCKET = 30.0, 3.0


@frozen
class Bucket:
    """Three seconds of calls."""

    start: float
    calls: int = 0
    failures: int = 0
    slow: int = 0


@frozen
class Breaker:
    """`since` and `until` (Unix seconds) bound the open state; `openings` counts them since it last
    closed."""

    buckets: tuple[Bucket, ...] = ()
    failures_in_a_row: int = 0
    openings: int = 0
    until: float = 0.0
    since: float = 0.0
    good_probes: int = 0


def state(breaker: Breaker, now: float) -> State:
    """What the breaker says now."""
    if breaker.openings == 0:
        return "closed"
    return "open" if now < breaker.until else "half_open"


def after_success(
    breaker: Breaker, *, started: float, slow: bool, now: float, dice: Random
) -> Breaker:
    """A call that was answered; `slow`: its first token took too long."""
    if breaker.openings and started < breaker.since:
        return breaker  # begun before it opened; it tells nothing new
    if breaker.openings:
        if slow:
            return evolve(breaker, good_probes=0)
        probes = breaker.good_probes + 1
        return Breaker() if probes >= GOOD_PROBES else evolve(breaker, good_probes=probes)
    counted = _count(evolve(breaker, failures_in_a_row=0), now, slow=slow)
    return _open(counted, now, dice) if _too_bad(counted) else counted


def after_failure(breaker: Breaker, *, now: float, dice: Random) -> Breaker:
    """A call that failed through the provider's fault (never 4xx, 429 or a caller that left)."""
    if state(breaker, now) == "open":
        return breaker  # a late failure of a call begun before; it tells nothing new
    if breaker.openings:
        return _open(breaker, now, dice)
    failures = breaker.failures_in_a_row + 1
    counted = _count(evolve(breaker, failures_in_a_row=failures), now, failed=True)
    return _open(counted, now, dice) if _too_bad(counted) else counted


def _too_bad(breaker: Breaker) -> bool:
    if breaker.failures_in_a_row >= IN_A_ROW:
        return True
    calls = sum(bucket.calls for bucket in breaker.buckets)
    failures = sum(bucket.failures for bucket in breaker.buckets)
    slow = sum(bucket.slow for bucket in breaker.buckets)
    return calls >= ENOUGH_CALLS and (
        failures >= FAILING_SHARE * calls or slow >= SLOW_SHARE * calls
    )


def _open(breaker: Breaker, now: float, dice: Random) -> Breaker:
    seconds = min(LONGEST_OPEN, FIRST_OPEN * 2.0 ** min(breaker.openings, 4))
    until = now + seconds * dice.uniform(0.8, 1.2)
    return Breaker(openings=breaker.openings + 1, until=until, since=now)


def _count(breaker: Breaker, now: float, *, failed: bool = False, slow: bool = False) -> Breaker:
    start = now - now % BUCKET
    kept = [bucket for bucket in breaker.buckets if bucket.start > now - WINDOW]
    last = kept.pop() if kept and kept[-1].start == start else Bucket(start)
    grown = Bucket(start, last.calls + 1, last.failures + failed, last.slow + slow)
    return evolve(breaker, buckets=(*kept, grown))
