"""Periods as a person names them: `2026`, `2026-11`, `2026-11-22`, `2026-11-22T15`."""

import re
from calendar import monthrange
from datetime import date

from .usage import Window

_NAMED = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d)Z?)?)?)?", re.ASCII)


def first(said: str, window: Window) -> str:
    """The first period of this kind in what was named. Raises ValueError."""
    day, _, hour = _read(said, window)
    return day.isoformat() if window == "day" else f"{day.isoformat()}T{hour or '00'}Z"


def last(said: str, window: Window) -> str:
    """The last one. Raises ValueError."""
    _, day, hour = _read(said, window)
    return day.isoformat() if window == "day" else f"{day.isoformat()}T{hour or '23'}Z"


def _read(said: str, window: Window) -> tuple[date, date, str]:
    """Its first and its last day, and the hour if one was named."""
    found = _NAMED.fullmatch(said)
    if found is None:
        raise ValueError(f"{said!r} is no year, month, day or hour")
    year, month, day, hour = found.groups()
    if hour and (window == "day" or int(hour) > 23):
        raise ValueError(f"{said!r} is no day")
    begin = date(int(year), int(month or 1), int(day or 1))
    if day:
        return begin, begin, hour or ""
    end = date(int(year), int(month or 12), 1)
    return begin, end.replace(day=monthrange(end.year, end.month)[1]), ""
