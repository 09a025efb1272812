"""What every ledger promises about outcomes that come late: they stand once, however late."""

import json
from collections.abc import Callable

import pytest
from attrs import evolve

from src.domain import usage_line
from src.domain.catalogue import Limit
from src.domain.lines import Amounts, Limits
from src.domain.quota import Hold, Outcome
from src.domain.usage_line import OLDEST_DAYS, Reader

from .books import NOW, Books, claim, hold, outcome, unlimited

DAY = 86_400.0
KEY = usage_line.key("0f8c9e2b7a6d5f4e3c2b1a09", "relay")
both = pytest.mark.parametrize("held", [hold, unlimited], ids=["limited", "unlimited"])


def late(name: str, output: int = 7) -> Outcome:
    return evolve(outcome(name, output=output), late=True)


async def others(books: Books, count: int) -> None:
    """So many that what was before is forgotten."""
    for number in range(count):
        name = f"other {books.clock.now()} {number}"
        await books.ledger.settle(unlimited(name), outcome(name, at=books.clock.now()))
    await books.ended()


@both
async def test_it_stands_once(books: Books, held: Callable[[str], Hold]) -> None:
    """And whoever tells it again is told so."""
    first = await books.ledger.settle(held("1"), late("1"))
    again = await books.ledger.settle(held("1"), late("1", output=99))

    assert (False, True) == (first.known, again.known)
    assert 7 == await books.charged("1") == (await books.total()).output_tokens
    assert ["1"] == await books.ended()


@both
@pytest.mark.parametrize("days", [0.1, 20.0, OLDEST_DAYS - 1.0])
async def test_it_stands_once_also_when_its_receipt_is_forgotten(
    make_books: Callable[..., Books], held: Callable[[str], Hold], days: float
) -> None:
    """A log may be told again after weeks, and after many requests."""
    books = make_books(kept=2)
    await books.ledger.settle(held("1"), late("1"))
    await others(books, 300)
    books.clock.turn(days * DAY)
    await books.ledger.sweep()
    await others(books, 10)
    before = await books.total()
    again = await books.ledger.settle(held("1"), late("1"))

    assert again.known
    assert before == await books.total()
    assert "1" not in await books.ended()


@both
async def test_what_was_settled_in_time_is_known(books: Books, held: Callable[[str], Hold]) -> None:
    """Its answer was lost, say, and it is told again: now, and once more."""
    await books.ledger.admit(held("1"))
    await books.ledger.settle(held("1"), outcome("1"))
    await books.ended()  # what waited is booked
    first = await books.ledger.settle(held("1"), late("1"))
    again = await books.ledger.settle(held("1"), late("1"))

    assert (True, True) == (first.known, again.known)
    assert 7 == (await books.total()).output_tokens


async def test_it_ends_a_hold_that_is_open(books: Books) -> None:
    """The store was away when it ended: what was reserved is given back."""
    await books.ledger.admit(hold("1"))
    news = await books.ledger.settle(hold("1"), late("1"))

    assert not news.known
    assert [] == await books.open()
    assert 7 == await books.charged("1")


async def test_it_corrects_what_was_taken_for_lost_once(books: Books) -> None:
    """The sums move by the difference; the claim is its own again."""
    claimed = hold("1", claim=claim(until=NOW + 5_000))
    await books.ledger.admit(claimed)
    await books.sweep(NOW + 600)
    assert ["1"] == await books.ended()
    first = await books.ledger.settle(claimed, late("1", output=9))
    again = await books.ledger.settle(claimed, late("1", output=9))
    repeat = (await books.ledger.admit(hold("2", claim=claim()))).repeat

    assert (False, True) == (first.known, again.known)
    assert (1, 9) == ((await books.total()).requests, (await books.total()).output_tokens)
    assert repeat is not None and "1" == repeat.request_id


async def test_a_limit_of_a_window_that_lasts_is_charged_and_no_other(
    make_books: Callable[..., Books],
) -> None:
    """As a usage line tells it, hours later: the day's; not the minute's, which has drained since;
    and on the next day neither."""
    limits = Limits.of(
        (
            Limit("client:team", "tokens", "day", 100),
            Limit("client:team", "tokens", "minute", 100),
        )
    )
    for hours, charged in ((0, (True, True)), (2, (True, False)), (20, (False, False))):
        books = make_books()
        lines = limits.lines(("client:team",), Amounts(40), NOW)
        told = outcome("1", output=60).receipt
        text = usage_line.line(evolve(hold("1"), lines=lines), told, KEY)
        books.clock.turn(hours * 3600)
        await books.ledger.settle(*Reader(KEY).read(json.loads(text), NOW))
        now = books.clock.now()
        asked = limits.lines(("client:team",), Amounts(1), now)
        verdict = await books.ledger.admit(evolve(hold("2", at=now, until=now + 9), lines=asked))
        left = {one.line.window: one.remaining for one in verdict.headroom}

        assert charged == (left["day"] < 99, left["minute"] < 99), hours
