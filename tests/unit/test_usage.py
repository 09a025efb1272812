"""What was used, added up: the entries of a receipt, and in which hour and day they stand."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from src.domain.receipt import AttemptRecord, Ending, Receipt, Usage
from src.domain.usage import Heading, Tally, abandoned, periods, rows
from tests.support.tally import tokens_alone

RECEIPT = Receipt("1", 0.0, "team", "chat.completions", "fast", stream=False)
SERVED = AttemptRecord("p", "m-1", "k", "served", status=200, usage=Usage(1, 2))
CUT = AttemptRecord("q", "m-2", "k", "cut", usage=Usage(3, 4))
REFUSED = AttemptRecord("r", "m-3", "k", "rate_limited", status=429)

TALLIES = st.builds(Tally, *[st.integers(-(10**9), 10**9)] * 12)


def days(receipt: Receipt) -> dict[Heading, Tally]:
    found = (row for window, row in rows(receipt, UTC) if window == "day")
    return {row.heading: tokens_alone(row.tally) for row in found}


@given(TALLIES, TALLIES, TALLIES)
def test_sums_do_not_depend_on_the_order(a: Tally, b: Tally, c: Tally) -> None:
    """And what is taken away again was never there."""
    assert a + (b + c) == (c + a) + b
    assert Tally() == a + -a
    assert a == a + Tally()


def test_a_request_stands_under_what_served_it() -> None:
    """The provider's own name for the model, not the asked one."""
    receipt = evolve(RECEIPT, ending="completed", status=200, usage=Usage(1, 2))

    assert {Heading("team", "p", "m-1", 200): Tally(1, 0, 1, 2)} == days(
        evolve(receipt, attempts=(REFUSED, SERVED))
    )


def test_a_request_that_nothing_served_stands_under_what_was_asked_last() -> None:
    """Where nothing was asked, under the caller's name for the model."""
    failed = evolve(RECEIPT, ending="upstream_error", status=502)

    assert {Heading("team", "r", "m-3", 502): Tally(1, 1)} == days(
        evolve(failed, attempts=(evolve(CUT, usage=None), REFUSED))
    )
    assert {Heading("team", "", "fast", 502): Tally(1, 1)} == days(failed)


@pytest.mark.parametrize(
    ("ending", "errors"),
    [
        ("completed", 0),
        ("client_gone", 0),
        ("upstream_error", 1),
        ("deadline", 1),
        ("denied", 1),
        ("internal", 1),
        ("lost", 1),
    ],
)
def test_what_is_an_error(ending: Ending, errors: int) -> None:
    """Whatever kept the caller from an answer that was wanted."""
    (tally,) = days(evolve(RECEIPT, ending=ending)).values()

    assert Tally(requests=1, errors=errors) == tally


def test_an_abandoned_attempt_is_paid_for_under_status_0() -> None:
    """It is no request, and no error: only tokens."""
    receipt = evolve(RECEIPT, ending="completed", status=200, usage=SERVED.usage)

    assert {
        Heading("team", "p", "m-1", 200): Tally(1, 0, 1, 2),
        Heading("team", "q", "m-2", 0): Tally(0, 0, 3, 4),
    } == days(evolve(receipt, attempts=(CUT, SERVED)))


@pytest.mark.parametrize(
    ("attempts", "usage", "left"),
    [
        ((SERVED,), Usage(1, 2), ()),
        ((CUT, SERVED), Usage(1, 2), (CUT,)),
        ((CUT, CUT, SERVED), Usage(1, 2), (CUT, CUT)),
        ((CUT,), Usage(3, 4), ()),  # the caller has what was delivered, and it is charged
        ((CUT,), None, (CUT,)),
        ((CUT, REFUSED), None, (CUT,)),
        ((CUT, REFUSED), Usage(9, 9), (CUT,)),
        ((REFUSED,), None, ()),
        ((), None, ()),
    ],
)
def test_which_attempts_were_abandoned(
    attempts: tuple[AttemptRecord, ...], usage: Usage | None, left: tuple[AttemptRecord, ...]
) -> None:
    """Those with usage that is not the receipt's own."""
    assert left == abandoned(evolve(RECEIPT, attempts=attempts, usage=usage))


@given(st.lists(st.sampled_from((SERVED, CUT, REFUSED)), max_size=5), st.booleans())
def test_nothing_that_was_paid_for_is_left_out(attempts: list[AttemptRecord], paid: bool) -> None:
    """The tokens of all entries are those of all attempts, where the receipt's are the last's."""
    last = attempts[-1].usage if attempts and paid else None
    receipt = evolve(RECEIPT, attempts=tuple(attempts), usage=last)
    used = [attempt.usage for attempt in attempts if attempt.usage is not None]

    assert sum(usage.output_tokens for usage in used) == sum(
        row.tally.output_tokens for window, row in rows(receipt, UTC) if window == "day"
    )


def test_estimates_are_counted() -> None:
    """Of requests, and of attempts."""
    estimate = Usage(3, 4, estimated=True)
    attempts = (evolve(CUT, usage=estimate), evolve(SERVED, usage=estimate))
    receipt = evolve(RECEIPT, usage=estimate, attempts=attempts)

    assert [1, 1] == [tally.estimated for tally in days(receipt).values()]


@given(st.datetimes(datetime(1980, 1, 1), datetime(2100, 1, 1)), st.integers(-14 * 4, 14 * 4))
def test_hours_are_utc_and_days_are_local(at: datetime, quarters: int) -> None:
    """Hours everywhere alike; days by the deployment's own calendar."""
    zone = timezone(timedelta(minutes=15 * quarters))
    instant = at.replace(tzinfo=UTC).timestamp()

    assert (
        ("hour", f"{at:%Y-%m-%dT%H}Z"),
        ("day", f"{at + timedelta(minutes=15 * quarters):%Y-%m-%d}"),
    ) == periods(instant, zone)


@pytest.mark.parametrize(
    ("month", "day", "hours"), [(3, 28, 24), (3, 29, 23), (10, 25, 25), (10, 26, 24)]
)
def test_a_local_day_has_as_many_hours_as_clocks_give_it(month: int, day: int, hours: int) -> None:
    """Berlin, 2026: and every hour has a name of its own, also the one that comes twice."""
    berlin = ZoneInfo("Europe/Berlin")
    start = datetime(2026, month, day, tzinfo=berlin).timestamp()
    stands = [periods(start + 3600 * hour, berlin) for hour in range(30)]

    assert hours == [day for _, (_, day) in stands].count(stands[0][1][1])
    assert 30 == len({hour for (_, hour), _ in stands})


def test_half_an_hour_from_utc_is_no_matter() -> None:
    """Midnight in Kolkata is half past an hour of UTC."""
    kolkata = ZoneInfo("Asia/Kolkata")
    midnight = datetime(2026, 1, 2, tzinfo=kolkata).timestamp()

    assert (("hour", "2026-01-01T18Z"), ("day", "2026-01-01")) == periods(midnight - 1, kolkata)
    assert (("hour", "2026-01-01T18Z"), ("day", "2026-01-02")) == periods(midnight, kolkata)
