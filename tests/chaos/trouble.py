"""A store of the test's own, over either carrier, and the troubles it can have."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import TypeAlias
from urllib.parse import urlsplit

from attrs import define

from tests.support.door import Door, before
from tests.support.redis_server import OwnServer, own_server
from tests.support.resp import Resp, connected
from tests.support.upstash import TOKEN, Upstash, standing_in
from tests.support.upstash_faults import DAILY, FORBIDDEN, MONTHLY, Late, Refuses, always

PASSWORD = "the-password-of-the-tests"


@define(eq=False)
class Store:
    """A real server, and the way to it. `environ`: what relays are told of it."""

    server: OwnServer
    way: Door | Upstash
    environ: Mapping[str, str]

    @contextmanager
    def failing(self, fault: Late | Refuses) -> Iterator[None]:
        """The way has this fault in the block."""
        self._turn(fault)
        try:
            yield
        finally:
            self._turn(None)

    def _turn(self, fault: Late | Refuses | None) -> None:
        if isinstance(self.way, Door):
            self.way.fault = fault
        else:
            self.way.plan = always(fault)


@asynccontextmanager
async def by_tcp() -> AsyncIterator[Store]:
    with own_server(password=PASSWORD) as server:
        async with before(server.url) as door:
            yield Store(server, door, {"REDIS_URL": door.url})


@asynccontextmanager
async def by_rest() -> AsyncIterator[Store]:
    with own_server(password=PASSWORD) as server:
        async with standing_in(server.url) as upstash:
            names = ("UPSTASH_REDIS_REST_URL", "UPSTASH_REDIS_REST_TOKEN")
            told = dict(zip(names, (upstash.url, TOKEN), strict=True))
            yield Store(server, upstash, told)


STORES: dict[str, Callable[[], AbstractAsyncContextManager[Store]]] = {
    "tcp": by_tcp,
    "upstash": by_rest,
}
Trouble: TypeAlias = Callable[[Store], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def killed(store: Store) -> AsyncIterator[None]:
    """SIGKILL; afterwards it is started again, with all that was on its disk."""
    store.server.kill()
    yield
    await asyncio.to_thread(store.server.start)


@asynccontextmanager
async def paused(store: Store) -> AsyncIterator[None]:
    """SIGSTOP: connections stand, nobody answers; afterwards what was sent is done."""
    store.server.pause()
    yield
    store.server.go_on()


@asynccontextmanager
async def flushed(store: Store) -> AsyncIterator[None]:
    """It forgets every script, over and over."""
    over = asyncio.Event()

    async def flushing() -> None:
        async with redis_of(store.server) as redis:
            while not over.is_set():
                await redis("SCRIPT", "FLUSH")
                await asyncio.sleep(0.01)

    task = asyncio.create_task(flushing())
    yield
    over.set()
    await task


@asynccontextmanager
async def slow(store: Store) -> AsyncIterator[None]:
    """What is asked is done, and answered two seconds later."""
    with store.failing(Late(2.0)):
        yield


@asynccontextmanager
async def slow_early(store: Store) -> AsyncIterator[None]:
    """The same, before any limit is reached: it admits whom the relay has turned away by then."""
    with store.failing(Late(2.0)):
        yield


@asynccontextmanager
async def sluggish(store: Store) -> AsyncIterator[None]:
    """Half a second later: too late for callers, in time for what is owed."""
    with store.failing(Late(0.5)):
        yield


@asynccontextmanager
async def over_the_month(store: Store) -> AsyncIterator[None]:
    with store.failing(MONTHLY):
        yield


@asynccontextmanager
async def over_the_day(store: Store) -> AsyncIterator[None]:
    with store.failing(DAILY):
        yield


@asynccontextmanager
async def wrong_token(store: Store) -> AsyncIterator[None]:
    """What relays show is no longer right. A Redis asks those anew who are connected."""
    if isinstance(store.way, Upstash):
        store.way.plan = always(FORBIDDEN)
        yield
        store.way.plan = always(None)
        return
    async with redis_of(store.server) as redis:
        await redis("CONFIG", "SET", "requirepass", PASSWORD[::-1])
        await redis("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        yield
        await redis("CONFIG", "SET", "requirepass", PASSWORD)


@asynccontextmanager
async def redis_of(server: OwnServer) -> AsyncIterator[Resp]:
    redis = await connected(urlsplit(server.url).port or 0, server.password)
    try:
        yield redis
    finally:
        await redis.aclose()


TROUBLES: tuple[Trouble, ...] = (
    killed,
    paused,
    flushed,
    slow,
    slow_early,
    sluggish,
    over_the_month,
    over_the_day,
    wrong_token,
)
