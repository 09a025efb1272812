"""Making connections: which address wins, and that the losers are closed."""

import asyncio
import socket

import pytest

from src.adapters.outbound import Endpoint, connect, resolve

from .outbound_wire import deaf_port, eventually, free_port, saying, serving


def local(port: int) -> Endpoint:
    return Endpoint(socket.AF_INET, ("127.0.0.1", port))


async def test_an_address_that_refuses_is_passed_over_at_once() -> None:
    """
    The second address is tried as soon as the first has failed.
    """
    loop = asyncio.get_running_loop()
    async with serving(saying(b"")) as wire:
        begin = loop.time()
        sock = await connect((local(await free_port()), local(wire.port)))
        port = sock.getpeername()[1]
        sock.close()

        assert (wire.port, True) == (port, loop.time() - begin < 0.2)


async def test_an_address_that_says_nothing_holds_up_the_next_only_briefly() -> None:
    """
    After a quarter of a second the second address is tried beside the first.
    """
    async with deaf_port() as deaf, serving(saying(b"")) as wire:
        sock = await asyncio.wait_for(connect((local(deaf), local(wire.port))), 2)
        port = sock.getpeername()[1]
        sock.close()

        assert wire.port == port


async def test_when_nobody_answers_the_first_error_tells() -> None:
    """
    All addresses refusing is a refusal; no address at all is an error as well.
    """
    with pytest.raises(ConnectionRefusedError):
        await connect((local(await free_port()), local(await free_port())))
    with pytest.raises(OSError, match="no address"):
        await connect(())


@pytest.mark.parametrize("loops", range(12))
async def test_cancelled_while_racing_nothing_stays_open(loops: int) -> None:
    """
    Whenever the race is called off, every connection it has made is closed.
    """
    async with deaf_port() as deaf, serving(saying(b"")) as wire:
        endpoints = (local(await free_port()), local(wire.port), local(deaf))
        race = asyncio.create_task(connect(endpoints))
        for _ in range(loops):
            await asyncio.sleep(0)
        race.cancel()
        outcome = (await asyncio.gather(race, return_exceptions=True))[0]
        if isinstance(outcome, socket.socket):
            outcome.close()

        assert await eventually(lambda: not wire.alive)


async def test_a_literal_resolves_to_itself() -> None:
    """
    An address needs no name.
    """
    assert (local(80),) == await resolve("127.0.0.1", 80)
