"""What is used and reserved of each limit, and what a request may add: the reference arithmetic.

A subject's gauges are one packed record, as text, so that a store reads and writes all of them at
once. Stores that compute elsewhere (Lua in Redis) must come to the same text, byte for byte:
instants are whole microseconds of the store's clock, divisions are IEEE 754 doubles, rounded at
once.

    minute       a virtual schedule (GCRA): `until` is when all that was used will have drained
    day .. total `used` and `held` of one calendar window; a new window begins with nothing
    concurrency  `held` alone
"""

from collections.abc import Mapping
from math import ceil, floor

from attrs import frozen

from .lines import Line, Slot

#: Microseconds of a minute: a full minute's worth may come at once.
MINUTE = 60_000_000
#: What was overrun is paid back for so long at most; so is a clock that jumped.
LONGEST_DEBT = 10 * MINUTE
#: When to ask again for a place among the concurrent requests (microseconds): nobody knows.
SOON = 1_000_000
_VERSION = "1"


@frozen
class Gauge:
    """One limit's state. `until`: microseconds; `period`: the name of the calendar window."""

    until: int = 0
    period: str = ""
    used: int = 0
    held: int = 0


#: Of a limit that nobody has met yet.
UNUSED = Gauge()
Gauges = dict[Slot, Gauge]


@frozen
class Denial:
    """A line that does not fit: `wait` microseconds until it will, None: never as it stands."""

    line: Line
    wait: int | None
    #: More than the limit by itself.
    never: bool = False


def check(line: Line, gauge: Gauge, now: int) -> Denial | None:
    """Does it fit? The line's period is the current one (`current`)."""
    if line.amount > line.limit:
        return Denial(line, None, never=True)
    if line.sliding:
        wait = _drained(gauge, now) + _span(line.amount, line.limit) - MINUTE - now
        return Denial(line, wait) if wait > 0 else None
    found = _current(line, gauge)
    if found.used + found.held + line.amount <= line.limit:
        return None
    if line.metric == "concurrency":
        return Denial(line, SOON)
    return Denial(line, line.ends - now if line.ends else None)


def book(line: Line, gauge: Gauge, now: int) -> Gauge:
    """The gauge with this line reserved."""
    if line.sliding:
        until = _drained(gauge, now) + _span(line.amount, line.limit)
        return _until(gauge, min(until, now + LONGEST_DEBT))
    found = _current(line, gauge)
    return Gauge(found.until, found.period, found.used, found.held + line.amount)


def settle(line: Line, gauge: Gauge, used: int, now: int) -> Gauge:
    """The gauge with what was reserved given back and what was used charged. A window that is over
    is left alone: nobody asks for it any more."""
    if line.sliding:
        return _moved(line, gauge, used - line.amount, now)
    if gauge.period != line.period:
        return gauge
    spent = 0 if line.metric == "concurrency" else used
    held = max(0, gauge.held - line.amount)
    return Gauge(gauge.until, gauge.period, gauge.used + spent, held)


def correct(line: Line, gauge: Gauge, more: int, now: int) -> Gauge:
    """The gauge with so much more (or less) charged, once, after its hold was swept."""
    if line.sliding:
        return _moved(line, gauge, more, now)
    if gauge.period != line.period or line.metric == "concurrency":
        return gauge
    return _used(gauge, max(0, gauge.used + more))


def charge(line: Line, gauge: Gauge, used: int, now: int) -> Gauge:
    """The gauge with so much charged that was never reserved. The line's period is the current
    one."""
    if line.sliding:
        return _moved(line, gauge, used, now)
    found = _current(line, gauge)
    return found if line.metric == "concurrency" else _used(found, found.used + used)


@frozen
class Headroom:
    """What is left of a limit, and in how many seconds all of it is there again."""

    line: Line
    remaining: int
    reset: float


def headroom(line: Line, gauge: Gauge, now: int) -> Headroom:
    """As a header tells it."""
    if line.sliding:
        drained = _drained(gauge, now)
        left = floor(float(now + MINUTE - drained) * float(line.limit) / float(MINUTE))
        return Headroom(line, max(0, left), (drained - now) / 1e6)
    found = _current(line, gauge)
    left = max(0, line.limit - found.used - found.held)
    return Headroom(line, left, (line.ends - now) / 1e6 if line.ends else 0.0)


def read(text: str) -> Gauges:
    """A subject's record. Raises ValueError for one that is none, or of a newer version."""
    version, _, rest = text.partition("|")
    if version != _VERSION:
        raise ValueError(f"a record of version {version!r}")
    found: Gauges = {}
    for part in rest.split("|") if rest else ():
        name, *values = part.split(" ")
        found[name] = gauge(" ".join(values))
    return found


def write(gauges: Mapping[Slot, Gauge]) -> str:
    """The record, in the order in which its gauges were first used."""
    return "|".join((_VERSION, *(f"{slot} {_text(gauge)}" for slot, gauge in gauges.items())))


def gauge(text: str) -> Gauge:
    """One gauge of a record. Raises ValueError."""
    values = text.split(" ")
    if len(values) == 1:
        return Gauge(until=int(values[0]))
    period, used, held = values
    return Gauge(period=period, used=int(used), held=int(held))


def _text(gauge: Gauge) -> str:
    if gauge.period:
        return f"{gauge.period} {gauge.used} {gauge.held}"
    return str(gauge.until)


def _current(line: Line, gauge: Gauge) -> Gauge:
    return gauge if gauge.period == line.period else Gauge(period=line.period)


def _drained(gauge: Gauge, now: int) -> int:
    """From when on a new amount is added. A clock that was set back must not lock anybody out."""
    return max(now, min(gauge.until, now + LONGEST_DEBT))


def _moved(line: Line, gauge: Gauge, more: int, now: int) -> Gauge:
    begin = max(gauge.until, now)
    until = begin + _span(more, line.limit) if more >= 0 else begin - _back(-more, line.limit)
    return _until(gauge, min(max(until, now), now + LONGEST_DEBT))


def _until(gauge: Gauge, until: int) -> Gauge:
    return Gauge(until, gauge.period, gauge.used, gauge.held)


def _used(gauge: Gauge, used: int) -> Gauge:
    return Gauge(gauge.until, gauge.period, used, gauge.held)


def _span(amount: int, limit: int) -> int:
    """Microseconds in which so much drains; a limit of nothing never gets here."""
    return ceil(float(amount) * float(MINUTE) / float(limit))


def _back(amount: int, limit: int) -> int:
    return floor(float(amount) * float(MINUTE) / float(limit))
