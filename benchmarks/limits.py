"""What limits cost, with books in memory: five of them, as a ratio to none.

`python -m benchmarks.limits [rounds]`: CPU a request of the whole relay over HTTP, and of its books
alone. Both kinds of request in the same process, in turn, medians.
"""

import asyncio
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import uvloop

from src.adapters.clock import RealClock
from src.adapters.stores.memory import MemoryLedger

from .asked import CLIENT, FIVE, booked
from .load import KEY, run
from .targets import Target, free_port, process, relay, wait_for

CONNECTIONS, ROUNDS, CALLS = 32, 60, 2_000
LIMITED_KEY = "bench-limited-key-0123456789"
NONE, SOME = "without limits", "with five"


@contextmanager
def in_memory() -> Iterator[Target]:
    """A relay that knows both clients, and a provider."""
    more: dict[str, list[dict[str, object]]] = {
        "client_keys": [{"name": CLIENT, "key": LIMITED_KEY}],
        "limits": [
            {"subject": one.subject, "metric": one.metric, "window": one.window, "limit": one.limit}
            for one in FIVE
        ],
    }
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        provider = free_port()
        stack.enter_context(process([sys.executable, "-m", "benchmarks.provider", str(provider)]))
        wait_for(provider)
        target = relay(stack, provider, folder, books="memory", more=more)
        wait_for(target.port)
        yield target


def over_http(rounds: int) -> dict[str, float]:
    """Microseconds of the relay's CPU time a request."""
    found: dict[str, list[float]] = {NONE: [], SOME: []}
    with in_memory() as target:
        for turn in range(rounds + 1):
            for kind, key in ((NONE, KEY), (SOME, LIMITED_KEY)):
                asking = run(
                    target.port, connections=CONNECTIONS, rounds=ROUNDS, stream=False, key=key
                )
                before = target.cpu_seconds()
                uvloop.run(asking)
                spent = target.cpu_seconds() - before
                if turn:  # the first warms up
                    found[kind].append(spent * 1e6 / (CONNECTIONS * ROUNDS))
    return {kind: median(costs) for kind, costs in found.items()}


def alone(rounds: int) -> dict[str, float]:
    """Microseconds of CPU time to admit a request and to settle it."""
    found: dict[str, list[float]] = {NONE: [], SOME: []}
    clock = RealClock()
    ledger = MemoryLedger(clock)

    async def all_of_them(limited: bool) -> None:
        for _ in range(CALLS):
            await booked(ledger, clock, limited=limited)

    for turn in range(rounds + 1):
        for kind, limited in ((NONE, False), (SOME, True)):
            before = time.process_time()
            asyncio.run(all_of_them(limited))
            spent = time.process_time() - before
            if turn:
                found[kind].append(spent * 1e6 / CALLS)
    return {kind: median(costs) for kind, costs in found.items()}


def main(rounds: int) -> None:
    for what, costs in (("relay", over_http(rounds)), ("books", alone(rounds))):
        for kind, cost in costs.items():
            print(f"{what} {kind:14} {cost:6.0f} us CPU a request, {cost / costs[NONE]:5.2f} x")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
