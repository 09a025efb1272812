"""May this request begin? Every line is checked, then all are reserved, or none.

    admit(lines, records, now)             -> Booked | Denied | Outdated
    settled(lines, records, used, now)     -> the records with what was used charged
    freed(lines, records, now)             -> the records with nothing reserved by these lines
    corrected(lines, records, ...)         -> the same after a sweep had charged something else
    charged(lines, records, used, now)     -> the records with what was not reserved

`records` holds the gauges of every subject that a line names; `now` is in microseconds.
"""

from collections.abc import Callable, Iterable, Mapping

from attrs import frozen

from . import gauges
from .gauges import UNUSED, Denial, Gauge, Gauges, Headroom
from .lines import Amounts, Line

Records = dict[str, Gauges]


@frozen
class Booked:
    """The records as they are now. `shadowed`: what would have been denied, were it enforced."""

    records: Records
    headroom: tuple[Headroom, ...] = ()
    shadowed: tuple[Denial, ...] = ()


@frozen
class Denied:
    """Nothing was reserved. `headroom`: what is left all the same."""

    denial: Denial
    headroom: tuple[Headroom, ...] = ()


@frozen
class Outdated:
    """A line's window is over, or has not begun, by the clock of the store: ask with its `now`."""

    now: int


def admit(
    lines: tuple[Line, ...], records: Mapping[str, Gauges], now: int
) -> Booked | Denied | Outdated:
    """The decision about one request."""
    if not all(line.current(now) for line in lines):
        return Outdated(now)
    found = [(line, gauges.check(line, _gauge(records, line), now)) for line in lines]
    denials = [denial for _, denial in found if denial is not None]
    enforced = [denial for denial in denials if denial.line.enforced]
    if enforced:
        return Denied(max(enforced, key=_severity), _headroom(lines, records, now))
    after = _each(lines, records, lambda line, gauge: gauges.book(line, gauge, now))
    return Booked(after, _headroom(lines, after, now), tuple(denials))


def settled(
    lines: Iterable[Line], records: Mapping[str, Gauges], used: Amounts, now: int
) -> Records:
    """What was reserved is given back, and what was used is charged."""
    return _each(
        lines,
        records,
        lambda line, gauge: gauges.settle(line, gauge, used.of(line.metric), now),
    )


def freed(lines: Iterable[Line], records: Mapping[str, Gauges], now: int) -> Records:
    """What was reserved is given back, and nothing is charged: another target has it now."""
    return _each(lines, records, lambda line, gauge: gauges.settle(line, gauge, 0, now))


def corrected(
    lines: Iterable[Line],
    records: Mapping[str, Gauges],
    *,
    charged: Amounts,
    used: Amounts,
    now: int,
) -> Records:
    """What was charged for a request that was given up becomes what it used."""
    return _each(
        lines,
        records,
        lambda line, gauge: gauges.correct(
            line, gauge, used.of(line.metric) - charged.of(line.metric), now
        ),
    )


def charged(
    lines: Iterable[Line], records: Mapping[str, Gauges], used: Amounts, now: int
) -> Records:
    """What was used without having been reserved is charged."""
    return _each(
        (line for line in lines if line.current(now)),
        records,
        lambda line, gauge: gauges.charge(line, gauge, used.of(line.metric), now),
    )


def _each(
    lines: Iterable[Line], records: Mapping[str, Gauges], change: Callable[[Line, Gauge], Gauge]
) -> Records:
    after = {subject: dict(record) for subject, record in records.items()}
    for line in lines:
        record, slot = after.setdefault(line.subject, {}), line.slot
        record[slot] = change(line, record.get(slot, UNUSED))
    return after


def _headroom(
    lines: Iterable[Line], records: Mapping[str, Gauges], now: int
) -> tuple[Headroom, ...]:
    return tuple(gauges.headroom(line, _gauge(records, line), now) for line in lines)


def _gauge(records: Mapping[str, Gauges], line: Line) -> Gauge:
    record = records.get(line.subject)
    return UNUSED if record is None else record.get(line.slot, UNUSED)


def _severity(denial: Denial) -> tuple[bool, float]:
    """What can never fit comes first, then what never comes back, then the longest wait."""
    return (denial.never, float("inf") if denial.wait is None else denial.wait)
