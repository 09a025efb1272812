"""Making connections: which address wins, and that the losers are closed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from src.adapters.outbound import connect, resolve
from src.adapters.outbound.dialer import STAGGER

from .outbound_wire import OK, closing, deaf_port, eventually, free_port, saying, serving, whole

Made = tuple[asyncio.Transport, asyncio.Protocol]


async def to_port(port: str) -> Made:
    """An attempt at a port of this host: ports stand for addresses here."""
    loop = asyncio.get_running_loop()
    return await loop.create_connection(asyncio.Protocol, "127.0.0.1", int(port))


@asynccontextmanager
async def winner_of(*ports: int) -> AsyncIterator[int]:
    transport, _ = await asyncio.wait_for(connect([str(port) for port in ports], to_port), 2)
    yield transport.get_extra_info("peername")[1]
    transport.abort()


async def test_an_address_that_refuses_is_passed_over_at_once() -> None:
    """
    The second address is tried as soon as the first has failed.
    """
    loop = asyncio.get_running_loop()
    async with serving(saying()) as wire:
        begin = loop.time()
        async with winner_of(await free_port(), wire.port) as port:
            assert (wire.port, True) == (port, loop.time() - begin < STAGGER / 2)


async def test_an_address_that_says_nothing_holds_up_the_next_only_briefly() -> None:
    """
    After a quarter of a second the second address is tried beside the first.
    """
    async with deaf_port() as deaf, serving(saying()) as wire, winner_of(deaf, wire.port) as port:
        assert wire.port == port


async def test_when_nobody_answers_the_first_error_tells() -> None:
    """
    All addresses refusing is a refusal; no address at all is an error as well.
    """
    with pytest.raises(ConnectionRefusedError):
        await connect([str(await free_port()), str(await free_port())], to_port)
    with pytest.raises(OSError, match="no address"):
        await connect([], to_port)


@pytest.mark.parametrize("loops", range(12))
async def test_cancelled_while_racing_nothing_stays_open(loops: int) -> None:
    """
    Whenever the race is called off, every connection it has made is closed.
    """
    async with deaf_port() as deaf, serving(saying()) as wire:
        ports = [str(await free_port()), str(wire.port), str(deaf)]
        race = asyncio.create_task(connect(ports, to_port))
        for _ in range(loops):
            await asyncio.sleep(0)
        race.cancel()
        outcome = (await asyncio.gather(race, return_exceptions=True))[0]
        if not isinstance(outcome, BaseException):
            outcome[0].abort()

        assert await eventually(lambda: not wire.alive)


async def test_a_literal_resolves_to_itself() -> None:
    """
    An address needs no name.
    """
    assert ("127.0.0.1",) == await resolve("127.0.0.1", 80)


async def test_the_ordinary_dialer_finds_names() -> None:
    """
    A name is resolved, whatever families it has addresses in.
    """
    async with serving(saying(OK)) as wire, closing() as outbound:
        url = f"http://localhost:{wire.port}/"

        assert b"ok" == await whole(outbound, url)
