"""`airelay usage` and `airelay requests`: the books, as the command line shows them."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve

from src.domain.usage import Heading, Row, Tally, grouped, since
from tests.support.booked import ENVIRON, book, receipt
from tests.support.cli import Invoke


@pytest.fixture
def now() -> float:
    return datetime.now(UTC).timestamp()


def test_empty_books_say_so(run: Invoke) -> None:
    """
    Before the first request there is nothing, and that is no error.
    """
    for command in ("usage", "requests"):
        found = run(command, **ENVIRON)
        assert (0, "Nothing is in the books of this machine yet.\n") == (
            found.exit_code,
            found.output,
        )


def test_usage_is_a_table(run: Invoke, tmp_path: Path, now: float) -> None:
    """
    Added up by provider and model unless asked otherwise; numbers with their thousands apart.
    """
    asyncio.run(book(tmp_path, [receipt("1", at=now), receipt("2", at=now, client="other")]))

    head, line, note = run("usage", **ENVIRON).output.splitlines()

    numbers = "requests errors input output cached estimated usd unpriced p50 p95 first50 first95"
    assert f"period provider model {numbers}" == " ".join(head.split())
    assert ["b", "m", "2", "0", "6", "2,400", "0", "0"] == line.split()[1:9]
    assert ["0.0000", "2", "0.1", "0.1", "-", "-"] == line.split()[9:]
    assert note.startswith("Of 2 requests or attempts the price is not known")


def test_usage_for_programs(run: Invoke, tmp_path: Path, now: float) -> None:
    """
    As JSON, by the columns that were asked for.
    """
    asyncio.run(book(tmp_path, [receipt("1", at=now), receipt("2", at=now, status=502)]))

    options = ("--by", "client", "--by", "status", "--hours", "--json")
    found = json.loads(run("usage", *options, **ENVIRON).output)

    assert [("team", 200, 1200), ("team", 502, 1200)] == [
        (row["client"], row["status"], row["output_tokens"]) for row in found
    ]


def test_money_and_times_are_shown(run: Invoke, tmp_path: Path, now: float) -> None:
    """
    Dollars in the table, to the last digit for programs and for single requests; seconds within
    which half and nearly all of the answers came. Where all is priced no note says otherwise.
    """
    quick = evolve(receipt("1", at=now), cost=1_234_567_890, seconds=1.5, first_event_seconds=0.3)
    booked = [evolve(quick, request_id=f"{number}") for number in range(20)]
    asyncio.run(book(tmp_path, booked))

    _, line = run("usage", **ENVIRON).output.splitlines()
    (row,) = json.loads(run("usage", "--json", **ENVIRON).output)

    assert ["24.6914", "0", "1.5", "1.9", "0.3", "0.5"] == line.split()[-6:]
    assert ("24.691357800", 0) == (row["cost_usd"], row["unpriced"])
    assert {"p50": 1.5, "p95": 1.95} == row["latency_seconds"]
    assert 0.2 < row["first_event_seconds"]["p50"] < row["first_event_seconds"]["p95"] < 0.5
    assert ", 1.234567890 USD [" in run("requests", **ENVIRON).output


def test_requests_tell_what_failed(run: Invoke, tmp_path: Path, now: float) -> None:
    """
    The last one first; each failed attempt on a line of its own; of one client if it is named.
    """
    asyncio.run(book(tmp_path, [receipt("1", at=now), receipt("2", at=now, client="other")]))

    lines = run("requests", **ENVIRON).output.splitlines()

    assert ["[2]", "[1]"] == [line.split()[-1] for line in lines[::2]]
    assert "    a/m key k1: timeout (no answer in time)" == lines[1]
    mine = json.loads(run("requests", "--client", "team", "--json", **ENVIRON).output)
    assert ["1"] == [one["request_id"] for one in mine]


def test_books_that_cannot_be_read_are_a_sentence(run: Invoke, tmp_path: Path) -> None:
    """
    No trace: the file and what is wrong with it.
    """
    (tmp_path / "books").mkdir()
    (tmp_path / "books/books.sqlite3").write_text("this is no book " * 400)

    found = run("usage", **ENVIRON)

    assert 1 == found.exit_code
    assert "books.sqlite3" in found.output


@pytest.mark.parametrize(
    ("window", "last", "zone", "first"),
    [
        ("day", 1, "Asia/Kolkata", "2026-11-23"),
        ("day", 7, "UTC", "2026-11-16"),
        ("hour", 1, "Asia/Kolkata", "2026-11-22T19Z"),
        ("hour", 24, "UTC", "2026-11-21T20Z"),
    ],
)
def test_the_last_periods_begin(window: str, last: int, zone: str, first: str) -> None:
    """
    Days by the deployment's calendar, hours in UTC; the one under way is the last.
    """
    now = datetime(2026, 11, 22, 19, 30, tzinfo=UTC)

    assert first == since(now, "day" if window == "day" else "hour", last, ZoneInfo(zone))


def test_what_is_not_asked_for_is_added_up() -> None:
    """
    Rows that differ only in other columns become one.
    """
    rows = [
        Row(
            "2026-11-22",
            Heading(client, "p", "m", status),
            Tally(requests=1, output_tokens=5),
        )
        for client in ("a", "b")
        for status in (200, 502)
    ]

    assert (
        Row("2026-11-22", Heading("a", "", "", 0), Tally(requests=2, output_tokens=10)),
        Row("2026-11-22", Heading("b", "", "", 0), Tally(requests=2, output_tokens=10)),
    ) == grouped(rows, ("client",))
