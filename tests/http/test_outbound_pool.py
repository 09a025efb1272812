"""Which connections the outbound client keeps, and which it closes."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

import pytest

from src.adapters.outbound import Limits, Outbound
from src.adapters.outbound.dialer import Spoken, dial
from src.domain.errors import ConnectionReset

from .outbound_wire import (
    OK,
    STREAM,
    Peer,
    closing,
    eventually,
    post,
    saying,
    serving,
    soon,
    whole,
)


@pytest.fixture
async def outbound() -> AsyncIterator[Outbound]:
    async with closing() as one:
        yield one


async def test_leaving_early_stops_the_provider_at_once(outbound: Outbound) -> None:
    """
    A provider in the middle of a stream sees the end within milliseconds.
    """
    gone_at: list[float] = []

    async def behave(peer: Peer) -> None:
        await peer.request()
        await peer.say(STREAM, b"2\r\nok\r\n")
        await peer.gone()
        gone_at.append(soon(0))

    async with serving(behave) as wire:
        async with post(outbound, wire.url) as exchange:
            await exchange.read(soon())
        left_at = soon(0)

        assert await eventually(lambda: bool(gone_at))
        assert gone_at[0] - left_at < 0.1
        assert (0, 0) == (outbound.open_connections, outbound.idle_connections)


async def test_the_newest_connection_serves_next(outbound: Outbound) -> None:
    """
    Of several idle connections the one that was used last is taken, so that the rest can age.
    """
    served: list[int] = []

    async def behave(peer: Peer) -> None:
        while True:
            await peer.request()
            served.append(peer.number)
            await peer.say(OK)

    async with serving(behave) as wire:
        async with post(outbound, wire.url) as first, post(outbound, wire.url) as second:
            await first.read(soon())
            await second.read(soon())
        last_back = served[0]  # left last: it was entered first
        await whole(outbound, wire.url)

        assert (last_back, 2) == (served[-1], outbound.idle_connections)


async def test_idle_connections_are_bounded_in_number_and_age() -> None:
    """
    Beyond the limits connections are closed: the oldest first, and none is used after its time.
    """
    async with serving(saying(OK)) as wire:
        for limits, kept in ((Limits(idle_per_origin=1), 1), (Limits(idle_seconds=0.0), 2)):
            outbound = Outbound(limits=limits)
            async with post(outbound, wire.url) as first, post(outbound, wire.url) as second:
                await first.read(soon())
                await second.read(soon())
            before = outbound.idle_connections
            calls = wire.connections
            await whole(outbound, wire.url)

            assert (kept, kept - 1) == (before, wire.connections - calls)
            assert await eventually(partial(_is_open, outbound, 1))
            await outbound.aclose()


def _is_open(outbound: Outbound, count: int) -> bool:
    return outbound.open_connections == count


async def test_bytes_on_an_idle_connection_close_it(outbound: Outbound) -> None:
    """
    What a provider says unasked is never taken for the answer to the next request.
    """

    async def behave(peer: Peer) -> None:
        while True:
            await peer.request()
            await peer.say(OK)
            await asyncio.sleep(0.01)
            await peer.say(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged")

    async with serving(behave) as wire:
        first = await whole(outbound, wire.url)
        closed = await eventually(lambda: outbound.idle_connections == 0)
        second = await whole(outbound, wire.url)

        assert (b"ok", True, b"ok", 2) == (first, closed, second, wire.connections)


async def test_after_one_stale_connection_the_others_are_not_tried(outbound: Outbound) -> None:
    """
    A kept connection that breaks on use takes the idle ones of its origin with it.
    """
    asked = 0

    async def behave(peer: Peer) -> None:
        nonlocal asked
        await peer.request()
        await peer.say(OK)
        await peer.request()
        asked += 1
        peer.reset()

    async with serving(behave) as wire:
        async with post(outbound, wire.url) as first, post(outbound, wire.url) as second:
            await first.read(soon())
            await second.read(soon())
        with pytest.raises(ConnectionReset):
            await whole(outbound, wire.url)

        assert (b"ok", 1, 3) == (await whole(outbound, wire.url), asked, wire.connections)


class SlowHandover:
    """Connects, and hands the connection over when it is gone already: a race of addresses takes
    a turn of the loop more, and a provider that closes at once is quicker."""

    def __call__(
        self, host: str, port: int, tls: ssl.SSLContext | None, make: Callable[[], Spoken]
    ) -> Awaitable[tuple[asyncio.Transport, Spoken]]:
        return self._dial(host, port, tls, make)

    async def _dial(
        self, host: str, port: int, tls: ssl.SSLContext | None, make: Callable[[], Spoken]
    ) -> tuple[asyncio.Transport, Spoken]:
        made = await dial(host, port, tls, make)
        await eventually(made[0].is_closing)
        await asyncio.sleep(0)
        return made


async def test_a_connection_lost_before_it_is_handed_over_is_not_counted() -> None:
    """
    Nobody would ever take it out of the count again, and the end would wait for it.
    """

    async def hang_up(_: Peer) -> None:
        return

    outbound = Outbound(dialer=SlowHandover())
    async with serving(hang_up) as wire:
        for _ in range(5):
            with pytest.raises(ConnectionReset):
                await whole(outbound, wire.url)

        assert 0 == outbound.open_connections
        async with asyncio.timeout(2):
            await outbound.aclose()
