"""uvicorn, stopped our way: what is under way has its seconds, then it is told, and the books are
settled before the process ends."""

import asyncio
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Literal

import uvicorn

from ..adapters.http.asgi import App
from ..adapters.http.server import Protocol

#: Seconds for the last words of what was cut short: an error event, and the books.
LAST_WORDS = 5.0
#: Seconds between two looks at what is still under way: at first, and at most.
FIRST_TICK, TICK = 0.001, 0.05

#: `stop`: finish what is under way; `stop_twice`: and at once, when it comes again; `at_once`: what
#: is under way ends now, with an error that says so; `ignore`: somebody else decides.
Meaning = Literal["stop", "stop_twice", "at_once", "ignore"]
Signals = Mapping[signal.Signals, Meaning]

#: A relay of one process hears what everybody sends.
ALONE: Signals = {signal.SIGINT: "stop_twice", signal.SIGTERM: "stop_twice"}
if sys.platform == "win32":
    ALONE = {**ALONE, signal.SIGBREAK: "stop_twice"}


def _nothing() -> None:
    """Nobody waits for it."""


class Server(uvicorn.Server):
    """`grace`: seconds for what is under way when it stops. `started_serving` is called once it
    listens. `lifeline`: a pipe; when its other end closes,
    whoever started this process is gone, and it stops."""

    def __init__(
        self,
        config: uvicorn.Config,
        grace: float,
        started_serving: Callable[[], None] = _nothing,
        *,
        signals: Signals = ALONE,
        lifeline: int | None = None,
    ) -> None:
        super().__init__(config)
        self._grace = grace
        self._started_serving = started_serving
        self._signals = signals
        self._lifeline = lifeline

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        if self._lifeline is not None:
            asyncio.get_running_loop().add_reader(self._lifeline, self._orphaned)
        await super().startup(sockets)
        if self.started:
            self._started_serving()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Nobody new is let in; those under way have the grace, then they are told and booked."""
        for server in self.servers:
            server.close()
        for sock in sockets or []:
            sock.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await self._quiet(self._grace, unless_forced=True)
        for task in list(self.server_state.tasks):
            task.cancel()
        # uvicorn would close the books at once, before those that were cut short are in them.
        await self._quiet(LAST_WORDS)
        await self.lifespan.shutdown()

    async def _quiet(self, seconds: float, *, unless_forced: bool = False) -> None:
        """Until nothing is under way any more, or the time is up."""
        loop, state = asyncio.get_running_loop(), self.server_state
        end, tick = loop.time() + seconds, FIRST_TICK
        await asyncio.sleep(0)  # what was closed just now has gone
        while (state.connections or state.tasks) and loop.time() < end:
            if unless_forced and self.force_exit:
                return
            await asyncio.sleep(tick)
            tick = min(TICK, 2 * tick)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """For as long as it serves. Other than uvicorn's, it does not die of the signal in the
        end: who stops in good order exits with 0."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in self._signals}
        try:
            if sys.platform != "win32":
                # A worker is forked with its signals waiting until it can hear them.
                signal.pthread_sigmask(signal.SIG_UNBLOCK, self._signals)
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        match self._signals[signal.Signals(sig)]:
            case "stop_twice":
                self.force_exit = self.should_exit
                self.should_exit = True
            case "stop":
                self.should_exit = True
            case "at_once":
                self.should_exit = self.force_exit = True
            case "ignore":
                return

    def _orphaned(self) -> None:
        if self._lifeline is not None:
            asyncio.get_running_loop().remove_reader(self._lifeline)
        self.should_exit = True


def config(app: App) -> uvicorn.Config:
    """uvicorn as every environment of ours uses it: no log of its own, no trust in proxies."""
    return uvicorn.Config(
        app,
        http=Protocol,
        loop="auto",
        ws="none",
        log_level="error",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=75,
    )
