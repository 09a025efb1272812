"""Calendar windows: which day, week or month an instant falls into, in whose time zone.

A day begins at its midnight where it has one, else when its first clock time begins: with summer
time there are days of 23 and of 25 hours, and none of them is cut or counted twice.
"""

from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from math import floor, inf
from typing import Literal
from zoneinfo import ZoneInfo

from attrs import frozen

#: A window that has a name; a minute has none, it slides.
Calendar = Literal["day", "week", "month", "total"]


@frozen
class Period:
    """One window: `begins <= t < ends`, in Unix seconds."""

    name: str
    begins: float
    ends: float


TOTAL = Period("total", -inf, inf)


def period(window: Calendar, at: float, zone: str) -> Period:
    """The window in which a Unix instant is, by the clocks of this IANA zone. Weeks begin on
    Monday (ISO 8601)."""
    if window == "total":
        return TOTAL
    found = _period(window, _day_of(at, zone), zone)
    # An hour that is told twice may lie around midnight: the instant decides, not the date.
    if at >= found.ends:
        return _period(window, _day_of(found.ends, zone), zone)
    return found


@lru_cache(maxsize=256)
def _period(window: Calendar, day: date, zone: str) -> Period:
    match window:
        case "day":
            first, following, name = day, day + timedelta(days=1), day.isoformat()
        case "week":
            first = day - timedelta(days=day.weekday())
            following = first + timedelta(days=7)
            name = f"{first.isocalendar().year}-W{first.isocalendar().week:02}"
        case _:
            first = day.replace(day=1)
            following = (first + timedelta(days=32)).replace(day=1)
            name = f"{first:%Y-%m}"
    return Period(name, _begin(first, zone), _begin(following, zone))


def _begin(day: date, zone: str) -> float:
    """The first instant of a day. Where midnight is left out, this is the instant of the change:
    the time before it is read with the offset that held until then (PEP 495, fold=0)."""
    return datetime(day.year, day.month, day.day, tzinfo=_zone(zone)).timestamp()


def _day_of(at: float, zone: str) -> date:
    # Whole seconds: fromtimestamp rounds to the nearest microsecond, and the last instant of a
    # day would be told as the first of the next.
    return datetime.fromtimestamp(floor(at), _zone(zone)).date()


@lru_cache(maxsize=64)
def _zone(name: str) -> tzinfo:
    return UTC if name == "UTC" else ZoneInfo(name)
