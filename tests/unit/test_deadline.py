"""How long the platform lets a request run, and what of it may be used."""

import pytest

from src.entrypoints.deadline import time_left, usable


@pytest.mark.parametrize(
    ("left", "used"),
    [
        (300.0, 290.0),
        (800.0, 790.0),
        (60.0, 50.0),
        (40.0, 30.0),
        (20.0, 15.0),
        (4.0, 3.0),
        (0.0, None),  # a clock that is wrong
        (-5.0, None),
    ],
)
def test_what_may_be_used(left: float, used: float | None) -> None:
    """
    All but ten seconds, or but a quarter where that is less; nothing is known from a wrong clock.
    """
    assert used == usable(left)


def test_elsewhere_nobody_says() -> None:
    """
    Without the platform's runtime there is no end but the relay's own.
    """
    assert time_left() is None
