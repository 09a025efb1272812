"""What a decision of the books costs on Redis, as ratios to bare calls over the same connection.

`python -m benchmarks.store [rounds]`: one caller, calls one after the other, kinds taken in turn,
medians. CPU of this process, CPU of the server, and wall time, over TCP and over REST; the stand-in
for Upstash is a process of its own: its CPU is in neither, its time is in the wall's.
"""

import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from statistics import median
from uuid import uuid4

import uvloop
from attrs import define, field, frozen

from src.adapters.clock import RealClock
from src.adapters.outbound import Outbound
from src.adapters.stores.redis.carrier import Carrier, Script
from src.adapters.stores.redis.layout import Keys
from src.adapters.stores.redis.ledger import RedisLedger
from src.adapters.stores.redis.tcp import TcpCarrier
from src.adapters.stores.redis.upstash import UpstashCarrier
from tests.support.redis_server import own_server
from tests.support.upstash import TOKEN

from .asked import booked
from .targets import free_port, process, wait_until_listening

CALLS = 100
NOTHING = Script("nothing", "return 1")
PIPELINE, SCRIPT = "pipeline of two", "empty script"
NONE, SOME = "request, no limits", "request, five limits"
#: The trips of each (docs/store.md).
TRIPS = {PIPELINE: 1, SCRIPT: 1, NONE: 1, SOME: 2}


@frozen
class Cost:
    """Of one, in microseconds."""

    cpu: float
    server: float
    wall: float


@define(eq=False)
class Bench:
    """One way to the server."""

    carrier: Carrier
    keys: Keys = field(factory=lambda: Keys(f"bench-{uuid4().hex}"))
    clock: RealClock = field(factory=RealClock)
    ledger: RedisLedger = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.ledger = RedisLedger(self.carrier, self.keys, self.clock)

    @property
    def kinds(self) -> dict[str, Callable[[], Awaitable[object]]]:
        """Requests are admitted and settled, and pay their share of the folds."""
        pair = ["GET", self.keys.of("a")], ["GET", self.keys.of("b")]
        return {
            PIPELINE: lambda: self.carrier.run(*pair),
            SCRIPT: lambda: self.carrier.evaluate(NOTHING, (self.keys.books,), ()),
            NONE: lambda: booked(self.ledger, self.clock, limited=False),
            SOME: lambda: booked(self.ledger, self.clock, limited=True),
        }

    async def cost(self, kind: str) -> Cost:
        ask = self.kinds[kind]
        server, cpu, wall = await self._server_seconds(), time.process_time(), time.perf_counter()
        for _ in range(CALLS):
            await ask()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        server = await self._server_seconds() - server
        return Cost(*(seconds * 1e6 / CALLS for seconds in (cpu, server, wall)))

    async def _server_seconds(self) -> float:
        (info,) = await self.carrier.run(["INFO", "cpu"])
        assert isinstance(info, bytes)
        told = dict(line.split(":") for line in info.decode().splitlines() if ":" in line)
        return float(told["used_cpu_sys"]) + float(told["used_cpu_user"])


@asynccontextmanager
async def over_tcp(redis: str) -> AsyncIterator[Carrier]:
    carrier = TcpCarrier(redis)
    try:
        yield carrier
    finally:
        await carrier.aclose()


@asynccontextmanager
async def over_rest(redis: str) -> AsyncIterator[Carrier]:
    port, outbound = free_port(), Outbound()
    with process([sys.executable, "-m", "benchmarks.upstash", redis, str(port)]):
        await wait_until_listening(port)
        carrier = UpstashCarrier(outbound, f"http://127.0.0.1:{port}", TOKEN)
        try:
            yield carrier
        finally:
            await carrier.aclose()
            await outbound.aclose()


WAYS = {"TCP": over_tcp, "REST": over_rest}


async def measured(rounds: int) -> dict[str, dict[str, Cost]]:
    """The medians, by way and kind."""
    found: dict[str, dict[str, list[Cost]]] = {way: {kind: [] for kind in TRIPS} for way in WAYS}
    with own_server(durable=False) as server:
        async with AsyncExitStack() as stack:
            benches = {
                way: Bench(await stack.enter_async_context(opens(server.url)))
                for way, opens in WAYS.items()
            }
            for turn in range(rounds + 1):
                for way, bench in benches.items():
                    for kind in TRIPS:
                        one = await bench.cost(kind)
                        if turn:  # the first warms up
                            found[way][kind].append(one)
    return {
        way: {kind: _median(costs) for kind, costs in kinds.items()} for way, kinds in found.items()
    }


def _median(costs: list[Cost]) -> Cost:
    return Cost(
        cpu=median(one.cpu for one in costs),
        server=median(one.server for one in costs),
        wall=median(one.wall for one in costs),
    )


def main(rounds: int) -> None:
    print("CPU of the caller, CPU of the server, wall time: us, and x a pipeline of two")
    for way, kinds in uvloop.run(measured(rounds)).items():
        bare = kinds[PIPELINE]
        for kind, cost in kinds.items():
            print(
                f"{way:4} {kind:20} {TRIPS[kind]} trip(s)"
                f"  CPU {cost.cpu:5.0f} {cost.cpu / bare.cpu:5.2f} x"
                f"  server {cost.server:5.0f} {cost.server / bare.server:5.2f} x"
                f"  wall {cost.wall:6.0f} {cost.wall / bare.wall:5.2f} x"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 21)
