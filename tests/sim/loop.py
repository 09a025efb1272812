"""SimLoop: an event loop whose time is a number and whose order comes from a seed."""

import asyncio
import heapq
from collections.abc import Callable, Coroutine
from contextvars import Context
from random import Random
from typing import Any, TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

#: So many callbacks without time moving on are a loop that never ends.
MOST_AT_ONE_INSTANT = 200_000
START = 1000.0


class Deadlock(RuntimeError):
    """Nothing is ready, no timer runs, and the work is not done."""


class Livelock(RuntimeError):
    """The work goes round and round while time stands still."""


class SimLoop(asyncio.BaseEventLoop):
    """Runs one ready callback after another, each drawn by lot; time moves only when none is
    ready, and then straight to the next timer. No files, no sockets, no threads, no waiting."""

    def __init__(self, seed: object) -> None:
        super().__init__()
        self._lots = Random(f"{seed}/loop")
        self._instant = START
        self._waiting: list[asyncio.Handle] = []
        self._timers: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._count = 0
        self._standing = 0

    def time(self) -> float:
        return self._instant

    def call_soon(
        self,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self, context)
        self._waiting.append(handle)
        return handle

    def call_at(
        self,
        when: float,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        self._count += 1
        heapq.heappush(self._timers, (when, self._count, handle))
        return handle

    def timers(self) -> int:
        """How many timers still run."""
        return sum(1 for _, _, handle in self._timers if not handle.cancelled())

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Cancelled timers are passed over when their turn comes."""

    def _run_once(self) -> None:
        """What `run_forever` calls between two looks at `stop` (CPython 3.11 to 3.14)."""
        self._wake()
        if not self._waiting:
            self._move_on()
        if self._waiting:
            self._standing += 1
            if self._standing > MOST_AT_ONE_INSTANT:
                self._standing = 0  # what is left must be able to end
                raise Livelock(f"{MOST_AT_ONE_INSTANT} callbacks at the instant {self._instant}")
            self._draw()._run()

    def _draw(self) -> asyncio.Handle:
        waiting = self._waiting
        place = int(self._lots.random() * len(waiting)) if len(waiting) > 1 else 0
        waiting[place], waiting[-1] = waiting[-1], waiting[place]
        handle = waiting.pop()
        return handle if not handle.cancelled() else asyncio.Handle(_nothing, (), self)

    def _wake(self) -> None:
        while self._timers and (self._timers[0][0] <= self._instant or self._first_cancelled()):
            handle = heapq.heappop(self._timers)[2]
            if not handle.cancelled():
                self._waiting.append(handle)

    def _first_cancelled(self) -> bool:
        return self._timers[0][2].cancelled()

    def _move_on(self) -> None:
        if not self._timers:
            raise Deadlock(f"nothing can happen any more at {self._instant}")
        self._instant = self._timers[0][0]
        self._standing = 0
        self._wake()


def run(loop: SimLoop, work: Coroutine[Any, Any, T]) -> T:
    """Runs `work` to its end and closes the loop. Raises Deadlock and Livelock."""
    try:
        return loop.run_until_complete(work)
    finally:
        try:
            _cancel_what_is_left(loop)
        finally:
            loop.close()


def _cancel_what_is_left(loop: SimLoop) -> None:
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    if left:
        loop.run_until_complete(asyncio.wait(left, timeout=60.0))


def _nothing() -> None:
    """In the place of a callback that was cancelled while it was ready."""
