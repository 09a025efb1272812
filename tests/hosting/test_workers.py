"""Several workers on one port: one banner, and a place that is taken again when one dies."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.targets import ROOT
from tests.support.behaviours import ok_chat
from tests.support.caller import asking, request, send
from tests.support.catalogue import CLIENT_KEY
from tests.support.provider import scripted

from .served import Served, served

pytestmark = pytest.mark.skipif("sys.platform == 'win32'", reason="workers are forked")

FAILING = """
import sys
from src.adapters.clock import RealClock
from src.adapters.log import LogObserver
from src.entrypoints.workers import Supervisor

observer = LogObserver(print, "json")
sys.exit(Supervisor(2, lambda ends: sys.exit(5), observer, RealClock(), print, lambda: None).run())
"""


async def answers(relay: Served, times: int = 1) -> bool:
    """Whether each of so many requests, on connections of their own, is answered."""
    asked = request(body=asking(), key=CLIENT_KEY)
    return {200} == {(await send(relay.base_url, asked)).status for _ in range(times)}


async def test_a_worker_that_dies_is_replaced(tmp_path: Path) -> None:
    """
    Both serve, under one banner. One is killed: the other serves on, another takes its place, the
    log says so, and the books are those of all of them.
    """
    async with (
        scripted(ok_chat()) as one,
        served(tmp_path, one.base_url, "--workers", "2") as relay,
    ):
        first, second = relay.workers
        os.kill(first, signal.SIGKILL)
        assert await answers(relay, 5)
        await relay.until(lambda: 2 == len(relay.workers) and first not in relay.workers)
        assert second in relay.workers
        assert await answers(relay, 5)
    died = [event for event in relay.events if event["event"] == "worker_ended"]

    assert [{"event": "worker_ended", "pid": first, "how": "SIGKILL"}] == [
        {key: value for key, value in event.items() if key != "replaced_after"} for event in died
    ]
    assert 1 == relay.log.count("listens on")
    assert "Workers: 2" in relay.log


async def test_a_worker_may_be_renewed_by_hand(tmp_path: Path) -> None:
    """
    SIGTERM to a worker alone ends it in good order, and another takes its place.
    """
    async with (
        scripted(ok_chat()) as one,
        served(tmp_path, one.base_url, "--workers", "2") as relay,
    ):
        first, _ = relay.workers
        os.kill(first, signal.SIGTERM)
        await relay.until(lambda: 2 == len(relay.workers) and first not in relay.workers)

        assert await answers(relay)
        assert "exit status 0" in relay.log


async def test_workers_do_not_outlive_their_supervisor(tmp_path: Path) -> None:
    """
    Where the supervisor is killed, its workers stop: nobody is left on the port.
    """
    async with (
        scripted(ok_chat()) as one,
        served(tmp_path, one.base_url, "--workers", "2") as relay,
    ):
        workers = relay.workers
        relay.tell(signal.SIGKILL)
        await relay.ended()

        await relay.until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers))


async def test_a_mistake_is_said_once(tmp_path: Path) -> None:
    """
    What cannot be used is a list and exit status 78, as with one process.
    """
    relay = Served(tmp_path, "http://127.0.0.1:9/v1", ("--workers", "2"))
    relay.environ["REDIS_URL"] = "redis://127.0.0.1:6379/0?max_connections=many"
    try:
        with pytest.raises(AssertionError):
            await relay.start()
        assert 78 == await relay.ended()
    finally:
        relay.end()
    assert 1 == relay.log.count("REDIS_URL")


def test_what_no_worker_can_do_is_not_tried_for_ever() -> None:
    """
    Where the first ones cannot start the supervisor ends, with their status.
    """
    done = subprocess.run(
        [sys.executable, "-c", FAILING],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (5, "") == (done.returncode, done.stderr)
