"""The store in trouble under load: whatever was asked again stands in the books once."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from src.adapters.stores.redis.layout import Keys
from src.adapters.stores.redis.ledger import RedisLedger
from tests.support.carriers import CARRIERS
from tests.support.clock import TurnedClock
from tests.support.redis_server import OwnServer, own_server
from tests.support.resp import Resp, connected

from .settling import Steady, stands_once

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

RATE, REQUESTS = 100.0, 300
Fault = Callable[[OwnServer], Coroutine[None, None, None]]


@asynccontextmanager
async def steady(way: str, server: OwnServer) -> AsyncIterator[tuple[Steady, Keys]]:
    """Requests before that server, all of them over at the end of the block."""
    async with CARRIERS[way](server.url) as carrier:
        keys = Keys(f"faults-{uuid4().hex}")
        load = Steady(RedisLedger(carrier, keys, TurnedClock()), RATE)
        yield load, keys
        await load.end()


async def nothing(server: OwnServer) -> None:
    """As it should be."""


async def killed(server: OwnServer) -> None:
    """SIGKILL; half a second later it is started again, with all that was on its disk."""
    server.kill()
    await asyncio.sleep(0.5)
    await asyncio.to_thread(server.start)


async def paused(server: OwnServer) -> None:
    """SIGSTOP: connections stand, nobody answers; two seconds later what was sent is done."""
    server.pause()
    await asyncio.sleep(2.0)
    server.go_on()


async def restarted(server: OwnServer) -> None:
    """At once."""
    await asyncio.to_thread(server.restart)


async def flushed(server: OwnServer) -> None:
    """It has forgotten every script."""
    async with redis_of(server) as redis:
        await redis("SCRIPT", "FLUSH")


@asynccontextmanager
async def redis_of(server: OwnServer) -> AsyncIterator[Resp]:
    redis = await connected(urlsplit(server.url).port or 0)
    try:
        yield redis
    finally:
        await redis.aclose()


@asynccontextmanager
async def forgetting(server: OwnServer) -> AsyncIterator[list[int]]:
    """SCRIPT FLUSH in a loop; how often."""
    over, flushes = asyncio.Event(), [0]

    async def flushing() -> None:
        async with redis_of(server) as redis:
            while not over.is_set():
                await redis("SCRIPT", "FLUSH")
                flushes[0] += 1

    task = asyncio.create_task(flushing())
    try:
        yield flushes
    finally:
        over.set()
        await task


FAULTS: tuple[Fault, ...] = (nothing, killed, paused, restarted, flushed, paused, killed)


@pytest.mark.parametrize("way", CARRIERS)
async def test_every_settlement_stands_once(way: str) -> None:
    """
    A hundred requests a second, half of them limited. The server is killed, paused, restarted and
    flushed; in the end each request is in the books once, and nothing stays reserved.
    """
    print(f"\n{way}: {RATE:.0f} requests a second\nfault      begun  asked again  slowest (s)")
    with own_server() as server:
        async with steady(way, server) as (load, keys):
            for fault in FAULTS:
                load.slowest, again, begun = 0.0, load.again, load.asked
                trouble = asyncio.create_task(fault(server))
                await load.go_on(REQUESTS)
                await trouble
                await load.end()
                told = load.asked - begun, load.again - again, load.slowest
                print("{:9}  {:5}  {:11}  {:11.2f}".format(fault.__name__, *told))
        await stands_once(server.url, keys, load.asked)


@pytest.mark.parametrize("way", CARRIERS)
async def test_scripts_that_are_forgotten_all_the_time(way: str) -> None:
    """SCRIPT FLUSH in a loop: nobody is refused, and nothing is done twice."""
    with own_server(durable=False) as server:
        async with steady(way, server) as (load, keys), forgetting(server) as flushes:
            await load.go_on(5 * REQUESTS)
            await load.end()
        print(f"\n{way}: {load.asked} requests, {flushes[0]} flushes, {load.again} asked again")
        assert flushes[0] > 100
        await stands_once(server.url, keys, load.asked)


@pytest.mark.parametrize("way", CARRIERS)
async def test_two_thousand_at_once(way: str) -> None:
    """
    While scripts are forgotten: late answers make callers ask again, which makes more to fold; not
    all of them may do that, or none of them would ever get an answer.
    """
    with own_server(durable=False) as server:
        async with steady(way, server) as (load, keys), forgetting(server) as flushes:
            load.rate = 1e6
            await load.go_on(2000)
            await load.end()
        print(f"\n{way}: {load.asked} at once, {flushes[0]} flushes, {load.again} asked again")
        await stands_once(server.url, keys, load.asked)
