"""Nothing grows: not over twenty thousand requests, not over ten thousand callers that leave."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
import pytest_asyncio

from benchmarks import load
from benchmarks.targets import Target, free_port, process, relay, wait_until_listening
from src.adapters.stores.bookkeeping import KEPT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

#: What an allocator and SQLite's cache keep to themselves; a leak of 1 KiB a request would be twice
#: as much.
ALLOWANCE = 10 * 1024 * 1024


@pytest_asyncio.fixture
async def target(tmp_path: Path) -> AsyncIterator[Target]:
    """A relay in a process of its own, before a provider in another."""
    port = free_port()
    with ExitStack() as stack:
        stack.enter_context(process([sys.executable, "-m", "benchmarks.provider", str(port)]))
        found = relay(stack, port, tmp_path)
        await wait_until_listening(found.port)
        yield found


def resident(target: Target) -> int:
    """Bytes of memory in use."""
    status = Path(f"/proc/{target.processes[0]}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) * 1024


def descriptors(target: Target) -> int:
    """Open files and connections."""
    return len(list(Path(f"/proc/{target.processes[0]}/fd").iterdir()))


async def calm(target: Target, most: int) -> int:
    """How many descriptors are open once the connections of the load are gone."""
    for _ in range(200):
        if descriptors(target) <= most:
            break
        await asyncio.sleep(0.1)
    return descriptors(target)


async def leave_early(port: int, after: int) -> None:
    """Asks for a stream, reads so many bytes, and is gone."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with closing(writer):
        writer.write(load.request(port, stream=True))
        if after:
            await reader.readexactly(after)
        writer.transport.abort()


async def test_memory_is_flat_over_twenty_thousand_requests(target: Target) -> None:
    """
    Once the journal is full and old receipts make room for new ones, 20,000 answers, a quarter of
    them streams, leave the relay as large as it was.
    """
    await load.run(target.port, connections=50, rounds=2 * KEPT // 50, stream=False)
    await load.run(target.port, connections=32, rounds=10, stream=True)
    before = resident(target)

    await load.run(target.port, connections=50, rounds=300, stream=False)
    await load.run(target.port, connections=50, rounds=100, stream=True)

    assert resident(target) - before < ALLOWANCE


async def test_ten_thousand_callers_that_leave_take_nothing_with_them(target: Target) -> None:
    """
    Callers that go before the answer, within its head, and within its body leave neither memory
    nor connections behind, and the next request is served.
    """
    await load.run(target.port, connections=32, rounds=20, stream=True)
    quiet = await calm(target, 0x10)
    for batch in range(200):
        await asyncio.gather(*(leave_early(target.port, n * 7 % 400) for n in range(50)))
        if batch == 20:
            before = resident(target)

    assert await calm(target, quiet + 70) <= quiet + 70
    assert resident(target) - before < ALLOWANCE
    await load.run(target.port, connections=4, rounds=5, stream=True)
