"""What a log tells is booked, each of it once; what was refused is said, with its place."""

import json
from collections.abc import Iterator

import pytest
from attrs import define, field

from src.adapters.stores.memory import MemoryLedger
from src.application.replay import AT_ONCE, MOST_NAMED, OFTEN, LogLine, Replay, Tally
from src.domain import usage_line
from src.domain.errors import NotStorable, StoreUnavailable
from src.domain.quota import Hold, News, Outcome
from src.domain.usage import UsageQuery
from src.domain.usage_line import Reader
from tests.support.hand_clock import HandClock
from tests.support.owed import AT, KEY, LIMITS, line


def log(*texts: str) -> Iterator[LogLine]:
    return (LogLine(number, text) for number, text in enumerate(texts, start=1))


def job() -> Replay:
    return Replay(Reader(KEY), AT)


def books() -> MemoryLedger:
    return MemoryLedger(HandClock(AT))


async def booked(ledger: MemoryLedger) -> tuple[int, int]:
    rows = await ledger.usage(UsageQuery())
    return sum(row.tally.requests for row in rows), sum(row.tally.output_tokens for row in rows)


async def test_each_is_booked_once() -> None:
    """
    Also where the log has it twice, and however often the log is told.
    """
    ledger, texts = books(), ["started", line("r1"), "GET /", line("r2", *LIMITS), line("r1")]
    first, again = job(), job()
    await first.run(log(*texts), ledger)
    await again.run(log(*texts), ledger)

    assert Tally(lines=5, found=3, booked=2, known=1) == first.tally
    assert Tally(lines=5, found=3, booked=0, known=3) == again.tally
    assert (2, 2 * 44) == await booked(ledger)


async def test_what_is_refused_is_named_and_the_rest_is_booked() -> None:
    """
    By its line and its reason.
    """
    ledger, work = books(), job()
    await work.run(
        log(
            line("r1"),
            line("r2").replace('"team"', '"meat"'),
            line("r3")[:200],
            line("r4", key=None),
            line("r5", at=AT - 90 * 86_400),
            json.dumps([line("r6"), line("r7", key=usage_line.key("x" * 24, "relay"))]),
        ),
        ledger,
    )

    assert (7, 2, 0) == (work.tally.found, work.tally.booked, work.tally.known)
    assert {"forged": [2, 6], "damaged": [3], "unsigned": [4], "old": [5]} == work.tally.named
    assert {"forged": 2, "damaged": 1, "unsigned": 1, "old": 1} == work.tally.refused


async def test_not_all_lines_are_named() -> None:
    """
    A log of nonsense is no list of all its lines.
    """
    work = job()
    work.look(log(*[line("r1", key=None)] * 100))

    assert (100, list(range(1, 1 + MOST_NAMED))) == (
        work.tally.refused["unsigned"],
        work.tally.named["unsigned"],
    )


async def test_looking_books_nothing() -> None:
    """
    It counts what is sound.
    """
    work = job()
    work.look(log(line("r1"), "", line("r2", key=None)))

    assert (2, 1, 0, 0) == (
        work.tally.found,
        work.tally.refused.total(),
        work.tally.booked,
        work.tally.known,
    )


@define(eq=False)
class Failing(MemoryLedger):
    """Takes so many, and then fails."""

    takes: int = 0
    error: Exception = field(factory=Exception)

    async def settle(self, hold: Hold, outcome: Outcome) -> News:
        self.takes -= 1
        if self.takes < 0:
            raise self.error
        return await super().settle(hold, outcome)


def failing(takes: int, error: Exception) -> Failing:
    return Failing(HandClock(AT), takes=takes, error=error)


async def test_a_store_that_goes_away_can_be_told_again() -> None:
    """
    What was booked until then stands, and is counted; the rest is booked the next time.
    """
    texts = [line(f"r{number}") for number in range(2 * AT_ONCE)]
    first, again = job(), job()
    ledger = failing(AT_ONCE + 3, StoreUnavailable("away"))
    with pytest.raises(StoreUnavailable, match="away"):
        await first.run(log(*texts), ledger)
    ledger.takes = 1_000
    await again.run(log(*texts), ledger)

    assert AT_ONCE + 3 == first.tally.booked
    assert (AT_ONCE - 3, AT_ONCE + 3) == (again.tally.booked, again.tally.known)
    assert 2 * AT_ONCE == (await booked(ledger))[0]


async def test_what_the_store_cannot_keep_is_refused_alone() -> None:
    """
    It does not hold up the others.
    """
    work = job()
    await work.run(log(line("r1"), line("r2")), failing(1, NotStorable("too large")))

    assert (1, {"not_storable": [2]}) == (work.tally.booked, work.tally.named)


async def test_it_says_how_far_it_is() -> None:
    """
    On a long log also where there is nothing to book; and it keeps none of it.
    """
    heard: list[int] = []
    work = Replay(Reader(KEY), AT, lambda tally: heard.append(tally.lines))
    await work.run((LogLine(number, "GET /") for number in range(3 * OFTEN)), books())
    await work.run(log(line("r1")), books())

    assert [OFTEN, 2 * OFTEN, 3 * OFTEN, 3 * OFTEN + 1] == heard
