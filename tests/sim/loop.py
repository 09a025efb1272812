"""SimLoop: an event loop whose time is a number and whose order comes from a seed."""

import asyncio
import heapq
from collections.abc import Callable, Coroutine
from contextvars import Context, copy_context
from random import Random
from typing import Any, TypeVar, TypeVarTuple

from .life import LIFE, Life

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
    ready, and then straight to the next timer. No files, no sockets, no threads, no waiting.
    What belongs to a life that was killed never runs."""

    def __init__(self, seed: object) -> None:
        super().__init__()
        self._lots = Random(f"{seed}/loop")
        self._instant = START
        self._waiting: list[tuple[asyncio.Handle, Life | None]] = []
        self._timers: list[tuple[float, int, asyncio.TimerHandle, Life | None]] = []
        self._count = 0
        self._standing = 0
        self.killed: list[Life] = []
        self.set_task_factory(_make_task)

    def time(self) -> float:
        return self._instant

    def call_soon(
        self,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.Handle:
        context = copy_context() if context is None else context
        handle = asyncio.Handle(callback, args, self, context)
        life = context.get(LIFE)
        if life is None or not life.dead:
            self._waiting.append((handle, life))
        return handle

    def call_at(
        self,
        when: float,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        context = copy_context() if context is None else context
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        life = context.get(LIFE)
        if life is None or not life.dead:
            self._count += 1
            heapq.heappush(self._timers, (when, self._count, handle, life))
        return handle

    def timers(self, life: Life | None = None) -> int:
        """How many timers of this life still run."""
        return sum(1 for _, _, handle, whose in self._timers if whose is life and _runs(handle))

    def kill(self, life: Life) -> None:
        """Nothing of it happens any more."""
        life.dead = True
        self.killed.append(life)
        life.put_off.clear()
        self._waiting = [one for one in self._waiting if one[1] is not life]
        self._timers = [one for one in self._timers if one[3] is not life]
        heapq.heapify(self._timers)

    def thaw(self, life: Life) -> None:
        """A frozen life goes on."""
        life.frozen = False
        self._waiting += [(handle, life) for handle in life.put_off if not life.dead]
        life.put_off.clear()

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
            self._run(*self._draw())

    def _draw(self) -> tuple[asyncio.Handle, Life | None]:
        waiting = self._waiting
        place = int(self._lots.random() * len(waiting)) if len(waiting) > 1 else 0
        waiting[place], waiting[-1] = waiting[-1], waiting[place]
        return waiting.pop()

    def _run(self, handle: asyncio.Handle, life: Life | None) -> None:
        if handle.cancelled():
            return
        if life is None:
            handle._run()
        elif life.frozen:
            life.put_off.append(handle)
        else:
            handle._run()
            life.stepped()

    def _wake(self) -> None:
        timers = self._timers
        while timers and (timers[0][0] <= self._instant or timers[0][2].cancelled()):
            _, _, handle, life = heapq.heappop(timers)
            if not handle.cancelled():
                self._waiting.append((handle, life))

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


def _make_task(loop: asyncio.AbstractEventLoop, work: Any, **how: Any) -> "asyncio.Task[Any]":
    task: asyncio.Task[Any] = asyncio.Task(work, loop=loop, **how)
    context = how.get("context")
    life = LIFE.get() if context is None else context.get(LIFE)
    if life is not None:
        life.tasks.append(task)
    return task


def _cancel_what_is_left(loop: SimLoop) -> None:
    gone = {task for life in loop.killed for task in life.tasks}
    left = asyncio.all_tasks(loop) - gone
    for task in left:
        task.cancel()
    if left:
        loop.run_until_complete(asyncio.wait(left, timeout=60.0))


def _runs(handle: asyncio.Handle) -> bool:
    return not handle.cancelled()
