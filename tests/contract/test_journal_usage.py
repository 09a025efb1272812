"""What every journal promises about sums: recorded equals delivered, in everybody's own days."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve

from src.domain.quota import Outcome
from src.domain.receipt import AttemptRecord, Ending, Receipt, Usage
from src.domain.usage import Heading, Row, Tally, UsageQuery, Window
from tests.support.tally import rows_of_tokens

from .books import NOW, Books, hold, opened, outcome

BERLIN, KOLKATA = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kolkata")


async def settle(books: Books, receipt: Receipt) -> None:
    name, client = receipt.request_id, receipt.client
    await books.ledger.settle(hold(name, client=client, at=receipt.at), Outcome(receipt))


async def periods(books: Books, window: Window) -> list[tuple[str, int]]:
    found = await books.journal.usage(UsageQuery(window))
    return [(row.period, row.tally.requests) for row in found]


async def test_nothing_is_no_rows(books: Books) -> None:
    """Before the first request, and while it runs."""
    await books.ledger.admit(hold("1"))

    assert () == await books.journal.usage(UsageQuery())


async def test_what_was_used_is_added_up_under_what_served_it(books: Books) -> None:
    """By client, provider, the provider's model, and the status the caller got."""
    for number, client in enumerate(("a", "b", "a")):
        await books.ledger.settle(
            hold(f"{number}", client=client), outcome(f"{number}", client=client)
        )

    assert (
        Row("2025-11-22", Heading("a", "p", "m-1", 200), Tally(requests=2, output_tokens=14)),
        Row("2025-11-22", Heading("b", "p", "m-1", 200), Tally(requests=1, output_tokens=7)),
    ) == rows_of_tokens(await books.journal.usage(UsageQuery()))
    assert [("2025-11-22T15Z", 2), ("2025-11-22T15Z", 1)] == await periods(books, "hour")


async def test_every_kind_of_token_has_its_sum(books: Books) -> None:
    """And estimates are counted, so that nobody takes them for more than they are."""
    for number in range(3):
        usage = Usage(
            1, 20, 300, reasoning_tokens=4000, cache_write_tokens=50_000, estimated=number == 0
        )
        await settle(books, evolve(opened(f"{number}"), ending="completed", usage=usage))

    assert Tally(3, 0, 3, 60, 900, 150_000, 12_000, 1) == await books.total()


@pytest.mark.parametrize(
    ("ending", "errors"),
    [("completed", 0), ("client_gone", 0), ("upstream_error", 1), ("deadline", 1), ("denied", 1)],
)
async def test_failures_are_counted(books: Books, ending: Ending, errors: int) -> None:
    """A caller who left is none."""
    await settle(books, evolve(opened("1"), ending=ending))

    assert Tally(requests=1, errors=errors) == await books.total()


async def test_abandoned_attempts_are_booked_under_status_0(books: Books) -> None:
    """They were paid for, and nobody got their answer; they are no requests."""
    first = AttemptRecord("q", "m-2", "k", "cut", usage=Usage(3, 4))
    last = AttemptRecord("p", "m-1", "k", "served", status=200, usage=Usage(5, 6))
    receipt = evolve(opened("1"), ending="completed", status=200, usage=Usage(5, 6))
    await settle(books, evolve(receipt, attempts=(first, last)))

    assert (
        Row("2025-11-22", Heading("team", "p", "m-1", 200), Tally(1, 0, 5, 6)),
        Row("2025-11-22", Heading("team", "q", "m-2", 0), Tally(0, 0, 3, 4)),
    ) == rows_of_tokens(await books.journal.usage(UsageQuery()))


async def test_what_a_correction_takes_away_is_not_shown(books: Books) -> None:
    """The lost one was under status 0; the row is all zeros now, and gone."""
    await books.ledger.admit(hold("1"))
    await books.sweep(NOW + 600)
    assert [("team", "", "m", 0)] == [
        (row.heading.client, row.heading.provider, row.heading.model, row.heading.status)
        for row in await books.journal.usage(UsageQuery())
    ]

    await books.ledger.settle(hold("1"), outcome("1"))
    (row,) = await books.journal.usage(UsageQuery())
    assert Heading("team", "p", "m-1", 200) == row.heading


