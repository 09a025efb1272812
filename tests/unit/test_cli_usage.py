"""`airelay report usage`, which is `airelay usage`: of which time, and for which program."""

import asyncio
import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve

from tests.support.booked import ENVIRON, book, receipt
from tests.support.cli import Invoke

TIMES = {"latency_seconds", "first_event_seconds"}


@pytest.fixture
def now() -> float:
    return datetime.now(UTC).timestamp()


@pytest.fixture
def booked(tmp_path: Path, now: float) -> str:
    """A request of now, and one of forty days ago; today's name."""
    asyncio.run(book(tmp_path, [receipt("1", at=now), receipt("2", at=now - 40 * 86_400)]))
    return datetime.fromtimestamp(now, ZoneInfo("Asia/Kolkata")).date().isoformat()


def found_by(run: Invoke, *options: str) -> list[str]:
    return [row["period"] for row in json.loads(run(*options, "--json", **ENVIRON).output)]


@pytest.mark.parametrize("command", [("usage",), ("report", "usage")], ids=" ".join)
def test_usage_of_a_time(run: Invoke, booked: str, command: tuple[str, ...]) -> None:
    """
    From a day, a month or a year, to one; under either name of the command.
    """
    assert [booked] == found_by(run, *command)
    assert [booked] == found_by(run, *command, "--since", booked, "--until", booked)
    assert [booked] == found_by(run, *command, "--since", booked[:7])[-1:]
    assert 2 == len(found_by(run, *command, "--until", booked))
    assert 2 == len(found_by(run, *command, "--since", f"{int(booked[:4]) - 1}"))
    assert [] == found_by(run, *command, "--since", "2019", "--until", "2020-02")
    hours = found_by(run, *command, "--hours", "--since", f"{int(booked[:4]) - 1}")
    assert (2, {14}) == (len(hours), {len(hour) for hour in hours})


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--since", "yesterday"), "yesterday: is no time. Say a year, a month or a day"),
        (("--until", "2026-13"), "2026-13: is no time."),
        (("--since", "2026-11-22T15"), "2026-11-22T15: is no time."),
        (("--hours", "--since", "x"), "or an hour (UTC)"),
        (("--since", "2026-11", "--until", "2026-10"), "--until 2026-10 is before --since"),
        (("--since", "2026-11", "--last", "3"), "Say --last, or --since and --until."),
    ],
)
def test_what_is_no_time_is_said(run: Invoke, options: tuple[str, ...], said: str) -> None:
    """
    A sentence that says how to write it, and exit status 2.
    """
    found = run("report", "usage", *options, **ENVIRON)

    assert (2, True) == (found.exit_code, said in found.output)


def test_usage_for_spreadsheets(run: Invoke, tmp_path: Path, now: float) -> None:
    """
    CSV in the columns of the JSON; no name of a caller's is a formula there.
    """
    one = evolve(receipt("1", at=now, client="=cmd()"), cost=5, seconds=1.5)
    asyncio.run(book(tmp_path, [one]))

    options = ("report", "usage", "--by", "client", "--by", "status")
    (row,) = csv.DictReader(run(*options, "--csv", **ENVIRON).output.splitlines())
    (told,) = json.loads(run(*options, "--json", **ENVIRON).output)
    times = {f"{name}_{share}" for name in TIMES for share in ("p50", "p95")}

    assert {*told} - TIMES | times == {*row}
    assert ("'=cmd()", "200", "1200", "0.000000005") == (
        row["client"],
        row["status"],
        row["output_tokens"],
        row["cost_usd"],
    )
    assert (f"{told['latency_seconds']['p95']}", "") == (
        row["latency_seconds_p95"],
        row["first_event_seconds_p50"],
    )
