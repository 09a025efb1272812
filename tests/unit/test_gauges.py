"""What is used and reserved of a limit: the arithmetic that every store has to follow."""

from random import Random

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from src.domain import gauges
from src.domain.gauges import LONGEST_DEBT, MINUTE, Denial, Gauge, Headroom
from src.domain.lines import Line, Metric

NOW = 1_763_824_620_123_456
PER_MINUTE = Line("client:c", "tokens", "minute", 10, limit=60)
TODAY = Line(
    "client:c", "cost", "day", 30, limit=100, period="d", begins=NOW - 10, ends=NOW + 5_000_000
)
EVER = Line("client:c", "requests", "total", 1, limit=2, period="total")
PLACE = Line("client:c", "concurrency", "total", 1, limit=1, period="now")


def full(line: Line) -> Gauge:
    """The gauge once nothing fits any more."""
    gauge = Gauge()
    while gauges.check(line, gauge, NOW) is None:
        gauge = gauges.book(line, gauge, NOW)
    return gauge


FITS = {
    "a minute": (PER_MINUTE, 6, 10_000_000),
    "a day": (TODAY, 3, 5_000_000),
    "in all": (EVER, 2, None),
    "places": (PLACE, 1, 1_000_000),
}


@pytest.mark.parametrize(("line", "most", "wait"), FITS.values(), ids=FITS)
def test_as_much_fits_as_the_limit_says(line: Line, most: int, wait: int | None) -> None:
    """And then the wait is exact: until enough has drained, until the window ends, or unknown."""
    gauge = Gauge()
    for _ in range(most):
        assert gauges.check(line, gauge, NOW) is None
        gauge = gauges.book(line, gauge, NOW)

    assert Denial(line, wait) == gauges.check(line, gauge, NOW)


@pytest.mark.parametrize("line", [PER_MINUTE, TODAY], ids=["a minute", "a day"])
def test_after_the_wait_it_fits_and_not_a_moment_sooner(line: Line) -> None:
    """Retry-After is true."""
    gauge = full(line)
    denial = gauges.check(line, gauge, NOW)
    assert denial is not None and denial.wait is not None
    then = NOW + denial.wait
    next_day = evolve(line, period="e") if line is TODAY else line

    assert gauges.check(line, gauge, then - 1) is not None
    assert gauges.check(next_day, gauge, then) is None


@pytest.mark.parametrize("line", [PER_MINUTE, TODAY, EVER], ids=["a minute", "a day", "in all"])
def test_more_than_the_limit_never_fits(line: Line) -> None:
    """Whatever is free."""
    large = evolve(line, amount=line.limit + 1)

    assert Denial(large, None, never=True) == gauges.check(large, Gauge(), NOW)


def test_a_limit_of_nothing_lets_nothing_through() -> None:
    """It is a switch."""
    for line in (PER_MINUTE, TODAY, EVER, PLACE):
        none = evolve(line, limit=0)
        assert Denial(none, None, never=True) == gauges.check(none, Gauge(), NOW)


def test_a_settlement_gives_back_what_was_not_used() -> None:
    """And charges what was."""
    day = gauges.settle(TODAY, gauges.book(TODAY, Gauge(), NOW), 12, NOW)
    place = gauges.settle(PLACE, gauges.book(PLACE, Gauge(), NOW), 1, NOW)
    minute = gauges.settle(PER_MINUTE, gauges.book(PER_MINUTE, Gauge(), NOW), 4, NOW)

    assert Gauge(period="d", used=12) == day
    assert Gauge(period="now") == place
    assert Gauge(until=NOW + 4_000_000) == minute


def test_an_overrun_is_charged() -> None:
    """More than was reserved is paid for as well."""
    day = gauges.settle(TODAY, gauges.book(TODAY, Gauge(), NOW), 130, NOW)
    minute = gauges.settle(PER_MINUTE, gauges.book(PER_MINUTE, Gauge(), NOW), 90, NOW)

    assert Denial(TODAY, 5_000_000) == gauges.check(TODAY, day, NOW)
    assert Gauge(until=NOW + 90_000_000) == minute


