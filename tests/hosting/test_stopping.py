"""A relay that is told to stop: what is under way finishes or is told why, and is booked."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from src.domain.usage import RequestQuery
from tests.chaos.audit import reading
from tests.support import golden
from tests.support.behaviours import gated_stream, ok_chat
from tests.support.caller import Heard, Line, asking, line, request
from tests.support.catalogue import CLIENT_KEY
from tests.support.provider import scripted

from .served import Served, served

pytestmark = pytest.mark.skipif("sys.platform == 'win32'", reason="signals of POSIX")

WAYS = {"one process": (), "two workers": ("--workers", "2")}


@asynccontextmanager
async def streaming(
    folder: Path, gate: asyncio.Event, *words: str
) -> AsyncIterator[tuple[Served, Line, Heard]]:
    """A relay, and a stream through it that stands after its second word until the gate opens."""
    async with (
        scripted(gated_stream(golden.TEXT, gate, after=3)) as one,
        served(folder, one.base_url, *words) as relay,
        line(relay.base_url) as caller,
    ):
        caller.say(request(body=asking(stream=True), key=CLIENT_KEY))
        heard = await caller.head()
        pieces = caller.body(heard)
        while b"Gr" not in heard.body:
            await anext(pieces)
        yield relay, caller, heard
        gate.set()


async def rest(caller: Line, heard: Heard) -> Heard:
    """The stream to its end."""
    async with asyncio.timeout(20):
        async for _ in caller.body(heard):
            pass
    return heard


@pytest.mark.parametrize("words", WAYS.values(), ids=WAYS)
async def test_a_stream_under_way_finishes(tmp_path: Path, words: tuple[str, ...]) -> None:
    """
    After SIGTERM to everything at once, as service managers send it, nobody new is let in, the
    stream goes on to its end, and the relay exits with 0.
    """
    gate = asyncio.Event()
    async with streaming(tmp_path, gate, *words) as (relay, caller, heard):
        relay.tell(signal.SIGTERM, group=True)
        await nobody_is_let_in(relay)
        gate.set()
        await rest(caller, heard)

        assert 0 == await relay.ended()
    assert (True, True) == (heard.whole, heard.done)
    assert ["completed"] == await endings(tmp_path)


@pytest.mark.parametrize("words", WAYS.values(), ids=WAYS)
async def test_after_the_grace_a_stream_is_told(tmp_path: Path, words: tuple[str, ...]) -> None:
    """
    What is still under way when the grace is over ends in an error event, without [DONE]; it is in
    the books with what was delivered, and nothing stays reserved.
    """
    gate = asyncio.Event()
    async with streaming(tmp_path, gate, *words, "--grace", "1") as (relay, caller, heard):
        relay.tell(signal.SIGTERM)
        await rest(caller, heard)

        assert 0 == await relay.ended()
    assert (True, False, "nothing_to_try") == (heard.whole, heard.done, heard.error["code"])
    assert ["internal"] == await endings(tmp_path)


@pytest.mark.parametrize("words", WAYS.values(), ids=WAYS)
async def test_a_second_signal_ends_it_at_once(tmp_path: Path, words: tuple[str, ...]) -> None:
    """
    Whoever presses Ctrl+C twice does not wait for the grace; streams are told and booked all the
    same.
    """
    gate = asyncio.Event()
    async with streaming(tmp_path, gate, *words, "--grace", "600") as (relay, caller, heard):
        relay.tell(signal.SIGINT, group=True)
        await nobody_is_let_in(relay)
        began = time.monotonic()
        relay.tell(signal.SIGINT, group=True)
        await rest(caller, heard)

        assert 0 == await relay.ended()
    assert time.monotonic() - began < 10
    assert (True, False, "nothing_to_try") == (heard.whole, heard.done, heard.error["code"])
    assert ["internal"] == await endings(tmp_path)


async def test_an_idle_relay_ends_at_once(tmp_path: Path) -> None:
    """
    Connections that are only kept open do not use up the grace.
    """
    async with (
        scripted(ok_chat()) as one,
        served(tmp_path, one.base_url, "--grace", "600") as relay,
        line(relay.base_url) as caller,
    ):
        caller.say(request(body=asking(), key=CLIENT_KEY))
        await caller.answer()
        began = time.monotonic()
        relay.tell(signal.SIGTERM)

        assert 0 == await relay.ended()
    assert time.monotonic() - began < 10


async def nobody_is_let_in(relay: Served) -> None:
    """Returns once connections are refused."""
    async with asyncio.timeout(20):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", relay.port)
            except OSError:
                return
            writer.close()
            await asyncio.sleep(0.02)


async def endings(folder: Path) -> list[str]:
    """How the requests in the books ended; none of them is open."""
    async with reading(folder) as journal:
        assert () == await journal.holds()
        return [receipt.ending for receipt in await journal.requests(RequestQuery())]
