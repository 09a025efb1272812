"""Callers that leave in the middle of a stream: the provider is read on, within bounds, for only
its last words say what the answer cost (reliability 3.2)."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from attrs import evolve

from src.domain.receipt import Usage
from tests.support import golden
from tests.support.behaviours import begun, cut_after, ended, frames, gated_stream
from tests.support.caller import asking
from tests.support.catalogue import CALM, provider, snapshot
from tests.support.leaving import hear
from tests.support.provider import scripted
from tests.support.relay import Relay, relay_of, running_relay
from tests.support.script import Behaviour, Hang, Until
from tests.support.stores import nothing_held, total

ASKED = asking(stream=True)
#: What the provider says; and what the relay reckons of so many pieces.
SAID = Usage(11, 7, cached_tokens=4, reasoning_tokens=2)
PATIENT = evolve(CALM, drain=8.0)


def reckoned(pieces: int, body: bytes = ASKED) -> Usage:
    return Usage(len(body) // 4, pieces, estimated=True)


def counted(events: Sequence[bytes], gate: asyncio.Event, after: int) -> Behaviour:
    """A stream that waits for the test after so many events, and counts at its end."""
    return gated_stream((*events, golden.USAGE), gate, after)


@pytest.mark.parametrize("counts", [True, False], ids=["usage asked for", "usage for us alone"])
@pytest.mark.parametrize("stream", [golden.TEXT, golden.PARALLEL_TOOLS, golden.REASONING])
async def test_a_caller_that_leaves_mid_stream_is_charged_what_the_provider_says(
    stream: Sequence[bytes], counts: bool
) -> None:
    """
    In the middle of words, of thoughts or of the arguments of a call; to the provider it looks as
    if the caller had stayed.
    """
    gate = asyncio.Event()
    wish: golden.Json = {"stream_options": {"include_usage": True}} if counts else {}
    async with relay_of(counted(stream, gate, 4), timeouts=PATIENT) as (one, relay):
        heard = await hear(relay, asking(stream=True, **wish), 4)
        assert [] == relay.notes.receipts
        gate.set()
        receipt = await relay.finished()
        # The caller, back with the same key, can read it.
        told = await relay.container.journal().receipt(heard.header("x-request-id") or "", "test")

    assert ("client_gone", 499, SAID) == (receipt.ending, receipt.status, receipt.usage)
    assert receipt == told
    assert one.last.done_at is not None
    assert ["client_gone"] == [attempt.outcome for attempt in receipt.attempts]


async def test_one_that_leaves_while_its_answer_is_held_is_charged_as_well() -> None:
    """
    Under whole delivery the caller has seen no event yet; the provider has been at work.
    """
    gate, body = asyncio.Event(), asking(stream=True)
    async with scripted(counted(golden.TEXT, gate, 4)) as one:
        configured = snapshot(provider("one", one, timeouts=PATIENT))
        async with running_relay(configured, beat=0.05) as relay:
            heard = await hear(relay, body, 4, headers={"x-relay-delivery": "whole"})
            gate.set()
            receipt = await relay.finished()

    assert b"data:" not in heard.body
    assert ("client_gone", SAID, "whole") == (receipt.ending, receipt.usage, receipt.delivery)


async def test_a_drain_has_an_end() -> None:
    """
    After `timeouts.drain` seconds the provider is stopped, and what it had delivered is reckoned:
    also what came after the caller had gone.
    """
    gate, told = asyncio.Event(), golden.wire(golden.TEXT)
    more = (*begun(3), Until(gate), *frames(told[3:5]), Hang())
    async with relay_of(more, timeouts=evolve(CALM, drain=0.4)) as (one, relay):
        await hear(relay, ASKED, 3)
        gate.set()
        left_at = asyncio.get_running_loop().time()
        receipt = await relay.finished()

    assert reckoned(4) == receipt.usage
    assert one.last.gone_at is not None
    assert 0.2 < one.last.gone_at - left_at < 3.0


async def test_a_drain_is_over_with_the_requests_own_time() -> None:
    """
    A caller that allowed 0.6 s allowed its drain no more.
    """
    started = asyncio.get_running_loop().time()
    async with relay_of((*begun(3), Hang()), timeouts=PATIENT) as (one, relay):
        await hear(relay, ASKED, 3, headers={"x-relay-timeout-ms": "600"})
        receipt = await relay.finished()

    assert ("client_gone", reckoned(2)) == (receipt.ending, receipt.usage)
    assert one.last.gone_at is not None
    assert one.last.gone_at - started < 4.0


@pytest.mark.parametrize(
    ("rest", "pieces"),
    [
        (lambda gate: (*begun(3), Until(gate), *cut_after(4)[4:]), 3),
        (lambda gate: (*begun(3), Until(gate), ended()), 2),
        (lambda gate: gated_stream(golden.TEXT, gate, 3), 5),
    ],
    ids=["cut", "ends early", "counts nothing"],
)
async def test_what_cannot_be_learned_is_reckoned(
    rest: Callable[[asyncio.Event], Behaviour], pieces: int
) -> None:
    """
    The provider that is cut while it is read on, or ends early, or never counts.
    """
    gate = asyncio.Event()
    async with relay_of(rest(gate), timeouts=PATIENT) as (_, relay):
        await hear(relay, ASKED, 3)
        gate.set()
        receipt = await relay.finished()

    assert ("client_gone", reckoned(pieces)) == (receipt.ending, receipt.usage)


async def leave_all(relay: Relay, count: int) -> None:
    """So many callers leave mid-stream, one after the other."""
    for _ in range(count):
        await hear(relay, ASKED, 3)


async def test_a_ninth_drain_is_not_begun() -> None:
    """
    Eight at once; the ninth answer is reckoned at once, and a place that is given back is taken.
    """
    gate = asyncio.Event()
    async with relay_of(counted(golden.TEXT, gate, 3), timeouts=PATIENT) as (one, relay):
        await leave_all(relay, 9)
        first = await relay.finished()
        await one.until(lambda p: p.requests[8].over.is_set())
        drained = 9 - len(relay.notes.receipts)
        gate.set()
        await relay.finished(9)
        await leave_all(relay, 1)
        await relay.finished(10)

    assert (reckoned(2), 8) == (first.usage, drained)
    assert [SAID] * 9 == [receipt.usage for receipt in relay.notes.receipts[1:]]


async def test_the_books_hold_it_until_the_drain_is_over(folder: Path | None) -> None:
    """
    One hold while it is read on, none after; the sums have what the provider says.
    """
    gate = asyncio.Event()
    async with scripted(counted(golden.TEXT, gate, 3)) as one:
        configured = snapshot(provider("one", one, timeouts=PATIENT))
        async with running_relay(configured, folder=folder) as relay:
            journal = relay.container.journal()
            await hear(relay, ASKED, 3)
            held = [hold.id for hold in await journal.holds()]
            gate.set()
            receipt = await relay.finished()
            await nothing_held(journal)
            sums = await total(journal)

    assert [receipt.request_id] == held
    assert (1, 0, 11, 7, 4, 2, 0) == (
        sums.requests,
        sums.errors,
        sums.input_tokens,
        sums.output_tokens,
        sums.cached_tokens,
        sums.reasoning_tokens,
        sums.estimated,
    )


async def test_a_server_that_stops_ends_its_drains_and_settles_them(folder: Path | None) -> None:
    """
    Once its grace is over what was delivered is reckoned, and in the books.
    """
    async with scripted((*begun(3), Hang())) as one:
        configured = snapshot(provider("one", one, timeouts=PATIENT))
        async with running_relay(configured, folder=folder, grace=0.5) as relay:
            await hear(relay, ASKED, 3)
            stopping = asyncio.get_running_loop().time()
        took = asyncio.get_running_loop().time() - stopping
    receipt = await relay.finished()
    settled = await relay.container.journal().receipt(receipt.request_id, "test")
    await relay.container.closes()()  # to look into a file opens it again

    assert took < 5.0
    assert ("client_gone", 499, reckoned(2)) == (receipt.ending, receipt.status, receipt.usage)
    assert receipt == settled
