"""What every ledger promises. A store is one line in LEDGERS.

A store whose adapter is the journal as well is read through it; both ports are one contract here,
for what was settled must be what is read.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol

import pytest
from attrs import evolve

from src.adapters.stores.memory import MemoryLedger
from src.domain import quota
from src.domain.ports import Clock, Journal, Ledger
from src.domain.quota import Hold, Outcome
from src.domain.receipt import Receipt, Usage
from tests.support.clock import TurnedClock


class Books(Ledger, Journal, Protocol):
    """Both sides of the books."""


LEDGERS: dict[str, Callable[[Clock], Books]] = {"memory": MemoryLedger}

NOW = 1_000.0


@pytest.fixture(params=list(LEDGERS.values()), ids=list(LEDGERS))
def ledger(request: pytest.FixtureRequest) -> Books:
    make: Callable[[Clock], Books] = request.param
    return make(TurnedClock())


def hold(name: str, *, client: str = "team", until: float = NOW) -> Hold:
    return quota.hold(name, client=client, model="m", provider="p", tokens=40, until=until)


def outcome(name: str, *, client: str = "team", output: int = 7) -> Outcome:
    usage = Usage(output_tokens=output)
    receipt = Receipt(name, NOW, client, "chat.completions", "m", stream=False, usage=usage)
    return Outcome(evolve(receipt, ending="completed", status=200))


async def charged(ledger: Books, name: str, client: str = "team") -> int | None:
    """The output tokens in the books for this request; None if it is not settled."""
    receipt = await ledger.receipt(name, client)
    return None if receipt is None or receipt.usage is None else receipt.usage.output_tokens


async def test_where_no_line_is_limited_all_is_granted(ledger: Books) -> None:
    """Admission by default."""
    assert (await ledger.admit(hold("1"))).admitted


async def test_admitting_twice_answers_as_the_first_time(ledger: Books) -> None:
    """A repeated admission with the same hold id changes nothing, also after the end."""
    first = await ledger.admit(hold("1"))

    assert first == await ledger.admit(hold("1"))
    await ledger.settle(hold("1"), outcome("1"))
    assert first == await ledger.admit(hold("1"))
    assert 7 == await charged(ledger, "1")


async def test_settling_keeps_the_receipt(ledger: Books) -> None:
    """What was recorded is what was delivered."""
    await ledger.admit(hold("1"))
    await ledger.settle(hold("1"), outcome("1"))

    assert outcome("1").receipt == await ledger.receipt("1", "team")


async def test_settling_twice_charges_once(ledger: Books) -> None:
    """The first outcome stays, and there is one receipt."""
    await ledger.admit(hold("1"))
    await ledger.settle(hold("1"), outcome("1", output=7))
    await ledger.settle(hold("1"), outcome("1", output=99))

    assert 7 == await charged(ledger, "1")
    assert 1 == len(await ledger.requests(10))


async def test_settling_without_an_admission_still_writes_it_down(ledger: Books) -> None:
    """The store was away at first: the books are exact afterwards."""
    await ledger.settle(hold("1"), outcome("1"))

    assert 7 == await charged(ledger, "1")


async def test_settling_at_the_same_time_charges_once(ledger: Books) -> None:
    """Every verb is one atomic step, whoever calls it beside."""
    await ledger.admit(hold("1"))
    await asyncio.gather(
        *(ledger.settle(hold("1"), outcome("1", output=output)) for output in range(1, 30))
    )

    assert 1 == len(await ledger.requests(100))
    assert await charged(ledger, "1") in range(1, 30)


async def test_a_receipt_is_for_the_client_that_asked(ledger: Books) -> None:
    """For anybody else it is not there, and nor is one under way."""
    await ledger.admit(hold("1"))
    assert await ledger.receipt("1", "team") is None

    await ledger.settle(hold("1"), outcome("1"))
    assert await ledger.receipt("1", "other") is None
    assert await ledger.receipt("1", "") is None
    assert await ledger.receipt("2", "team") is None


async def test_the_newest_receipts_come_first(ledger: Books) -> None:
    """In the order in which requests ended; as many as were asked for."""
    for name in ("1", "2", "3"):
        await ledger.admit(hold(name))
    for name in ("2", "3", "1"):
        await ledger.settle(hold(name), outcome(name))

    assert ["1", "3"] == [receipt.request_id for receipt in await ledger.requests(2)]


async def test_moving_an_open_hold_is_granted_and_repeatable(ledger: Books) -> None:
    """The same answer the second time."""
    await ledger.admit(hold("1"))

    first = await ledger.move(hold("1"), "other/m")

    assert first.admitted
    assert first == await ledger.move(hold("1"), "other/m")


async def test_what_is_not_open_cannot_be_moved(ledger: Books) -> None:
    """Neither an unknown hold nor a settled one, and the attempt changes nothing."""
    assert not (await ledger.move(hold("1"), "other/m")).admitted

    await ledger.settle(hold("1"), outcome("1"))
    assert not (await ledger.move(hold("1"), "other/m")).admitted
    assert 7 == await charged(ledger, "1")


async def test_a_hold_past_its_end_is_swept_once(ledger: Books) -> None:
    """Whoever died in between: a receipt is written, for the client that asked."""
    await ledger.admit(hold("late", until=NOW - 1))
    await ledger.admit(hold("open", until=NOW + 1))

    assert (1, 0) == (await ledger.sweep(NOW), await ledger.sweep(NOW))
    swept = await ledger.receipt("late", "team")
    assert swept is not None
    assert ("late", "internal") == (swept.request_id, swept.ending)
    assert await ledger.receipt("open", "team") is None


async def test_a_swept_hold_is_charged_what_was_delivered_at_least(ledger: Books) -> None:
    """Its last checkpoint."""
    await ledger.admit(hold("1"))
    await ledger.checkpoint(hold("1"), outcome("1", output=3))
    await ledger.checkpoint(hold("1"), outcome("1", output=5))

    assert 1 == await ledger.sweep(NOW)
    assert 5 == await charged(ledger, "1")


async def test_a_settled_hold_is_neither_swept_nor_checkpointed(ledger: Books) -> None:
    """What is over stays as it is."""
    await ledger.admit(hold("1"))
    await ledger.settle(hold("1"), outcome("1"))
    await ledger.checkpoint(hold("1"), outcome("1", output=99))

    assert 0 == await ledger.sweep(NOW)
    assert 7 == await charged(ledger, "1")


async def test_a_checkpoint_settles_nothing(ledger: Books) -> None:
    """The request goes on; its receipt comes at its end."""
    await ledger.admit(hold("1"))
    await ledger.checkpoint(hold("1"), outcome("1", output=3))
    assert await ledger.receipt("1", "team") is None

    await ledger.settle(hold("1"), outcome("1", output=9))
    assert 9 == await charged(ledger, "1")
