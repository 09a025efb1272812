"""What every ledger promises about requests whose process died: swept, charged, corrected once."""

import asyncio

from attrs import evolve

from src.adapters.stores.bookkeeping import SWEPT_BY_THE_WAY
from src.domain.quota import moved

from .books import NOW, Books, hold, outcome


async def test_a_hold_past_its_end_is_swept_once(books: Books) -> None:
    """Whoever died in between: a receipt is written, for the client that asked."""
    await books.ledger.admit(hold("open", until=NOW + 1))
    await books.ledger.admit(hold("late", until=NOW))

    assert (1, 0) == (await books.sweep(NOW), await books.sweep(NOW))
    assert ["open"] == await books.open()
    swept = await books.journal.receipt("late", "team")
    assert swept is not None
    assert ("late", "lost") == (swept.request_id, swept.ending)
    assert await books.journal.receipt("open", "team") is None


async def test_a_swept_hold_is_charged_what_was_delivered_at_least(books: Books) -> None:
    """Its last checkpoint, in the receipt and in the sums."""
    await books.ledger.admit(hold("1"))
    await books.ledger.checkpoint(hold("1"), outcome("1", output=3))
    await books.ledger.checkpoint(hold("1"), outcome("1", output=5))

    assert 1 == await books.sweep(NOW + 600)
    assert 5 == await books.charged("1") == (await books.total()).output_tokens


async def test_a_late_settle_corrects_once(books: Books) -> None:
    """It was thought dead and was not: the sums move by the difference, the first time only."""
    await books.ledger.admit(hold("1"))
    await books.ledger.checkpoint(hold("1"), outcome("1", output=5))
    await books.sweep(NOW + 600)
    for output in (9, 99):
        await books.ledger.settle(hold("1"), outcome("1", output=output))

    total = await books.total()
    assert (1, 0, 9) == (total.requests, total.errors, total.output_tokens)
    assert 9 == await books.charged("1")
    assert ["1"] == await books.ended()


async def test_a_corrected_request_is_the_newest(books: Books) -> None:
    """It ended when it was settled."""
    await books.ledger.admit(hold("1", until=NOW))
    await books.sweep(NOW)
    await books.ledger.settle(hold("2"), outcome("2"))
    await books.ledger.settle(hold("1"), outcome("1"))

    assert ["1", "2"] == await books.ended()


async def test_a_settled_hold_is_neither_swept_nor_checkpointed(books: Books) -> None:
    """What is over stays as it is."""
    await books.ledger.admit(hold("1"))
    await books.ledger.settle(hold("1"), outcome("1"))
    await books.ledger.checkpoint(hold("1"), outcome("1", output=99))

    assert 0 == await books.sweep(NOW + 9_999)
    assert 7 == await books.charged("1")


async def test_a_checkpoint_of_what_is_swept_or_unknown_changes_nothing(books: Books) -> None:
    """It comes too late, or to the wrong books."""
    await books.ledger.checkpoint(hold("unknown"), outcome("unknown"))
    await books.ledger.admit(hold("1", until=NOW))
    await books.sweep(NOW)
    await books.ledger.checkpoint(hold("1", until=NOW + 9), outcome("1"))

    assert [] == await books.open()
    assert ["1"] == await books.ended()
    assert await books.charged("1") is None


async def test_a_checkpoint_lengthens_the_hold_and_never_shortens_it(books: Books) -> None:
    """A long stream is not swept while it lives."""
    await books.ledger.admit(hold("1", until=NOW + 10))
    await books.ledger.checkpoint(hold("1", until=NOW + 20), outcome("1"))
    await books.ledger.checkpoint(hold("1", until=NOW + 5), outcome("1"))

    assert 0 == await books.sweep(NOW + 19)
    assert 1 == await books.sweep(NOW + 20)


async def test_a_move_keeps_what_a_checkpoint_said(books: Books) -> None:
    """Neither undoes the other."""
    await books.ledger.admit(hold("1", until=NOW + 10))
    await books.ledger.checkpoint(hold("1", until=NOW + 20), outcome("1", output=3))
    await books.ledger.move(moved(hold("1"), "other"))

    assert [NOW + 20] == [held.until for held in await books.journal.holds()]
    await books.sweep(NOW + 20)
    assert 3 == await books.charged("1")


async def test_admissions_sweep_a_few_late_holds(books: Books) -> None:
    """Where nobody ever calls sweep, the dead are buried all the same; a few at a time."""
    for number in range(SWEPT_BY_THE_WAY + 5):
        await books.ledger.admit(hold(f"dead {number:02}", until=NOW + 10))
    books.clock.turn(11)

    await books.ledger.admit(hold("new"))
    assert 6 == len(await books.open())
    await books.ledger.admit(hold("newer"))
    assert ["new", "newer"] == await books.open()


async def test_a_sweep_ends_all_there_are_the_earliest_first(books: Books) -> None:
    """However many; in the order in which they ran out."""
    for number in range(600):
        await books.ledger.admit(hold(f"{number:03}", until=NOW + 600 - number))

    assert 600 == await books.sweep(NOW + 600)
    assert ["000", "001"] == await books.ended(2)
    assert 600 == (await books.total()).requests


async def test_sweep_and_settle_at_the_same_time_charge_once(books: Books) -> None:
    """Whichever comes first, the outcome is what was settled."""
    names = [f"{number:02}" for number in range(40)]
    for name in names:
        await books.ledger.admit(hold(name))
        await books.ledger.checkpoint(hold(name), outcome(name, output=5))
    settles = [books.ledger.settle(hold(name), outcome(name, output=9)) for name in names]
    sweeps = [books.sweep(NOW + 600) for _ in range(4)]
    await asyncio.gather(*settles[:20], *sweeps, *settles[20:])

    total = await books.total()
    assert (40, 0, 360) == (total.requests, total.errors, total.output_tokens)
    assert sorted(names) == sorted(await books.ended())


async def test_the_end_is_booked_in_the_window_of_the_arrival(books: Books) -> None:
    """A correction weeks later takes away what was booked then, and nothing of today's."""
    await books.ledger.admit(hold("1"))
    await books.sweep(NOW + 600)
    books.clock.turn(20 * 86_400)
    await books.ledger.settle(hold("1"), evolve(outcome("1", output=9)))

    assert 1 == (await books.total()).requests
    assert 9 == (await books.total()).output_tokens
