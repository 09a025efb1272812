"""What every carrier promises when the server is gone, slow, or not ours to use."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator

import pytest

from src.adapters.stores.redis.carrier import Carrier, Script
from src.domain.errors import StoreRefused, StoreUnavailable, StoreUnreachable
from tests.support.carriers import CARRIERS, Opens
from tests.support.redis_server import OwnServer, own_server
from tests.support.resp import connected

ECHO = Script("echo", "return {KEYS[1], unpack(ARGV)}")
#: Longer than a paused server is waited for, shorter than any patience.
SOON = 0.3


@pytest.fixture(params=list(CARRIERS.values()), ids=list(CARRIERS))
def opens(request: pytest.FixtureRequest) -> Opens:
    found: Opens = request.param
    return found


@pytest.fixture
def server() -> Iterator[OwnServer]:
    with own_server() as server:
        yield server


@pytest.fixture
async def carrier(opens: Opens, server: OwnServer) -> AsyncIterator[Carrier]:
    async with opens(server.url, bound=SOON) as opened:
        await opened.evaluate(ECHO, ["k"], [])
        yield opened


async def again(carrier: Carrier) -> None:
    """Waits until calls are answered again."""
    for _ in range(200):
        try:
            assert [b"k"] == await carrier.evaluate(ECHO, ["k"], [])
        except StoreUnavailable:
            await asyncio.sleep(0.02)
        else:
            return
    raise AssertionError("the store is back, the carrier is not")


async def test_a_paused_server_costs_the_bound_and_no_more(
    carrier: Carrier, server: OwnServer
) -> None:
    """
    Without an answer the call ends at its bound; once the server goes on, so does the carrier.
    """
    server.pause()
    began = asyncio.get_running_loop().time()
    with pytest.raises(StoreUnreachable):
        await carrier.evaluate(ECHO, ["k"], ["late"])
    with pytest.raises(StoreUnreachable):
        await carrier.run(["PING"])
    took = asyncio.get_running_loop().time() - began
    server.go_on()

    assert 2 * SOON <= took < 2 * SOON + 2
    await again(carrier)


async def test_the_callers_own_deadline_ends_a_call(carrier: Carrier, server: OwnServer) -> None:
    """
    A caller who stops waiting gets no answer, and leaves no task.
    """
    before = asyncio.all_tasks()
    server.pause()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await carrier.evaluate(ECHO, ["k"], ["late"])
    left = asyncio.all_tasks() - before
    server.go_on()

    assert set() == left
    await again(carrier)


async def test_calls_are_bounded_in_number_and_time(carrier: Carrier, server: OwnServer) -> None:
    """
    Of 300 calls to a silent server all end, each within its wait for a place and its bound.
    """
    server.pause()
    began = asyncio.get_running_loop().time()
    calls = (carrier.evaluate(ECHO, ["k"], [str(number)]) for number in range(300))
    found = await asyncio.gather(*calls, return_exceptions=True)
    took = asyncio.get_running_loop().time() - began
    server.go_on()

    assert {StoreUnreachable} == set(map(type, found))
    assert took < 2 * SOON + 2
    await again(carrier)


async def test_a_storm_of_cancellations_mixes_no_answers(opens: Opens, redis_url: str) -> None:
    """
    Of 200 calls cancelled at any moment none leaves its answer to another one.
    """
    dice = random.Random(7)

    async def cancelled(number: int) -> None:
        task = asyncio.ensure_future(stormed.evaluate(ECHO, ["k"], [f"cancelled {number}"] * 50))
        await asyncio.sleep(dice.random() * 0.004)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def kept(number: int) -> None:
        assert [b"k", b"kept %d" % number] == await stormed.evaluate(
            ECHO, ["k"], [f"kept {number}"]
        )

    async with opens(redis_url) as stormed:
        for start in range(0, 200, 8):
            numbers = range(start, start + 8)
            await asyncio.gather(*map(cancelled, numbers), *map(kept, numbers))
        for number in range(40):
            await kept(number)


async def test_a_server_that_is_killed_and_comes_back(carrier: Carrier, server: OwnServer) -> None:
    """
    While it is gone calls fail at once; what was answered before is there when it is back.
    """
    await carrier.run(["SET", "k", "v"])
    server.kill()
    began = asyncio.get_running_loop().time()
    for _ in range(3):
        with pytest.raises(StoreUnreachable):
            await carrier.evaluate(ECHO, ["k"], [])
    took = asyncio.get_running_loop().time() - began
    server.start()
    await again(carrier)

    assert took < SOON
    assert (b"v",) == await carrier.run(["GET", "k"])


async def test_a_server_killed_in_the_middle_of_a_call(carrier: Carrier, server: OwnServer) -> None:
    """
    The call that was waiting is told.
    """
    server.pause()
    waiting = asyncio.ensure_future(carrier.evaluate(ECHO, ["k"], []))
    await asyncio.sleep(0.05)
    server.kill()
    with pytest.raises(StoreUnreachable):
        await waiting
    server.start()
    await again(carrier)


async def test_a_server_that_may_not_write_says_so(carrier: Carrier, server: OwnServer) -> None:
    """
    A full memory is a refusal with its mend, and no loss of the connection.
    """
    operator = await connected(server.port)
    write = Script("write", "return redis.call('SET', KEYS[1], ARGV[1])")
    await operator("CONFIG", "SET", "maxmemory", 1)
    with pytest.raises(StoreRefused) as caught:
        await carrier.evaluate(write, ["k"], ["v"])
    await operator.aclose()

    assert caught.value.reply.startswith("OOM")
    assert "give it more" in str(caught.value)


async def test_nobody_listens(opens: Opens) -> None:
    """
    A server that is not there is unreachable, at once.
    """
    with own_server() as server:
        url = server.url
    with pytest.raises(StoreUnreachable):
        async with opens(url) as carrier:
            await carrier.evaluate(ECHO, ["k"], [])
