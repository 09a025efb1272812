"""Dialing, cancelling and closing the outbound client."""

import asyncio
import random
import ssl
from collections.abc import AsyncIterator, Callable

import pytest

from src.adapters.outbound import Outbound
from src.adapters.outbound.dialer import Spoken
from src.domain.errors import Cut, Unreachable

from .outbound_wire import (
    STREAM,
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


async def test_the_dialer_decides_where_we_go() -> None:
    """
    The dialer gets host, port and TLS; what it refuses is Unreachable, by class and origin alone.
    """
    asked: list[tuple[str, int, bool]] = []

    async def refuse(
        host: str,
        port: int,
        tls: ssl.SSLContext | None,
        make: Callable[[], Spoken],
    ) -> tuple[asyncio.Transport, Spoken]:
        asked.append((host, port, tls is not None))
        raise PermissionError("10.0.0.1 is none of our business")

    outbound = Outbound(dialer=refuse, tls=ssl.create_default_context)
    errors = []
    for url in ("http://a.example:81/x", "https://b.example/x?key=k"):
        with pytest.raises(Unreachable) as caught:
            await whole(outbound, url)
        errors.append(str(caught.value))

    assert [("a.example", 81, False), ("b.example", 443, True)] == asked
    assert [
        "http://a.example:81: PermissionError",
        "https://b.example:443: PermissionError",
    ] == errors


async def test_two_thousand_cancellations_leak_nothing(outbound: Outbound) -> None:
    """
    Cancelled at any moment, an exchange leaves no connection behind, and the client works on.
    """
    dice = random.Random(7)

    async def behave(peer: Peer) -> None:
        while True:
            await peer.request()
            await peer.say(STREAM, b"2\r\nok\r\n")
            await asyncio.sleep(dice.choice((0, 0, 0.001)))
            await peer.say(b"2\r\nok\r\n", b"0\r\n\r\n")

    async def one(url: str) -> None:
        task = asyncio.create_task(whole(outbound, url))
        for _ in range(dice.randrange(25)):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])

    async with serving(behave) as wire:
        for _ in range(80):
            await asyncio.gather(*(one(wire.url) for _ in range(25)))
        settled = await eventually(
            lambda: outbound.open_connections == outbound.idle_connections == len(wire.alive)
        )
        answers = await asyncio.gather(*(whole(outbound, wire.url) for _ in range(20)))

        assert (True, {b"okok"}) == (settled, set(answers))


async def test_closing_ends_what_is_open() -> None:
    """
    After aclose nothing is open, a running exchange is cut, and a new one is refused.
    """
    outbound = Outbound()

    async def behave(peer: Peer) -> None:
        await peer.request()
        await peer.say(STREAM)
        await peer.gone()

    async with serving(behave) as wire, post(outbound, wire.url) as exchange:
        await outbound.aclose()
        with pytest.raises(Cut):
            await exchange.read(soon())
        with pytest.raises(Unreachable):
            await whole(outbound, wire.url)

    assert 0 == outbound.open_connections


@pytest.mark.parametrize("host", ["nowhere.invalid", "a" * 64 + ".invalid"])
async def test_a_name_that_leads_nowhere_is_unreachable(outbound: Outbound, host: str) -> None:
    """
    Unknown names, and names that cannot be any, are Unreachable.
    """
    with pytest.raises(Unreachable):
        await whole(outbound, f"http://{host}/")
