"""Both carriers before one real server, in one table."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from attrs import frozen

from src.adapters.outbound import Outbound
from src.adapters.stores.redis.carrier import Carrier
from src.adapters.stores.redis.tcp import TcpCarrier
from src.adapters.stores.redis.upstash import UpstashCarrier

from .severed import Severed, severed
from .upstash import TOKEN, standing_in
from .upstash_faults import Dropped, once

#: Long enough for a slow machine; a test that lets it run out gives its own.
BOUND = 5.0

Opens = Callable[..., AbstractAsyncContextManager[Carrier]]


@asynccontextmanager
async def over_tcp(redis: str, *, bound: float = BOUND) -> AsyncIterator[Carrier]:
    """Straight to the server at that URL."""
    carrier = TcpCarrier(redis, bound=bound, wait=bound)
    try:
        yield carrier
    finally:
        await carrier.aclose()


@asynccontextmanager
async def over_rest(redis: str, *, bound: float = BOUND) -> AsyncIterator[Carrier]:
    """Over a stand-in for Upstash before that server."""
    async with standing_in(redis) as upstash, to_upstash(upstash.url, bound=bound) as carrier:
        yield carrier


@asynccontextmanager
async def to_upstash(
    url: str, token: str = TOKEN, *, bound: float = BOUND
) -> AsyncIterator[Carrier]:
    outbound = Outbound()
    carrier = UpstashCarrier(outbound, url, token, bound=bound, wait=bound)
    try:
        yield carrier
    finally:
        await carrier.aclose()
        await outbound.aclose()


#: A third carrier is a line here.
CARRIERS: dict[str, Opens] = {"tcp": over_tcp, "upstash": over_rest}


@frozen
class Fragile:
    """A carrier whose next answer can be lost."""

    carrier: Carrier
    #: The next trip ends in a broken connection, before or after the server did what it says.
    drop: Callable[[bool], None]


@asynccontextmanager
async def fragile_tcp(redis: str) -> AsyncIterator[Fragile]:
    async with severed(redis) as between, over_tcp(between.url) as carrier:
        yield Fragile(carrier, lambda applied: _sever(between, applied))


@asynccontextmanager
async def fragile_rest(redis: str) -> AsyncIterator[Fragile]:
    async with standing_in(redis) as upstash, to_upstash(upstash.url) as carrier:

        def drop(applied: bool) -> None:
            upstash.plan = once(Dropped(applied))

        yield Fragile(carrier, drop)


def _sever(between: Severed, applied: bool) -> None:
    between.next_cut = "after" if applied else "before"


FRAGILE: dict[str, Callable[[str], AbstractAsyncContextManager[Fragile]]] = {
    "tcp": fragile_tcp,
    "upstash": fragile_rest,
}
