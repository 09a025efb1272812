"""Limits hold among processes: as many get through as there is room, over either carrier."""

import asyncio
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from uuid import uuid4

import pytest

from benchmarks.targets import ROOT
from src.adapters.stores.redis.journal import RedisJournal
from src.adapters.stores.redis.layout import Keys
from src.domain.usage import RequestQuery, UsageQuery
from tests.support.carriers import over_tcp
from tests.support.clock import TurnedClock
from tests.support.upstash import standing_in

from .admitting import FIT, TOKENS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

PROCESSES, REQUESTS = 3, 10_000
#: The record of the client, once all is over.
RECORDS = {
    "requests": f"1|requests/total total {FIT} 0",
    "tokens": f"1|tokens/total total {FIT * TOKENS} 0",
    "concurrency": f"1|concurrency/total now 0 {FIT}",
}


@asynccontextmanager
async def at_redis(url: str) -> AsyncIterator[str]:
    yield url


@asynccontextmanager
async def before_redis(url: str) -> AsyncIterator[str]:
    async with standing_in(url) as upstash:
        yield upstash.url


DOORS: dict[str, Callable[[str], AbstractAsyncContextManager[str]]] = {
    "tcp": at_redis,
    "upstash": before_redis,
}


async def started(way: str, url: str, space: str, number: int, kind: str) -> Process:
    count = len(range(number, REQUESTS, PROCESSES))
    words = ("-m", "tests.chaos.admitting", way, url, space, f"{number}", f"{count}", kind)
    process = await asyncio.create_subprocess_exec(
        sys.executable, *words, cwd=ROOT, stdin=PIPE, stdout=PIPE
    )
    assert b"ready\n" == await said(process)
    return process


async def said(process: Process) -> bytes:
    assert process.stdout is not None
    return await process.stdout.readline()


async def told(process: Process) -> int:
    """Begins, and how many were admitted."""
    assert process.stdin is not None
    process.stdin.write(b"go\n")
    return int(await said(process))


@pytest.mark.parametrize("kind", RECORDS)
@pytest.mark.parametrize("way", DOORS)
async def test_a_hundred_of_ten_thousand(redis_url: str, way: str, kind: str) -> None:
    """Three processes ask for all of them at once: exactly a hundred are admitted, and booked."""
    space = f"limits-{uuid4().hex}"
    async with DOORS[way](redis_url) as url:
        processes = [await started(way, url, space, n, kind) for n in range(PROCESSES)]
        try:
            began = time.monotonic()
            admitted = await asyncio.gather(*map(told, processes))
            took = time.monotonic() - began
        finally:
            for process in processes:
                if process.returncode is None:
                    process.kill()
                await process.wait()
    print(f"\n{way:8} {kind:12} {REQUESTS} asked, admitted {admitted}, {REQUESTS / took:.0f}/s")

    assert FIT == sum(admitted)
    await books_are_exact(redis_url, Keys(space), kind)


async def books_are_exact(redis_url: str, keys: Keys, kind: str) -> None:
    async with over_tcp(redis_url) as carrier:
        (record,) = await carrier.run(["HGET", keys.books, "g:client:team"])
        assert isinstance(record, bytes) and RECORDS[kind] == record.decode()
        journal = RedisJournal(carrier, keys, TurnedClock())
        booked = await journal.usage(UsageQuery())
        receipts, open = await journal.requests(RequestQuery(REQUESTS)), await journal.holds()
    settled, held = (0, FIT) if kind == "concurrency" else (FIT, 0)
    assert (settled, held) == (len(receipts), len(open))
    assert settled == sum(row.tally.requests for row in booked)
    assert settled * TOKENS == sum(row.tally.output_tokens for row in booked)
