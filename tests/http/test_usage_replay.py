"""A relay whose store is away, and that is gone before it is back: its log has all there was."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from attrs import define

from benchmarks.targets import ROOT
from src.adapters.clock import RealClock
from src.adapters.stores.redis.journal import RedisJournal
from src.adapters.stores.redis.layout import Keys
from src.domain.usage import RequestQuery, UsageQuery
from src.domain.usage_line import EVENT
from tests.chaos.process import CLIENT, Process, Setup, key_of
from tests.support.behaviours import chat
from tests.support.caller import asking, request, send
from tests.support.carriers import over_tcp
from tests.support.cli import STRONG
from tests.support.provider import ScriptedProvider, scripted
from tests.support.redis_server import OwnServer, own_server

SERVED = 6


@define(eq=False)
class Scene:
    """A relay in a process of its own, and its Redis."""

    server: OwnServer
    relay: Process
    one: ScriptedProvider

    async def ask(self, count: int) -> list[int]:
        """Streams and whole answers by turns; their statuses."""
        heard = [
            await send(
                f"http://127.0.0.1:{self.relay.port}",
                request(body=asking("gpt-4o", stream=odd), key=key_of(CLIENT)),
            )
            for odd in ([True, False] * count)[:count]
        ]
        return [answer.status for answer in heard]

    async def booked(self) -> tuple[int, int, int]:
        """Requests and their tokens, in and out."""
        async with over_tcp(self.server.url) as carrier:
            rows = await RedisJournal(carrier, Keys("relay"), RealClock()).usage(UsageQuery())
        tallies = [row.tally for row in rows]
        return (
            sum(tally.requests for tally in tallies),
            sum(tally.input_tokens for tally in tallies),
            sum(tally.output_tokens for tally in tallies),
        )

    async def soon(self, requests: int) -> tuple[int, int, int]:
        """The same, once there are so many requests: a settlement may be on its way."""
        async with asyncio.timeout(20):
            while True:
                found = await self.booked()
                if found[0] >= requests:
                    return found
                await asyncio.sleep(0.05)

    async def logged(self, lines: int) -> None:
        """Once so many usage lines are in the log: a request ends a moment after its answer."""
        async with asyncio.timeout(20):
            while True:
                if self.relay.file.read_text().count(EVENT) >= lines:
                    return
                await asyncio.sleep(0.05)

    async def receipts(self) -> int:
        async with over_tcp(self.server.url) as carrier:
            journal = RedisJournal(carrier, Keys("relay"), RealClock())
            found = await journal.requests(RequestQuery())
        return len({receipt.request_id for receipt in found})

    def replay(self) -> str:
        """What the command says of the log of this relay. Raises where it fails."""
        command = [sys.executable, "-m", "src", "usage", "replay", str(self.relay.file)]
        return subprocess.run(
            command,
            cwd=ROOT,
            env=self.relay.setup.environment(),
            check=True,
            stdout=subprocess.PIPE,
        ).stdout.decode()


@asynccontextmanager
async def scene_in(folder: Path) -> AsyncIterator[Scene]:
    async with scripted(chat()) as one:
        with own_server() as server:
            more = {"REDIS_URL": server.url, "RELAY_SIGNING_SECRET": STRONG, "RELAY_LANG": "en"}
            relay = Process(Setup(folder, one.base_url, store=more))
            try:
                yield Scene(server, relay, one)
            finally:
                relay.stop()


@pytest.mark.parametrize("how", ["stopped", "killed"])
async def test_the_log_of_a_relay_that_is_gone_is_booked(tmp_path: Path, how: str) -> None:
    """
    It never reached its store; every request that it served is in the books once the log was
    replayed, with its tokens, and replaying again changes nothing.
    """
    async with scene_in(tmp_path) as scene:
        await scene.relay.start()
        assert [200] == await scene.ask(1)
        one = await scene.soon(1)
        scene.server.kill()
        statuses = await scene.ask(SERVED)
        await scene.logged(SERVED)
        scene.relay.stop() if how == "stopped" else scene.relay.kill()
        scene.server.start()
        assert one == await scene.booked()

        first = await asyncio.to_thread(scene.replay)
        found = await scene.booked()
        again = await asyncio.to_thread(scene.replay)

        assert [200] * SERVED == statuses
        assert f"Booked {SERVED}; 0 were in the books already.\n" in first
        assert f"Booked 0; {SERVED} were in the books already.\n" in again
        assert min(one) > 0
        assert tuple(number * (1 + SERVED) for number in one) == found == await scene.booked()
        assert 1 + SERVED == await scene.receipts()
        assert STRONG not in scene.relay.file.read_text()


async def test_what_was_booked_in_the_meantime_is_known(tmp_path: Path) -> None:
    """
    The store came back in time: the relay has booked them itself, and the log still has them.
    """
    async with scene_in(tmp_path) as scene:
        await scene.relay.start()
        assert [200] == await scene.ask(1)
        one = await scene.soon(1)
        scene.server.kill()
        await scene.ask(SERVED)
        scene.server.start()
        found = await scene.soon(1 + SERVED)
        scene.relay.kill()

        told = await asyncio.to_thread(scene.replay)

        assert f"Booked 0; {SERVED} were in the books already.\n" in told
        assert tuple(number * (1 + SERVED) for number in one) == found == await scene.booked()
