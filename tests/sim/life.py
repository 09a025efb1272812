"""A life: one process as the loop sees it. It can be killed at any await, and frozen.

Everything that is scheduled from within a life belongs to it: tasks, timers and callbacks carry
it in their context. A killed process does nothing more, not even a `finally`.
"""

import asyncio
import heapq
import warnings
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context, ContextVar
from itertools import count
from typing import Any

from attrs import define, field

#: Whose callback is running; None: the world's own.
LIFE: ContextVar["Life | None"] = ContextVar("life", default=None)
#: A coroutine that awaits in `finally` needs so many pushes at most before it is closed.
_PUSHES = 100


@define(eq=False)
class Life:
    """`steps`: how many of its callbacks have run; each lies between two awaits."""

    name: str
    steps: int = 0
    dead: bool = False
    frozen: bool = False
    #: What became ready while it was frozen.
    put_off: list[asyncio.Handle] = field(factory=list)
    tasks: list["asyncio.Task[Any]"] = field(factory=list)
    _hooks: list[tuple[int, int, Callable[[], object]]] = field(factory=list)
    _count: "count[int]" = field(factory=count)

    def context(self) -> Context:
        """A context for what is to belong to this life."""
        context = Context()
        context.run(LIFE.set, self)
        return context

    def after(self, steps: int, do: Callable[[], object]) -> None:
        """Does something when so many more callbacks have run."""
        heapq.heappush(self._hooks, (self.steps + steps, next(self._count), do))

    def stepped(self) -> None:
        """One more callback has run."""
        self.steps += 1
        while self._hooks and self._hooks[0][0] <= self.steps and not self.dead:
            heapq.heappop(self._hooks)[2]()

    def under_way(self) -> list[str]:
        """The names of its tasks that are not done."""
        return [task.get_name() for task in self.tasks if not task.done()]

    def bury(self) -> None:
        """Closes what a killed process left, once nobody looks any more: a garbage collector
        would do the same at some other time, and complain."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for task in self.tasks:
                if not task.done():
                    # Pending for ever, and rightly so.
                    setattr(task, "_log_destroy_pending", False)  # noqa: B010
                    _close(task)
            self.tasks.clear()


def _close(task: "asyncio.Task[Any]") -> None:
    coroutine: Any = task.get_coro()
    for _ in range(_PUSHES):
        # Whatever its `finally` says now, nobody hears it.
        with suppress(BaseException):
            coroutine.close()
            return
