"""Closed, open, half-open: when, and for how long."""

from random import Random

import pytest
from attrs import evolve

from src.domain.breaker import Breaker, State, after_failure, after_success, state

NOW = 10_000.0


def run(
    calls: str, *, start: float = NOW, every: float = 0.1, at: Breaker | None = None
) -> Breaker:
    """A breaker after these calls: `x` failed, `s` slow, `.` good."""
    breaker, now = at or Breaker(), start
    for call in calls:
        if call == "x":
            breaker = after_failure(breaker, now=now, dice=Random(0))
        else:
            breaker = after_success(breaker, started=now, slow=call == "s", now=now, dice=Random(0))
        now += every
    return breaker


CALLS: list[tuple[str, float, State]] = [
    ("", 0.1, "closed"),
    ("xxxx", 0.1, "closed"),
    ("xxxxx", 0.1, "open"),
    ("xxxx.xxxx", 0.1, "closed"),  # never five in a row, and fewer than ten calls
    (".x.x.x.x.", 0.1, "closed"),
    (".x.x.x.x.x", 0.1, "open"),  # ten calls, half of them failed
    ("...x.x.x.x", 0.1, "closed"),  # four of ten
    ("ssssssss..", 0.1, "open"),
    ("sssssss...", 0.1, "closed"),  # seven of ten
    ("sssssssss", 0.1, "closed"),  # nine calls are too few
    (".x.x.x.x.x", 6.0, "closed"),  # half failed, yet never ten calls within 30 s
    ("xxxxx", 60.0, "open"),  # in a row, however slowly
]


@pytest.mark.parametrize(("calls", "every", "expected"), CALLS)
def test_it_opens_for_five_in_a_row_or_a_bad_share(
    calls: str, every: float, expected: State
) -> None:
    """Five in a row; or of ten calls within 30 s half failed; or eight tenths slow."""
    last = NOW + max(0, len(calls) - 1) * every

    assert expected == state(run(calls, every=every), last)


def test_it_stays_open_for_five_seconds_doubling_to_twelve() -> None:
    """5, 10, 12, 12 s, each give or take a fifth; a failed probe opens it again."""
    for seed in range(20):
        dice, now, breaker = Random(seed), NOW, run("xxxx")
        for seconds in (5.0, 10.0, 12.0, 12.0):
            breaker = after_failure(breaker, now=now, dice=dice)
            assert 0.8 * seconds <= breaker.until - now <= 1.2 * seconds
            assert "open" == state(breaker, breaker.until - 0.001)
            assert "half_open" == state(breaker, breaker.until)
            now = breaker.until


def test_late_failures_change_nothing() -> None:
    """Calls begun before it opened must not push the end of the rest away."""
    opened = run("xxxxx")

    assert opened == run("xxxxx", start=NOW + 1, at=opened)


def test_three_good_probes_close_it() -> None:
    """Two are not enough; the third makes it as new."""
    opened = run("xxxxx")
    two = run("..", start=opened.until, at=opened)

    assert "half_open" == state(two, opened.until + 1)
    assert Breaker() == run(".", start=opened.until + 1, at=two)


@pytest.mark.parametrize("calls", ["..s..", "..x.."])
def test_the_three_must_follow_one_another(calls: str) -> None:
    """A slow or a failed probe between them begins the count anew."""
    opened = run("xxxxx")

    assert "closed" != state(run(calls, start=opened.until, at=opened), opened.until + 100)


def test_closing_forgets_how_often_it_opened() -> None:
    """After a recovery the next rest is a short one again."""
    again = run("xxxxx", start=NOW + 1000, at=Breaker())
    opened = run("xxxxx", at=Breaker())
    closed = run("...", start=opened.until, at=opened)

    assert again.openings == run("xxxxx", start=NOW + 1000, at=closed).openings == 1


def test_what_it_remembers_is_bounded() -> None:
    """Thousands of calls: never more than the buckets of 30 s, and one."""
    assert len(run("." * 5000).buckets) <= 11


def test_a_success_of_a_call_begun_before_it_opened_closes_nothing() -> None:
    """
    Long streams end well after the breaker opened: they say nothing of the target as it is now.
    """
    opened = evolve(Breaker(), openings=1, since=100.0, until=105.0)

    late = opened
    for _ in range(5):
        late = after_success(late, started=99.0, slow=False, now=107.0, dice=Random(0))

    assert opened == late
