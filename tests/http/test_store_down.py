"""The store has troubles: answers go on, and the books are exact afterwards (promise 4)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from src.domain.events import StoreFailed
from src.domain.usage import Tally
from tests.support import golden
from tests.support.behaviours import gated_stream
from tests.support.caller import Heard
from tests.support.catalogue import provider, snapshot
from tests.support.idempotency import keyed
from tests.support.provider import ScriptedProvider, scripted
from tests.support.relay import Relay, running_relay
from tests.support.shaky import Mood, ShakyLedger
from tests.support.stores import nothing_held, total

TROUBLES: list[Mood] = ["away", "hangs", "loses the reply", "never replies"]


def answers(count: int) -> Tally:
    """What so many come to."""
    one = Tally(1, input_tokens=11, output_tokens=7, cached_tokens=4, reasoning_tokens=2)
    return sum([one] * count, Tally())


@asynccontextmanager
async def shaken(
    folder: Path | None, **more: Any
) -> AsyncIterator[tuple[ScriptedProvider, Relay, ShakyLedger]]:
    """A provider, a relay before it, and its store, which is well at first."""
    store = ShakyLedger()
    async with scripted() as one:
        configured = snapshot(provider("one", one))
        async with running_relay(configured, folder=folder, wire=store.wire, **more) as relay:
            yield one, relay, store


async def comes_to(relay: Relay, expected: Tally) -> None:
    """Waits until the books have it; they have no more a moment later, and nothing is held."""
    journal = relay.container.journal()

    async def booked() -> None:
        for _ in range(400):
            if expected == await total(journal):
                break
            await asyncio.sleep(0.01)
        await nothing_held(journal)

    await relay.hurried(booked())
    assert expected == await total(journal)


@pytest.mark.parametrize("mood", TROUBLES)
async def test_a_store_that_is_away_from_the_start_costs_nobody_an_answer(
    folder: Path | None, mood: Mood
) -> None:
    """
    Each answer says that it was given without the store; each is booked once the store is back,
    once.
    """
    async with shaken(folder) as (_, relay, store):
        store.mood = mood
        heard = [await relay.ask(stream=stream) for stream in (False, True)]
        receipts = (await relay.finished(2), *relay.notes.receipts)
        store.mood = "well"
        await comes_to(relay, answers(2))

    assert [200, 200] == [answer.status for answer in heard]
    assert {"store"} == {answer.header("x-relay-degraded") for answer in heard}
    assert all(receipt.degraded for receipt in receipts)


@pytest.mark.parametrize("mood", TROUBLES)
async def test_a_store_that_goes_away_meanwhile_costs_nobody_an_answer(
    folder: Path | None, mood: Mood
) -> None:
    """
    The answer that was paid for is delivered, whole, and booked once.
    """
    gate = asyncio.Event()
    async with shaken(folder) as (one, relay, store):
        one.play(gated_stream((*golden.TEXT, golden.USAGE), gate, 3))
        under_way = asyncio.create_task(relay.ask(stream=True))
        await one.until(lambda p: len(p.requests) == 1)
        store.mood = mood
        gate.set()
        heard = await under_way
        store.mood = "well"
        await comes_to(relay, answers(1))

    assert (200, True, None) == (heard.status, heard.done, heard.header("x-relay-degraded"))


async def test_nobody_waits_for_a_store_that_hangs(folder: Path | None) -> None:
    """
    The first request waits a quarter of a second, those after it not at all.
    """
    async with shaken(folder) as (_, relay, store):
        store.mood = "hangs"
        began = asyncio.get_running_loop().time()
        await relay.ask()
        first = asyncio.get_running_loop().time()
        for _ in range(20):
            await relay.ask()
        last = asyncio.get_running_loop().time()
        store.mood = "well"
        await comes_to(relay, answers(21))

    # At most one of them in each second asks again; had all of them, it would take five.
    assert first - began < 2.0
    assert last - first < 2.5
    assert store.asked.count("admit") <= 1 + (last - began)


@pytest.mark.parametrize("mood", TROUBLES)
async def test_what_must_not_be_done_twice_is_not_done_without_the_store(
    folder: Path | None, mood: Mood
) -> None:
    """
    503 with an Idempotency-Key, and 200 without; the key works when the store is back.
    """
    async with shaken(folder, store_answers=True) as (one, relay, store):
        store.mood = mood
        refused = await relay.hurried(keyed(relay))
        served = await relay.ask()
        store.mood = "well"
        again = await relay.hurried(_once_it_works(relay))
        assert len(one.requests) == 2

    assert (503, "store_unavailable") == (refused.status, refused.error["code"])
    assert ("2", 200, 200) == (refused.header("retry-after"), served.status, again.status)


async def _once_it_works(relay: Relay) -> Heard:
    for _ in range(400):
        again = await keyed(relay)
        if again.status == 200:
            break
        await asyncio.sleep(0.01)
    return again


async def test_a_relay_may_be_told_to_do_nothing_without_its_store(folder: Path | None) -> None:
    """
    `RELAY_ON_STORE_DOWN=closed`: 503 for everybody, and no provider is asked.
    """
    async with shaken(folder, on_store_down="closed") as (one, relay, store):
        store.mood = "away"
        heard = [await relay.ask() for _ in range(3)]
        asked = len(one.requests)
        store.mood = "well"
        await comes_to(relay, Tally(3, 3))
        again = await relay.ask()

    assert [503] * 3 == [answer.status for answer in heard]
    assert {"store_unavailable"} == {answer.error["code"] for answer in heard}
    assert (0, 200) == (asked, again.status)


async def test_a_checkpoint_that_fails_harms_nobody(folder: Path | None) -> None:
    """
    The stream goes on, and is booked as if nothing had been.
    """
    gate = asyncio.Event()
    async with shaken(folder) as (one, relay, store):
        relay.container.keeper().every = 0.02
        store.moods = {"checkpoint": "away", "sweep": "away"}
        one.play(gated_stream((*golden.TEXT, golden.USAGE), gate, 3))
        under_way = asyncio.create_task(relay.ask(stream=True))
        async with asyncio.timeout(5):
            while "checkpoint" not in store.asked:
                await asyncio.wait([under_way], timeout=0.01)
        gate.set()
        heard = await under_way
        await comes_to(relay, answers(1))

    assert heard.done


async def test_a_server_that_stops_pays_what_it_owes(folder: Path | None) -> None:
    """
    The store is back by then: all of it is in the books at once.
    """
    async with shaken(folder) as (_, relay, store):
        store.mood = "away"
        await asyncio.gather(*(relay.ask() for _ in range(30)))
        store.mood = "well"
        await relay.container.house().close()
        await comes_to(relay, answers(30))


@pytest.mark.parametrize("mood", ["away", "hangs"])
async def test_a_server_that_stops_does_not_wait_for_its_store(mood: Mood) -> None:
    """
    What is owed is in the log, and the stop takes a second or two.
    """
    async with shaken(None) as (_, relay, store):
        store.mood = mood
        await asyncio.gather(*(relay.ask() for _ in range(30)))
        stopping = asyncio.get_running_loop().time()
    took = asyncio.get_running_loop().time() - stopping

    assert took < 3.5
    assert 30 == len([receipt for receipt in relay.notes.receipts if receipt.status == 200])
    assert any(isinstance(event, StoreFailed) for event in relay.notes.events)
