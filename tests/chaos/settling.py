"""Requests that are settled at a steady rate, whatever happens to the store meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from attrs import define, field

from src.adapters.stores.redis.journal import RedisJournal
from src.adapters.stores.redis.layout import Keys
from src.adapters.stores.redis.ledger import RedisLedger
from src.domain import quota
from src.domain.catalogue import Limit
from src.domain.errors import StoreUnavailable
from src.domain.lines import Amounts, Limits
from src.domain.quota import Hold
from src.domain.usage import RequestQuery, UsageQuery
from tests.contract.books import opened, outcome
from tests.support.carriers import over_tcp
from tests.support.clock import TurnedClock

T = TypeVar("T")
TOKENS = 3
#: Every other request has them in its way; they are never reached.
LIMITS = Limits.of(
    (
        Limit("client:team", "tokens", "total", 10**9),
        Limit("deployment", "requests", "total", 10**9),
        Limit("client:team", "concurrency", "total", 10**6),
    )
)


@define(eq=False)
class Steady:
    """Whoever is not answered in a second asks again, as the outbox does. `slowest`: seconds that
    a request has waited for the store."""

    ledger: RedisLedger
    rate: float
    asked: int = 0
    again: int = 0
    slowest: float = 0.0
    _tasks: "list[asyncio.Task[None]]" = field(factory=list)

    async def go_on(self, requests: int) -> None:
        """So many more requests are begun, at the rate; they may be under way on return."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        for number in range(requests):
            self.asked += 1
            self._tasks.append(asyncio.create_task(self._request(self.asked)))
            await asyncio.sleep(max(0.0, began + (number + 1) / self.rate - loop.time()))

    async def end(self) -> None:
        """All of them are over."""
        async with asyncio.timeout(60):
            await asyncio.gather(*self._tasks)

    async def _request(self, number: int) -> None:
        began = asyncio.get_running_loop().time()
        held = self._hold(number)
        assert (await self._answered(lambda: self.ledger.admit(held))).admitted
        told = outcome(held.id, output=TOKENS, at=held.opened.at)
        await self._answered(lambda: self.ledger.settle(held, told))
        self.slowest = max(self.slowest, asyncio.get_running_loop().time() - began)

    def _hold(self, number: int) -> Hold:
        now = self.ledger.clock.now()
        return quota.hold(
            opened(f"{number}", at=now),
            provider="p",
            amounts=Amounts(40),
            limits=LIMITS if number % 2 else Limits(),
            until=now + 600,
            now=now,
        )

    async def _answered(self, ask: Callable[[], Awaitable[T]]) -> T:
        while True:
            try:
                async with asyncio.timeout(1.0):
                    return await ask()
            except (StoreUnavailable, TimeoutError):
                self.again += 1
                await asyncio.sleep(0.05)


async def stands_once(redis_url: str, keys: Keys, requests: int) -> None:
    """Every request is in the books once, and all of them add up; nothing is reserved."""
    limited = (requests + 1) // 2
    async with over_tcp(redis_url) as carrier:
        journal = RedisJournal(carrier, keys, TurnedClock())
        receipts = await journal.requests(RequestQuery(requests + 1))
        rows = [row.tally for row in await journal.usage(UsageQuery())]
        names = ("g:client:team", "g:deployment")
        (records,) = await carrier.run(["HMGET", keys.books, *names])
        assert () == await journal.holds()
    expected = {f"{number + 1}" for number in range(requests)}
    assert expected == {receipt.request_id for receipt in receipts}
    assert requests == len(receipts) == sum(tally.requests for tally in rows)
    assert requests * TOKENS == sum(tally.output_tokens for tally in rows)
    assert [
        f"1|tokens/total total {limited * TOKENS} 0|concurrency/total now 0 0".encode(),
        f"1|requests/total total {limited} 0".encode(),
    ] == records
