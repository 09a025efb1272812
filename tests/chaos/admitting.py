"""A process that asks for many admissions at once: `python -m tests.chaos.admitting WAY URL SPACE
NAME COUNT KIND`. It says `ready`, waits for a line, and says how many it got."""

import asyncio
import sys

from src.adapters.stores.redis.layout import Keys
from src.adapters.stores.redis.ledger import RedisLedger
from src.domain import quota
from src.domain.catalogue import Limit
from src.domain.lines import Amounts, Limits
from src.domain.quota import Hold
from tests.contract.books import opened, outcome
from tests.support.carriers import Opens, over_tcp, to_upstash
from tests.support.clock import TurnedClock

from .dropping import until_answered

#: As many as fit, and how many tokens each reserves and uses.
FIT, TOKENS = 100, 40
WAYS: dict[str, Opens] = {"tcp": over_tcp, "upstash": to_upstash}
KINDS = {
    "requests": Limit("client:team", "requests", "total", FIT),
    "tokens": Limit("client:team", "tokens", "total", FIT * TOKENS),
    "concurrency": Limit("client:team", "concurrency", "total", FIT),
}


async def ask(ledger: RedisLedger, held: Hold, *, ends: bool) -> bool:
    """Those that were admitted end at once, but for those that are to stay. Who gets no answer, for
    so many ask at once, asks again."""
    verdict = await until_answered(lambda: ledger.admit(held))
    if verdict.admitted and ends:
        told = outcome(held.id, output=TOKENS, at=held.opened.at)
        await until_answered(lambda: ledger.settle(held, told))
    return verdict.admitted


async def main(way: str, url: str, space: str, name: str, count: str, kind: str) -> None:
    clock = TurnedClock()
    async with WAYS[way](url, bound=120.0) as carrier:
        ledger = RedisLedger(carrier, Keys(space), clock)
        now, limits = clock.now(), Limits.of((KINDS[kind],))
        holds = [
            quota.hold(
                opened(f"{name}-{number}", at=now),
                provider="p",
                amounts=Amounts(TOKENS),
                limits=limits,
                until=now + 600,
                now=now,
            )
            for number in range(int(count))
        ]
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        ends = kind != "concurrency"
        told = await asyncio.gather(*(ask(ledger, held, ends=ends) for held in holds))
        print(sum(told), flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
