"""The journal on Redis is read while others write it."""

from collections.abc import Sequence

from attrs import define

from src.adapters.stores.redis.carrier import Carrier, Refused, Reply, Script
from src.adapters.stores.redis.folding import BATCH
from src.adapters.stores.redis.journal import _PAGE, RedisJournal
from src.adapters.stores.redis.layout import Keys
from src.adapters.stores.redis.ledger import RedisLedger
from src.domain.usage import RequestQuery
from tests.support.carriers import over_tcp
from tests.support.clock import TurnedClock

from .books import hold, outcome


@define(eq=False)
class Busy:
    """A carrier of books in which a batch of requests ends after each page that is read."""

    carrier: Carrier
    ledger: RedisLedger
    keys: Keys
    ended: int = 0

    async def end(self, count: int) -> None:
        for _ in range(count):
            self.ended += 1
            await self.ledger.settle(hold(f"{self.ended}"), outcome(f"{self.ended}"))

    async def evaluate(self, script: Script, keys: Sequence[str], args: Sequence[str]) -> Reply:
        return await self.carrier.evaluate(script, keys, args)

    async def run(self, *commands: Sequence[str]) -> tuple[Reply | Refused, ...]:
        answers = await self.carrier.run(*commands)
        if list(commands[0][:2]) == ["LRANGE", self.keys.order]:
            await self.end(BATCH)
        return answers

    async def aclose(self) -> None:
        await self.carrier.aclose()


async def test_no_request_is_told_twice(redis_url: str, namespace: str) -> None:
    """
    Also where requests end between two pages: each that was there before is told, once.
    """
    keys, clock = Keys(namespace), TurnedClock()
    async with over_tcp(redis_url) as carrier:
        busy = Busy(carrier, RedisLedger(carrier, keys, clock), keys)
        before = 2 * _PAGE + BATCH
        await busy.end(before)
        told = await RedisJournal(busy, keys, clock).requests(RequestQuery(limit=10 * before))

    ids = [int(receipt.request_id) for receipt in told]
    assert list(range(before, 0, -1)) == ids
