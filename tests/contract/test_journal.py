"""What every journal promises about receipts: for whom, in which order, how many."""

from collections.abc import Callable

from attrs import evolve

from src.adapters.stores.bookkeeping import TRIM_EVERY
from src.domain.quota import Outcome
from src.domain.receipt import AttemptRecord, Usage
from src.domain.usage import RequestQuery

from .books import NOW, Books, hold, opened, outcome


async def test_a_receipt_is_for_the_client_that_asked(books: Books) -> None:
    """For anybody else it is not there, and nor is one under way."""
    await books.ledger.admit(hold("1"))
    assert await books.journal.receipt("1", "team") is None

    await books.ledger.settle(hold("1"), outcome("1"))
    assert await books.journal.receipt("1", "team") is not None
    assert await books.journal.receipt("1", "other") is None
    assert await books.journal.receipt("1", "") is None
    assert await books.journal.receipt("2", "team") is None


async def test_the_newest_receipts_come_first(books: Books) -> None:
    """In the order in which requests ended; as many as were asked for."""
    for name in ("1", "2", "3"):
        await books.ledger.admit(hold(name))
    for name in ("2", "3", "1"):
        await books.ledger.settle(hold(name), outcome(name))

    assert ["1", "3"] == await books.ended(2)
    assert ["1", "3", "2"] == await books.ended()
    assert [] == await books.ended(0)
    assert [] == await books.ended(-1)


async def test_one_client_can_be_asked_for(books: Books) -> None:
    """The limit counts its receipts, not those of others."""
    for number in range(6):
        client = "even" if number % 2 == 0 else "odd"
        await books.ledger.settle(
            hold(str(number), client=client), outcome(str(number), client=client)
        )

    found = await books.journal.requests(RequestQuery(2, "even"))
    assert ["4", "2"] == [receipt.request_id for receipt in found]
    assert () == await books.journal.requests(RequestQuery(2, "nobody"))


async def test_a_receipt_comes_back_as_it_was(books: Books) -> None:
    """Every field, every attempt, in every alphabet."""
    attempts = (
        AttemptRecord("ä", "模型", "k", "timeout", detail="no answer", seconds=0.1 + 0.2),
        AttemptRecord("p", "m", "k2", "served", status=200, usage=Usage(1, 2, 3, 4, True)),
    )
    receipt = evolve(
        opened("1", at=NOW + 0.123456),
        stream=True,
        ending="completed",
        status=200,
        attempts=attempts,
        usage=Usage(1, 2, 3, 4, True),
        first_event_seconds=1e-9,
        error="\x00\n\U0001f600",
        tags="a=b",
        degraded=True,
        delivery="switched",
    )
    await books.ledger.settle(hold("1"), Outcome(receipt))

    assert receipt == await books.journal.receipt("1", "team")
    assert (receipt,) == await books.journal.requests(RequestQuery())


async def test_old_receipts_are_forgotten_and_the_sums_stay(
    make_books: Callable[..., Books],
) -> None:
    """The journal is bounded; what was used is known all the same."""
    books, kept, most = make_books(kept=20), 20, 2 * TRIM_EVERY
    await books.ledger.admit(hold("open", until=NOW + 1e6))
    for number in range(most):
        await books.ledger.settle(hold(f"{number}"), outcome(f"{number}"))

    assert [f"{number}" for number in reversed(range(most - kept, most))] == await books.ended(most)
    assert await books.journal.receipt("0", "team") is None
    assert most == (await books.total()).requests
    assert ["open"] == await books.open()


async def test_between_two_trims_the_journal_is_bounded_too(
    make_books: Callable[..., Books],
) -> None:
    """It never holds more than so many beyond what is kept."""
    books = make_books(kept=20)
    for number in range(TRIM_EVERY + 100):
        await books.ledger.settle(hold(f"{number}"), outcome(f"{number}"))

    assert 20 <= len(await books.ended(10_000)) <= 120