async def test_rows_come_by_period_then_heading(books: Books) -> None:
    """Between two periods, both included."""
    for number, at in enumerate((NOW + 7200, NOW, NOW + 3600, NOW)):
        await settle(books, opened(f"{number}", client=f"c{number}", at=at))

    rows = await books.journal.usage(UsageQuery("hour", "2025-11-22T15Z", "2025-11-22T16Z"))
    assert [("2025-11-22T15Z", "c1"), ("2025-11-22T15Z", "c3"), ("2025-11-22T16Z", "c2")] == [
        (row.period, row.heading.client) for row in rows
    ]


BOUNDS = ("", "2025", "2025-11", "2025-11-22", "2025-11-22T16Z", "2025-11-23", "2026", "9", "~")


@pytest.mark.parametrize("window", ["hour", "day"])
@pytest.mark.parametrize("bound", [*BOUNDS, "2025-13-45", "x", "\0", "模", "2025-11-22T"])
async def test_bounds_are_any_text(books: Books, window: Window, bound: str) -> None:
    """A month, a year, or nonsense: rows are compared with it as text, and nothing fails."""
    for number in range(3):
        await settle(books, opened(f"{number}", at=NOW + 3600 * 12 * (number - 1)))
    rows = await books.journal.usage(UsageQuery(window))
    named = {row.period for row in rows}

    for query in (UsageQuery(window, since=bound), UsageQuery(window, until=bound)):
        found = {row.period for row in await books.journal.usage(query)}
        assert found == {period for period in named if query.since <= period <= query.until}
    assert len(named) == (3 if window == "hour" else 2)


@pytest.mark.parametrize(
    ("day", "hours"), [((2026, 3, 29), 23), ((2026, 10, 25), 25), ((2026, 6, 1), 24)]
)
async def test_a_day_is_as_long_as_the_clocks_make_it(
    make_books: Callable[..., Books], day: tuple[int, int, int], hours: int
) -> None:
    """23 and 25 hours when clocks are changed; the hours are UTC and all different."""
    books = make_books(zone=BERLIN)
    start = datetime(*day, tzinfo=BERLIN).timestamp()
    books.clock.at = start
    for number in range(-1, 26):
        await settle(books, opened(f"{number}", at=start + 3600 * number))

    found = dict(await periods(books, "day"))
    assert hours == found["{}-{:02}-{:02}".format(*day)]
    assert [1] * 27 == [requests for _, requests in await periods(books, "hour")]


async def test_days_begin_at_midnight_where_the_deployment_is(
    make_books: Callable[..., Books],
) -> None:
    """Also where that is half past an hour of UTC."""
    books = make_books(zone=KOLKATA)
    midnight = datetime(2025, 11, 22, 18, 30, tzinfo=ZoneInfo("UTC")).timestamp()
    for number, at in enumerate((midnight - 0.001, midnight, midnight + 0.001)):
        await settle(books, opened(f"{number}", at=at))

    assert [("2025-11-22", 1), ("2025-11-23", 2)] == await periods(books, "day")
    assert [("2025-11-22T18Z", 3)] == await periods(books, "hour")


@pytest.mark.parametrize(
    ("days", "shown"),
    [(44, {"hour", "day"}), (46, {"day"}), (399, {"day"}), (401, set[str]())],
)
async def test_old_sums_are_forgotten(books: Books, days: int, shown: set[str]) -> None:
    """After 45 days by the hour, after 13 months by the day."""
    await settle(books, opened("old"))
    books.clock.turn(days * 86_400)
    await settle(books, opened("new", at=books.clock.now()))

    windows: tuple[Window, ...] = ("hour", "day")
    assert shown == {window for window in windows if len(await periods(books, window)) == 2}
