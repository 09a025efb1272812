"""Callers that leave: nothing is left behind, and nobody is asked for what nobody wants.

In the middle of a stream the provider is read on: `test_drains.py`.
"""

import asyncio
import gc
import random

import pytest
from attrs import evolve

from tests.support import golden
from tests.support.behaviours import begun, chat, ok_stream, pings_only, silent, slow_first
from tests.support.caller import asking, line, request
from tests.support.catalogue import CALM, CLIENT_KEY, provider, snapshot
from tests.support.leaving import hear
from tests.support.provider import ScriptedProvider, scripted
from tests.support.relay import Relay, relay_of, running_relay
from tests.support.script import Behaviour, Hang, InTurn, as_script

WHOLE = request(body=asking(), key=CLIENT_KEY)
STREAM = request(body=asking(stream=True), key=CLIENT_KEY)


async def stopped_after(one: ScriptedProvider, left_at: float) -> float:
    """Seconds from the caller's leaving until the provider saw it."""
    async with asyncio.timeout(5):
        await one.last.over.wait()
    assert one.last.gone_at is not None
    return one.last.gone_at - left_at


BEFORE_THE_ANSWER: list[tuple[str, bytes, Behaviour]] = [
    ("whole, before headers", WHOLE, silent()),
    ("stream, before headers", STREAM, silent()),
    ("stream, before the first event", STREAM, slow_first(30)),
    ("stream, after the role chunk", STREAM, (*begun(1), Hang())),
    ("stream, pings only", STREAM, pings_only()),
]


@pytest.mark.parametrize(
    ("name", "said", "behaviour"), BEFORE_THE_ANSWER, ids=[row[0] for row in BEFORE_THE_ANSWER]
)
async def test_a_caller_that_leaves_before_the_answer_stops_the_provider(
    name: str, said: bytes, behaviour: Behaviour
) -> None:
    """
    Whatever the relay waits for, the provider is let go within a second of the caller's leaving.
    """
    async with relay_of(behaviour) as (one, relay):
        async with line(relay.base_url) as caller:
            caller.say(said)
            await one.until(lambda p: len(p.requests) == 1)
        left_at = asyncio.get_running_loop().time()

        assert await stopped_after(one, left_at) < 1.0
        receipt = await relay.finished()

    assert ("client_gone", 499, None) == (receipt.ending, receipt.status, receipt.usage)
    assert 1 == len(one.requests)


@pytest.mark.parametrize(
    "behaviour",
    [(*begun(3), Hang()), ok_stream(golden.TEXT * 500, gap=0.01)],
    ids=["nothing more comes", "more comes"],
)
async def test_where_nothing_is_read_on_leaving_stops_the_provider(behaviour: Behaviour) -> None:
    """
    With `timeouts.drain` 0, in the middle of a stream as well, whether or not it is speaking.
    """
    async with relay_of(behaviour, timeouts=evolve(CALM, drain=0.0)) as (one, relay):
        await hear(relay, asking(stream=True), 2)
        left_at = asyncio.get_running_loop().time()

        assert await stopped_after(one, left_at) < 1.0
        receipt = await relay.finished()

    assert ("client_gone", 499) == (receipt.ending, receipt.status)
    assert receipt.usage is not None
    assert receipt.usage.estimated


async def test_a_caller_that_leaves_during_its_body_asks_nobody() -> None:
    """
    Half a request is no request.
    """
    async with relay_of() as (one, relay):
        async with line(relay.base_url) as caller:
            caller.say(WHOLE[:-5])
            await asyncio.sleep(0.05)
        heard = await relay.ask()

    assert (200, 1) == (heard.status, len(one.requests))


async def test_a_slow_reader_slows_the_provider_down() -> None:
    """
    Back-pressure: what a caller does not read, the relay does not collect.
    """
    word = golden.piece({"content": "x" * 10_000})
    many = (golden.role(), *[word] * 6_000, golden.piece({}, finish="stop"))
    async with (
        scripted(ok_stream(many)) as one,
        running_relay(snapshot(provider("one", one)), grace=0.2) as relay,
        line(relay.base_url) as caller,
    ):
        transport = caller.writer.transport
        assert isinstance(transport, asyncio.Transport)
        transport.pause_reading()
        caller.say(STREAM)
        await one.until(lambda p: len(p.requests) == 1)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.0):
                await one.last.over.wait()
        assert one.last.done_at is None


async def leave_at_random(relay: Relay, dice: random.Random) -> None:
    """One request that is given up after up to 30 ms."""
    async with line(relay.base_url) as caller:
        caller.say(dice.choice((WHOLE, STREAM)))
        try:
            async with asyncio.timeout(dice.uniform(0.0, 0.03)):
                await caller.answer()
        except (TimeoutError, asyncio.IncompleteReadError):
            caller.leave()


async def cancel_many(count: int, *, at_once: int) -> None:
    """So many callers leave at random instants; then nothing of them is left."""
    dice = random.Random(count)
    moods = [chat(gap=0.004), chat(), as_script(silent()), as_script((*begun(2), Hang()))]
    async with relay_of(lambda seen: dice.choice(moods)(seen)) as (one, relay):
        one_before = one.script
        one.play(chat())
        assert 200 == (await relay.ask()).status
        tasks_before = len(asyncio.all_tasks())
        one.play(one_before)

        for _ in range(count // at_once):
            await asyncio.gather(*(leave_at_random(relay, dice) for _ in range(at_once)))
        await one.until(lambda p: all(seen.over.is_set() for seen in p.requests))

        one.play(chat())
        assert 200 == (await relay.ask()).status
        await at_rest(one, tasks_before)


async def at_rest(one: ScriptedProvider, tasks_before: int) -> None:
    """Within two seconds no more tasks than before are alive, but one per idle connection."""
    async with asyncio.timeout(2):
        while len(asyncio.all_tasks()) - one.open > tasks_before:
            gc.collect()
            await asyncio.sleep(0.02)
    assert one.open <= 64


async def test_three_hundred_cancelled_requests_leave_nothing() -> None:
    """
    After 300 callers that left at random instants no task and no connection is left over, and
    the relay serves.
    """
    await cancel_many(300, at_once=20)


@pytest.mark.slow
async def test_ten_thousand_cancelled_requests_leave_nothing() -> None:
    """
    The same over 10,000.
    """
    await cancel_many(10_000, at_once=50)


async def test_sequences_of_answers_reuse_one_connection() -> None:
    """
    Whole answers and whole streams give their connection back: 20 requests, one connection.
    """
    async with relay_of(InTurn((chat(),))) as (one, relay):
        for number in range(20):
            await relay.ask(stream=number % 2 == 0)

    assert 1 == one.connections
