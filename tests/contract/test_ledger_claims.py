"""What every ledger promises about claims: who comes with a used key hears of the first request."""

import asyncio
from collections.abc import Callable

import pytest
from attrs import evolve

from src.adapters.stores.bookkeeping import TRIM_EVERY
from src.domain.idempotency import LARGEST_STORED, Repeat, StoredAnswer
from src.domain.quota import Hold, Outcome
from src.domain.receipt import Usage

from .books import NOW, Books, answered, claim, failed, hold, opened, outcome


def claiming(name: str, *, body: str = "body", until: float = NOW + 600) -> Hold:
    return hold(name, claim=claim(body=body), until=until)


async def repeated(books: Books, name: str = "again", body: str = "body") -> Repeat | None:
    """What another request with the key is told; None: it is admitted."""
    verdict = await books.ledger.admit(claiming(name, body=body))
    assert verdict.admitted == (verdict.repeat is None)
    return verdict.repeat


async def test_a_key_that_runs_is_refused(books: Books) -> None:
    """Whoever comes second is told who is first, and leaves nothing behind."""
    assert (await books.ledger.admit(claiming("1"))).admitted

    assert Repeat("running", "1") == await repeated(books)
    assert ["1"] == await books.open()


async def test_a_finished_key_gives_the_stored_answer(books: Books) -> None:
    """Byte for byte, with the receipt."""
    await books.ledger.admit(claiming("1"))
    await books.ledger.settle(claiming("1"), answered("1", b"\x00\xff"))

    stored = StoredAnswer("application/json", b"\x00\xff")
    assert Repeat("finished", "1", outcome("1").receipt, stored) == await repeated(books)


@pytest.mark.parametrize("size", [LARGEST_STORED, LARGEST_STORED + 1])
async def test_an_answer_that_is_too_large_is_not_kept(books: Books, size: int) -> None:
    """Its receipt is."""
    await books.ledger.admit(claiming("1"))
    await books.ledger.settle(claiming("1"), answered("1", b"x" * size))

    found = await repeated(books)
    assert found is not None
    assert found.receipt == outcome("1").receipt
    assert (size <= LARGEST_STORED) == (found.answer is not None)


async def test_another_body_is_another_request(books: Books) -> None:
    """While the first runs and afterwards, and whatever it answered is not told."""
    await books.ledger.admit(claiming("1"))
    assert Repeat("other_body", "1") == await repeated(books, body="other")

    await books.ledger.settle(claiming("1"), answered("1"))
    assert Repeat("other_body", "1") == await repeated(books, body="other")


async def test_admitting_the_owner_again_is_no_repeat(books: Books) -> None:
    """A retried trip to the store, also after the end."""
    await books.ledger.admit(claiming("1"))
    assert (await books.ledger.admit(claiming("1"))).admitted

    await books.ledger.settle(claiming("1"), answered("1"))
    assert (await books.ledger.admit(claiming("1"))).admitted


async def test_a_request_that_failed_gives_its_key_back(books: Books) -> None:
    """It can be tried again."""
    await books.ledger.admit(claiming("1"))
    await books.ledger.settle(claiming("1"), failed("1"))

    assert await repeated(books) is None


@pytest.mark.parametrize("usage", [None, Usage(output_tokens=3)])
async def test_a_caller_who_left_keeps_the_key_if_it_was_paid_for(
    books: Books, usage: Usage | None
) -> None:
    """A provider worked for it."""
    left = Outcome(evolve(opened("1"), ending="client_gone", status=499, usage=usage))
    await books.ledger.admit(claiming("1"))
    await books.ledger.settle(claiming("1"), left)

    assert (usage is None) == (await repeated(books) is None)


async def test_a_lost_request_gives_its_key_back(books: Books) -> None:
    """Also when it is swept by the admission of the one who tries again."""
    await books.ledger.admit(claiming("1", until=NOW + 10))
    books.clock.turn(10)

    assert await repeated(books) is None
    assert ["again"] == await books.open()


