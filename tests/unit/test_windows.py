"""Days, weeks and months, by the clocks of everybody on earth."""

from datetime import UTC, datetime
from math import nextafter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from src.domain.windows import TOTAL, Calendar, Period, period

HOUR = 3600.0
WINDOWS: tuple[Calendar, ...] = ("day", "week", "month")
#: Where midnight is left out, or told twice, or days are moved: with and without summer time.
ZONES = (
    "UTC",
    "Europe/Zurich",
    "America/New_York",
    "Asia/Tokyo",
    "Asia/Kathmandu",
    "Africa/Cairo",
    "Asia/Beirut",
    "America/Havana",
    "America/Sao_Paulo",
    "Atlantic/Azores",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Antarctica/Troll",
)


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


DAYS = {
    "an ordinary day": ("2026-11-22T12:00", "Europe/Zurich", "2026-11-22", 24),
    "clocks are set ahead": ("2026-03-29T12:00", "Europe/Zurich", "2026-03-29", 23),
    "clocks are set back": ("2026-10-25T12:00", "Europe/Zurich", "2026-10-25", 25),
    "half an hour": ("2026-10-03T20:00", "Australia/Lord_Howe", "2026-10-04", 23.5),
    "there is no midnight": ("2018-11-04T12:00", "America/Sao_Paulo", "2018-11-04", 23),
    "midnight is told twice": ("2026-11-01T12:00", "America/Havana", "2026-11-01", 25),
    "tomorrow already": ("2026-11-22T12:00", "Pacific/Kiritimati", "2026-11-23", 24),
}


@pytest.mark.parametrize(("instant", "zone", "name", "hours"), DAYS.values(), ids=DAYS)
def test_a_day_is_as_long_as_its_clocks_say(
    instant: str, zone: str, name: str, hours: float
) -> None:
    """23, 25 and 23.5 hours as well."""
    found = period("day", at(instant), zone)

    assert (name, hours * HOUR) == (found.name, found.ends - found.begins)


OTHERS: dict[str, tuple[Calendar, str, str, Period]] = {
    "a week begins on Monday": (
        "week",
        "2026-11-22T23:59",
        "UTC",
        Period("2026-W47", at("2026-11-16T00:00"), at("2026-11-23T00:00")),
    ),
    "a week belongs to one year": (
        "week",
        "2027-01-02T00:00",
        "UTC",
        Period("2026-W53", at("2026-12-28T00:00"), at("2027-01-04T00:00")),
    ),
    "a month": (
        "month",
        "2024-02-29T12:00",
        "Asia/Tokyo",
        Period("2024-02", at("2024-01-31T15:00"), at("2024-02-29T15:00")),
    ),
    "all time": ("total", "2026-11-22T12:00", "Asia/Tokyo", TOTAL),
}


@pytest.mark.parametrize(("window", "instant", "zone", "expected"), OTHERS.values(), ids=OTHERS)
def test_weeks_and_months(window: Calendar, instant: str, zone: str, expected: Period) -> None:
    """By the clocks of the zone."""
    assert expected == period(window, at(instant), zone)


@example("day", "UTC", nextafter(at("2003-12-17"), 0))
@example("month", "Asia/Tokyo", nextafter(at("2024-01-31T15:00"), 0))
@given(
    st.sampled_from(WINDOWS),
    st.sampled_from(ZONES),
    st.floats(at("1990-01-01"), at("2037-12-01")),
)
def test_windows_neither_overlap_nor_leave_a_gap(window: Calendar, zone: str, now: float) -> None:
    """Each instant is in its window; the next one begins where this one ends."""
    found = period(window, now, zone)

    assert found.begins <= now < found.ends
    assert found == period(window, found.begins, zone)
    assert found.ends == period(window, found.ends, zone).begins
