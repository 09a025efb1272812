"""What every journal promises about money and time: sums of receipts, to the last digit."""

import pytest
from attrs import evolve

from src.domain import histogram
from src.domain.pricing import MOST_COST
from src.domain.quota import Outcome
from src.domain.receipt import AttemptRecord, Receipt, Usage
from src.domain.usage import COUNTS, Tally, UsageQuery

from .books import NOW, Books, hold, opened

USED = Usage(10, 20)
SERVED = AttemptRecord("p", "m-1", "k", "served", status=200, usage=USED, cost=70)
CUT = AttemptRecord("q", "m-2", "k", "cut", usage=Usage(3, 4), cost=5)
STREAM = Receipt(
    "1",
    NOW,
    "team",
    "chat.completions",
    "m",
    stream=True,
    ending="completed",
    status=200,
    attempts=(SERVED,),
    usage=USED,
    cost=70,
    seconds=3.2,
    first_event_seconds=0.7,
)


async def settle(books: Books, *receipts: Receipt) -> None:
    for number, receipt in enumerate(receipts):
        name = f"{receipt.request_id}-{number}"
        await books.ledger.settle(hold(name), Outcome(evolve(receipt, request_id=name)))


async def total(books: Books) -> Tally:
    """All of it; by the hour it is the same as by the day."""
    days, hours = [
        sum((row.tally for row in await books.journal.usage(UsageQuery(window))), Tally())
        for window in ("day", "hour")
    ]
    assert days == hours
    return days


async def test_money_is_added_up_to_the_last_digit(books: Books) -> None:
    """Of the answer, and of attempts that were abandoned."""
    await settle(books, STREAM, evolve(STREAM, attempts=(CUT, SERVED)), evolve(STREAM, cost=1))

    found = await total(books)
    assert (70 + 70 + 5 + 1, 0) == (found.cost, found.unpriced)


async def test_what_has_no_price_is_counted(books: Books) -> None:
    """Requests and abandoned attempts that used tokens; where nothing was used nothing is
    missing."""
    unknown = evolve(STREAM, cost=None, attempts=(evolve(CUT, cost=None), SERVED))
    nothing = evolve(STREAM, cost=None, usage=Usage(), attempts=())
    await settle(books, unknown, nothing, evolve(nothing, usage=None), STREAM)

    found = await total(books)
    assert (70, 2) == (found.cost, found.unpriced)


async def test_large_sums_stay_exact(books: Books) -> None:
    """The dearest requests there can be."""
    await settle(books, *[evolve(STREAM, cost=MOST_COST)] * 50)

    assert 50 * MOST_COST == (await total(books)).cost


async def test_times_are_counted(books: Books) -> None:
    """Of answers as a whole, and of streams until they began."""
    whole = evolve(STREAM, stream=False, seconds=45.0, first_event_seconds=45.0)
    slow = evolve(STREAM, seconds=5000.0, first_event_seconds=0.01)
    await settle(books, STREAM, whole, *[slow] * 300)

    found = await total(books)
    assert 300 * histogram.once(5000) + histogram.once(45) + histogram.once(3.2) == found.latency
    assert 300 * histogram.once(0.01) + histogram.once(0.7) == found.first_event


@pytest.mark.parametrize(
    "receipt",
    [
        evolve(STREAM, ending="upstream_error", status=502),
        evolve(STREAM, ending="client_gone", status=499),
        evolve(STREAM, attempts=(), replay_of="0"),
        evolve(STREAM, endpoint=COUNTS),
    ],
    ids=["failed", "left", "given again", "counted"],
)
async def test_what_is_no_whole_answer_is_not_timed(books: Books, receipt: Receipt) -> None:
    """It would make the others look quicker than they are."""
    await settle(books, receipt)

    found = await total(books)
    assert (1, 0, 0) == (found.requests, found.latency, found.first_event)


async def test_a_correction_moves_money_and_times(books: Books) -> None:
    """Lost at its last checkpoint, then settled after all: as if it had never been lost."""
    so_far = evolve(STREAM, ending="internal", usage=Usage(10, 1), cost=11)
    await books.ledger.admit(hold("1"))
    await books.ledger.checkpoint(hold("1"), Outcome(so_far))
    await books.sweep(NOW + 3600)
    assert (11, 0) == ((await total(books)).cost, (await total(books)).latency)

    await books.ledger.settle(hold("1"), Outcome(STREAM))
    found = await total(books)
    assert (70, histogram.once(3.2)) == (found.cost, found.latency)


async def test_receipts_keep_what_they_cost(books: Books) -> None:
    """And each attempt does."""
    receipt = evolve(STREAM, attempts=(CUT, SERVED))
    await books.ledger.settle(hold("1"), Outcome(receipt))

    found = await books.journal.receipt("1", "team")
    assert receipt == found
    assert opened("1").cost is None