@pytest.mark.parametrize("late", [answered("1"), failed("1")], ids=["answered", "failed"])
async def test_a_late_settle_does_not_take_the_key_from_its_next_owner(
    books: Books, late: Outcome
) -> None:
    """Nor does its failure free it."""
    await books.ledger.admit(claiming("1"))
    await books.sweep(NOW + 600)
    await books.ledger.admit(evolve(claiming("2"), until=NOW + 1200))
    await books.ledger.settle(claiming("1"), late)

    assert Repeat("running", "2") == await repeated(books)


async def test_a_late_settle_takes_back_a_key_that_is_free(books: Books) -> None:
    """It was done after all: not a second time, then."""
    await books.ledger.admit(claiming("1"))
    await books.sweep(NOW + 600)
    await books.ledger.settle(claiming("1"), answered("1"))

    found = await repeated(books)
    assert found is not None
    assert ("finished", "1") == (found.state, found.request_id)


async def test_a_second_settle_does_not_change_what_is_answered(books: Books) -> None:
    """Neither frees the key nor replaces the answer."""
    await books.ledger.admit(claiming("1"))
    await books.ledger.settle(claiming("1"), answered("1", b"first"))
    await books.ledger.settle(claiming("1"), failed("1"))
    await books.ledger.settle(claiming("1"), answered("1", b"second"))

    found = await repeated(books)
    assert found is not None
    assert StoredAnswer("application/json", b"first") == found.answer


async def test_a_key_is_forgotten_after_its_time(books: Books) -> None:
    """And not a moment before."""
    await books.ledger.admit(claiming("1"))
    await books.ledger.settle(claiming("1"), answered("1"))

    books.clock.turn(3599)
    assert await repeated(books) is not None
    books.clock.turn(1)
    assert await repeated(books, "later") is None


async def test_of_many_at_once_one_is_admitted(books: Books) -> None:
    """The claim is checked and made in one step."""
    verdicts = await asyncio.gather(
        *(books.ledger.admit(claiming(str(number))) for number in range(30))
    )

    assert 1 == sum(verdict.admitted for verdict in verdicts)
    assert 1 == len(await books.open())


async def test_what_is_known_of_a_key_outlives_the_receipt(
    books: Books,
) -> None:
    """A thousand requests later the journal has forgotten it, and the key still answers."""
    await books.ledger.admit(claiming("1"))
    await books.ledger.settle(claiming("1"), answered("1"))
    for number in range(1300):
        await books.ledger.settle(hold(f"n{number}"), outcome(f"n{number}"))

    assert await books.journal.receipt("1", "team") is None
    found = await repeated(books)
    assert found is not None
    assert answered("1").answer == found.answer


async def test_old_answers_make_room_and_their_receipts_stay(
    make_books: Callable[..., Books],
) -> None:
    """Answers may be large: the newest of them are kept, a tenth as many as receipts."""
    books = make_books(kept=20)
    for number in range(TRIM_EVERY):
        keyed = hold(f"{number}", claim=claim(f"{number}"))
        await books.ledger.admit(keyed)
        await books.ledger.settle(keyed, answered(f"{number}"))

    again = [
        (await books.ledger.admit(hold("again", claim=claim(f"{number}")))).repeat
        for number in range(TRIM_EVERY)
    ]
    assert {"finished"} == {found.state for found in again if found}
    kept = 2 + 1  # and the one that was settled with the trim
    assert [None] * (TRIM_EVERY - kept) == [found.answer for found in again[:-kept] if found]
    assert all(found and found.answer for found in again[-2:])


async def test_a_replay_does_not_keep_a_key(books: Books) -> None:
    """What gave an old answer again did no work of its own."""
    replay = Outcome(evolve(outcome("1").receipt, replay_of="0"))
    await books.ledger.admit(claiming("1"))
    await books.ledger.settle(claiming("1"), replay)

    assert await repeated(books) is None
