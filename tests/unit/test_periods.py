"""Periods as a person names them."""

import pytest

from src.domain import periods
from src.domain.usage import Window

NAMED = [
    ("2026", "day", "2026-01-01", "2026-12-31"),
    ("2026-11", "day", "2026-11-01", "2026-11-30"),
    ("2024-02", "day", "2024-02-01", "2024-02-29"),
    ("2026-12", "day", "2026-12-01", "2026-12-31"),
    ("2026-11-22", "day", "2026-11-22", "2026-11-22"),
    ("9999-12", "day", "9999-12-01", "9999-12-31"),
    ("2026-11", "hour", "2026-11-01T00Z", "2026-11-30T23Z"),
    ("2026-11-22", "hour", "2026-11-22T00Z", "2026-11-22T23Z"),
    ("2026-11-22T07", "hour", "2026-11-22T07Z", "2026-11-22T07Z"),
    ("2026-11-22T07Z", "hour", "2026-11-22T07Z", "2026-11-22T07Z"),
]


@pytest.mark.parametrize(("said", "window", "first", "last"), NAMED)
def test_all_of_what_is_named(said: str, window: Window, first: str, last: str) -> None:
    """
    From its first day or hour to its last.
    """
    assert (first, last) == (periods.first(said, window), periods.last(said, window))


NONSENSE = ["", " ", "x", "11", "2026-13", "2026-00", "2026-02-30", "2026-1-1", "0000", "٢٠٢٦"]


@pytest.mark.parametrize("window", ["day", "hour"])
@pytest.mark.parametrize("said", [*NONSENSE, "2026-11-", "2026-11-22T24", "2026-11-22T07:30", "~"])
def test_nonsense_is_refused(said: str, window: Window) -> None:
    """
    A day that the calendar does not have, among it.
    """
    for period in (periods.first, periods.last):
        with pytest.raises(ValueError, match=r"."):
            period(said, window)


def test_an_hour_is_no_day() -> None:
    """
    Who adds up by the day is told.
    """
    with pytest.raises(ValueError, match="is no day"):
        periods.first("2026-11-22T07", "day")
