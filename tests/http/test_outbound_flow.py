"""Large bodies both ways: nothing is lost, nothing piles up, an early end is noticed."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import pytest

from src.adapters.outbound import Outbound
from src.domain.errors import ConnectionReset

from .outbound_wire import (
    OK,
    WAIT,
    Peer,
    closing,
    eventually,
    post,
    serving,
    soon,
    whole,
)


@pytest.fixture
async def outbound() -> AsyncIterator[Outbound]:
    async with closing() as one:
        yield one


async def test_a_large_body_arrives_whole_at_a_slow_reader(outbound: Outbound) -> None:
    """
    Megabytes go out as fast as they are taken, and arrive unchanged.
    """
    body = random.Random(1).randbytes(6_000_000)
    heard: list[bytes] = []

    async def behave(peer: Peer) -> None:
        await peer.head()
        await asyncio.sleep(0.02)
        heard.append(await peer.reader.readexactly(len(body)))
        await peer.say(OK)

    async with serving(behave) as wire:
        answer = await whole(outbound, wire.url, body)

        assert (b"ok", True, 1) == (answer, heard == [body], outbound.idle_connections)


async def test_an_early_refusal_is_seen_while_sending(outbound: Outbound) -> None:
    """
    A provider that refuses a body it has not read is heard, and the connection is not kept.
    """

    async def behave(peer: Peer) -> None:
        await peer.head()
        await peer.say(b"HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig")
        await asyncio.Event().wait()

    async with serving(behave) as wire:
        async with post(outbound, wire.url, b"x" * 30_000_000) as exchange:
            seen = (exchange.status, await exchange.read(soon()))

        assert (413, b"big") == seen
        assert await eventually(lambda: outbound.open_connections == 0)


async def test_who_is_refused_stops_sending(outbound: Outbound) -> None:
    """
    After an error status no more of the body goes out, and the whole refusal can be read.
    """
    body, got = b"x" * 30_000_000, 0

    async def behave(peer: Peer) -> None:
        nonlocal got
        await peer.head()
        await peer.say(b"HTTP/1.1 429 Slow\r\nContent-Length: 3\r\n\r\nb")
        with suppress(TimeoutError):
            while True:
                got += len(await asyncio.wait_for(peer.reader.read(1_000_000), 0.1))
        await peer.say(b"ig")

    async with serving(behave) as wire:
        answer = await whole(outbound, wire.url, body)

    assert (b"big", True) == (answer, got < len(body) // 2)


@pytest.mark.parametrize("reset", [False, True])
async def test_a_provider_that_leaves_while_we_send_is_noticed(
    outbound: Outbound, reset: bool
) -> None:
    """
    The end of the connection ends the wait, although most of the body is unsent.
    """

    async def behave(peer: Peer) -> None:
        await peer.head()
        if reset:
            peer.reset()
        else:
            peer.writer.write_eof()
            await asyncio.Event().wait()

    async with serving(behave) as wire:
        begin = soon(0)
        with pytest.raises(ConnectionReset):
            await whole(outbound, wire.url, b"x" * 30_000_000)

        assert soon(0) - begin < WAIT / 2


async def test_a_reader_that_does_not_read_slows_the_provider(outbound: Outbound) -> None:
    """
    What is not read is not fetched: the provider stops sending, and nothing is lost.
    """
    total, piece, sent = 48_000_000, b"x" * 1_000_000, 0

    async def behave(peer: Peer) -> None:
        nonlocal sent
        await peer.request()
        await peer.say(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % total)
        while sent < total:
            await peer.say(piece)
            sent += len(piece)

    async with serving(behave) as wire, post(outbound, wire.url) as exchange:
        stood = await stands_still(lambda: sent)
        got = 0
        while data := await exchange.read(soon()):
            got += len(data)

    assert (True, total) == (stood < total // 2, got)


async def stands_still(count: Callable[[], int]) -> int:
    """The value that does not change any more for a tenth of a second."""
    last = -1
    while last != count():
        last = count()
        await asyncio.sleep(0.1)
    return last
