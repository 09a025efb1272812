"""What a request takes of each limit that is in its way: lines of a hold."""

from collections.abc import Iterable, Mapping
from typing import Literal

from attrs import evolve, field, frozen

from .catalogue import Limit
from .receipt import Receipt
from .windows import TOTAL, period

Metric = Literal["requests", "tokens", "input_tokens", "output_tokens", "cost", "concurrency"]
Window = Literal["minute", "day", "week", "month", "total"]
#: The name of a gauge within its subject's record.
Slot = str


@frozen
class Amounts:
    """What a request takes at most, or took: tokens, and nano-USD."""

    input_tokens: int = 0
    output_tokens: int = 0
    cost: int = 0

    def of(self, metric: Metric) -> int:
        """Each is one request, in one place."""
        match metric:
            case "tokens":
                return self.input_tokens + self.output_tokens
            case "input_tokens":
                return self.input_tokens
            case "output_tokens":
                return self.output_tokens
            case "cost":
                return self.cost
            case "requests" | "concurrency":
                return 1


NOTHING = Amounts()


@frozen
class Line:
    """`amount` of one metric, reserved for one subject in one window, of `limit`. `begins` and
    `ends`: the calendar window, in whole microseconds of Unix time; 0: there is no such instant."""

    subject: str  # deployment, client:<name>, model:<virtual>, provider:<name>, key:<handle>
    metric: Metric
    window: Window
    amount: int
    limit: int = 0
    enforced: bool = True
    period: str = ""
    begins: int = 0
    ends: int = 0
    timezone: str = "UTC"

    @property
    def slot(self) -> Slot:
        return f"{self.metric}/{self.window}"

    @property
    def sliding(self) -> bool:
        return self.window == "minute" and self.metric != "concurrency"

    def current(self, now: int) -> bool:
        """Is its window the one in which this instant is?"""
        return (not self.begins or self.begins <= now) and (not self.ends or now < self.ends)


@frozen
class Limits:
    """The limits of a catalogue by their subjects, those that are off left out."""

    by_subject: Mapping[str, tuple[Limit, ...]] = field(factory=dict)
    #: Is anybody's money limited at all?
    of_money: bool = False

    @classmethod
    def of(cls, limits: Iterable[Limit]) -> "Limits":
        found: dict[str, tuple[Limit, ...]] = {}
        for limit in limits:
            if limit.mode != "off":
                found[limit.subject] = (*found.get(limit.subject, ()), limit)
        money = any(one.metric == "cost" for each in found.values() for one in each)
        return cls(found, money)

    def lines(self, subjects: Iterable[str], amounts: Amounts, now: float) -> tuple[Line, ...]:
        """One for each limit of these subjects; none for most requests of most deployments."""
        if not self.by_subject:
            return ()
        return tuple(
            _line(limit, amounts, now)
            for subject in subjects
            for limit in self.by_subject.get(subject, ())
        )


UNLIMITED = Limits()


def dated(line: Line, now: float) -> Line:
    """The line in the window of this instant (Unix seconds)."""
    if line.sliding:
        return line
    name, begins, ends = _when(line.metric, line.window, line.timezone, now)
    return evolve(line, period=name, begins=begins, ends=ends)


def micros(seconds: float) -> int:
    """As gauges count: whole microseconds."""
    return int(seconds * 1e6)


def used(receipt: Receipt) -> Amounts:
    """What a request took, as far as is known."""
    usage = receipt.usage
    if usage is None:
        return Amounts()
    return Amounts(usage.input_tokens, usage.output_tokens, receipt.cost or 0)


def _line(limit: Limit, amounts: Amounts, now: float) -> Line:
    name, begins, ends = _when(limit.metric, limit.window, limit.timezone, now)
    return Line(
        subject=limit.subject,
        metric=limit.metric,
        window=limit.window,
        amount=amounts.of(limit.metric),
        limit=limit.limit,
        enforced=limit.mode == "enforce",
        period=name,
        begins=begins,
        ends=ends,
        timezone=limit.timezone,
    )


def _when(metric: Metric, window: Window, zone: str, now: float) -> tuple[str, int, int]:
    """The period of a line in the window of this instant, and its ends; a minute has none."""
    if metric == "concurrency":
        return "now", 0, 0
    if window == "minute":
        return "", 0, 0
    found = period(window, now, zone)
    if found is TOTAL:
        return found.name, 0, 0
    return found.name, micros(found.begins), micros(found.ends)