def test_a_window_that_is_over_is_left_alone() -> None:
    """Yesterday's request does not count for today, and takes nothing from it."""
    tomorrow = evolve(TODAY, period="e")
    booked = gauges.book(tomorrow, gauges.book(TODAY, Gauge(), NOW), NOW)

    assert Gauge(period="e", held=30) == booked
    assert booked == gauges.settle(TODAY, booked, 30, NOW)
    assert booked == gauges.correct(TODAY, booked, 30, NOW)


def test_a_correction_is_the_difference() -> None:
    """More or less; a place was given back before."""
    assert Gauge(period="d", used=9) == gauges.correct(TODAY, Gauge(period="d", used=4), 5, NOW)
    assert Gauge(period="d", used=1) == gauges.correct(TODAY, Gauge(period="d", used=4), -3, NOW)
    assert Gauge(period="now", held=1) == gauges.correct(PLACE, Gauge(period="now", held=1), 1, NOW)


def test_what_was_never_reserved_is_charged_all_the_same() -> None:
    """While the store was away."""
    assert Gauge(period="d", used=5) == gauges.charge(TODAY, Gauge(), 5, NOW)
    assert Gauge(until=NOW + 5_000_000) == gauges.charge(PER_MINUTE, Gauge(), 5, NOW)
    assert Gauge(period="now") == gauges.charge(PLACE, Gauge(), 1, NOW)


def test_a_clock_that_was_set_back_locks_nobody_out_for_long() -> None:
    """Ten minutes at most."""
    denial = gauges.check(PER_MINUTE, Gauge(until=NOW + 10**12), NOW)

    assert denial is not None
    assert LONGEST_DEBT - MINUTE + 10_000_000 == denial.wait


def test_what_is_left_is_told() -> None:
    """How much, and in how many seconds all of it is there again."""
    minute = gauges.book(PER_MINUTE, Gauge(), NOW)
    day = gauges.book(TODAY, Gauge(), NOW)

    assert Headroom(PER_MINUTE, 50, 10.0) == gauges.headroom(PER_MINUTE, minute, NOW)
    assert Headroom(TODAY, 70, 5.0) == gauges.headroom(TODAY, day, NOW)
    assert Headroom(PER_MINUTE, 0, 90.0) == gauges.headroom(
        PER_MINUTE, Gauge(until=NOW + 90_000_000), NOW
    )


RECORD = {
    "tokens/minute": Gauge(until=NOW),
    "cost/day": Gauge(period="2026-11-22", used=5, held=7),
    "concurrency/total": Gauge(period="now", held=3),
}
TEXT = f"1|tokens/minute {NOW}|cost/day 2026-11-22 5 7|concurrency/total now 0 3"


def test_a_record_is_a_line_of_text() -> None:
    """Read and written, in its order."""
    assert TEXT == gauges.write(RECORD)
    assert (RECORD, ["tokens/minute", "cost/day", "concurrency/total"]) == (
        gauges.read(TEXT),
        list(gauges.read(TEXT)),
    )
    assert ("1", {}) == (gauges.write({}), gauges.read("1"))


@pytest.mark.parametrize("text", ["", "2|x 1", "1|x", "1|x y", "1|x a b c", "1|x a 1 2 3"])
def test_what_is_no_record_is_not_read(text: str) -> None:
    """Nor one of a newer version."""
    with pytest.raises(ValueError):
        gauges.read(text)


METRICS: tuple[Metric, ...] = ("requests", "tokens")


@settings(max_examples=50)
@given(st.integers(0, 10**9), st.integers(1, 2000), st.integers(1, 400))
def test_no_minute_takes_more_than_a_full_minute_and_what_drains(
    seed: int, limit: int, most: int
) -> None:
    """Whatever is asked for and given back: in any minute at most twice the limit begins, and what
    is admitted in any stretch of time is within burst and rate."""
    dice, gauge, now = Random(seed), Gauge(), NOW
    taken: list[tuple[int, int]] = []
    for _ in range(100):
        now += dice.randrange(0, 2_000_000)
        line = Line("s", "tokens", "minute", dice.randint(1, most), limit=limit)
        if gauges.check(line, gauge, now) is None:
            gauge = gauges.book(line, gauge, now)
            used = dice.randint(0, line.amount)
            gauge = gauges.settle(line, gauge, used, now)
            taken.append((now, used))
    for place, (begin, _) in enumerate(taken):
        total = 0
        for at, used in taken[place:]:
            total += used
            assert total <= limit + limit * (at - begin) / MINUTE + 1
