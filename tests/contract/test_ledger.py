"""What every ledger promises: reserve, charge once, free. What was settled is what is read."""

import asyncio

import pytest

from src.domain.quota import Outcome, moved

from .books import NOW, Books, hold, opened, outcome


async def test_where_no_line_is_limited_all_is_granted(books: Books) -> None:
    """Admission by default."""
    assert (await books.ledger.admit(hold("1"))).admitted


async def test_an_admitted_hold_is_open_until_it_is_settled(books: Books) -> None:
    """What is reserved is known, as it was asked for; nothing else stays."""
    await books.ledger.admit(hold("1"))
    await books.ledger.admit(hold("2"))
    assert (hold("1"), hold("2")) == await books.journal.holds()

    await books.ledger.settle(hold("1"), outcome("1"))
    assert (hold("2"),) == await books.journal.holds()


async def test_admitting_twice_answers_as_the_first_time(books: Books) -> None:
    """A repeated admission with the same hold id changes nothing, also after the end."""
    assert (await books.ledger.admit(hold("1"))).admitted
    again = await books.ledger.admit(hold("1"))

    assert again.admitted
    await books.ledger.settle(hold("1"), outcome("1"))
    assert again == await books.ledger.admit(hold("1"))
    assert [] == await books.open()
    assert 7 == await books.charged("1")


async def test_settling_keeps_the_receipt(books: Books) -> None:
    """What was recorded is what was delivered."""
    await books.ledger.admit(hold("1"))
    await books.ledger.settle(hold("1"), outcome("1"))

    assert outcome("1").receipt == await books.journal.receipt("1", "team")


async def test_settling_twice_charges_once(books: Books) -> None:
    """The first outcome stays; there is one receipt, and it is added up once."""
    await books.ledger.admit(hold("1"))
    await books.ledger.settle(hold("1"), outcome("1", output=7))
    await books.ledger.settle(hold("1"), outcome("1", output=99))

    assert ["1"] == await books.ended()
    assert 7 == await books.charged("1") == (await books.total()).output_tokens


async def test_settling_without_an_admission_still_writes_it_down(books: Books) -> None:
    """The store was away at first: the books are exact afterwards, also if it comes twice."""
    await books.ledger.settle(hold("1"), outcome("1"))
    await books.ledger.settle(hold("1"), outcome("1"))

    assert 7 == await books.charged("1") == (await books.total()).output_tokens


async def test_settling_at_the_same_time_charges_once(books: Books) -> None:
    """Every verb is one atomic step, whoever calls it beside."""
    await books.ledger.admit(hold("1"))
    await asyncio.gather(
        *(books.ledger.settle(hold("1"), outcome("1", output=output)) for output in range(1, 30))
    )

    assert ["1"] == await books.ended()
    assert await books.charged("1") == (await books.total()).output_tokens


async def test_who_goes_away_while_it_is_written_changes_nothing(books: Books) -> None:
    """A settle whose task is cancelled is carried out or not; the next one makes it whole."""
    await books.ledger.admit(hold("1"))
    settling = asyncio.ensure_future(books.ledger.settle(hold("1"), outcome("1")))
    await asyncio.sleep(0)
    settling.cancel()
    await asyncio.gather(settling, return_exceptions=True)
    await books.ledger.settle(hold("1"), outcome("1"))

    assert [] == await books.open()
    assert 7 == await books.charged("1") == (await books.total()).output_tokens


async def test_moving_an_open_hold_rebooks_the_provider(books: Books) -> None:
    """The same answer the second time; the caller's side stays."""
    await books.ledger.admit(hold("1"))

    first = await books.ledger.move(moved(hold("1"), "other"))

    assert first.admitted
    assert first == await books.ledger.move(moved(hold("1"), "other"))
    (held,) = await books.journal.holds()
    assert ("deployment", "client:team", "model:m", "provider:other") == held.subjects


async def test_what_is_not_open_cannot_be_moved(books: Books) -> None:
    """Neither an unknown hold nor a settled one, and the attempt changes nothing."""
    assert not (await books.ledger.move(moved(hold("1"), "other"))).admitted

    await books.ledger.settle(hold("1"), outcome("1"))
    assert not (await books.ledger.move(moved(hold("1"), "other"))).admitted
    assert 7 == await books.charged("1")


async def test_a_checkpoint_settles_nothing(books: Books) -> None:
    """The request goes on; its receipt and its charge come at its end."""
    await books.ledger.admit(hold("1"))
    await books.ledger.checkpoint(hold("1"), outcome("1", output=3))
    assert await books.journal.receipt("1", "team") is None
    assert 0 == (await books.total()).requests

    await books.ledger.settle(hold("1"), outcome("1", output=9))
    assert 9 == await books.charged("1") == (await books.total()).output_tokens


@pytest.mark.parametrize("name", ["", "ä\0'\"; DROP TABLE entries", "x" * 10_000])
async def test_names_are_only_names(books: Books, name: str) -> None:
    """Whatever an id, a client or a model is called."""
    await books.ledger.admit(hold(name, client=name))
    await books.ledger.settle(hold(name, client=name), outcome(name, client=name))

    assert outcome(name, client=name).receipt == await books.journal.receipt(name, name)


async def test_what_died_at_once_is_told_from_its_admission(books: Books) -> None:
    """Without a checkpoint, the request as it stood then is the receipt, marked as lost."""
    await books.ledger.admit(hold("1", until=NOW))
    await books.sweep(NOW)

    found = await books.journal.receipt("1", "team")
    assert found is not None
    assert ("lost", "m", NOW) == (found.ending, found.model, found.at)


async def test_a_large_receipt_is_kept_whole(books: Books) -> None:
    """A long error, many tokens."""
    receipt = opened("1")
    large = Outcome(outcome("1", output=10**12).receipt)
    await books.ledger.settle(hold("1"), large)

    assert large.receipt == await books.journal.receipt(receipt.request_id, "team")
    assert 10**12 == (await books.total()).output_tokens
