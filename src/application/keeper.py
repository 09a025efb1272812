"""Keeps the holds of requests under way: a process that dies loses little and blocks nobody.

Every two seconds each request writes down what it has delivered so far, and its hold lasts on.
A hold that nobody keeps is swept soon after, by whoever comes next.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from attrs import define, evolve, field

from ..domain.ports import Clock
from ..domain.quota import Hold, Outcome
from .books import Books

#: Seconds between two checkpoints of a request: what a process that is killed loses at most.
CHECKPOINT = 2.0
#: A hold lasts so many seconds after its last checkpoint.
HOLD = 15.0
#: Seconds between two sweeps, while there is anything to do.
SWEEP = 10.0


@define
class Keeper:
    """`every`: seconds between checkpoints; None where the store is not worth it: there a hold
    lasts as long as its request may."""

    books: Books
    clock: Clock
    every: float | None = CHECKPOINT
    _under_way: dict[str, tuple[Hold, Callable[[], Outcome]]] = field(factory=dict)
    _task: "asyncio.Task[None] | None" = None
    _swept: float = 0.0

    def until(self, longest: float) -> float:
        """Until when a new hold lasts (Unix seconds), if its request may last until `longest`."""
        return longest if self.every is None else min(longest, self.clock.now() + HOLD)

    def watch(self, hold: Hold, outcome: Callable[[], Outcome]) -> None:
        """From now on it is kept; `outcome` tells how far it has come."""
        if self.every is None:
            return
        self._under_way[hold.id] = (hold, outcome)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._keep(self.every), name="keeper")

    def forget(self, hold: Hold) -> None:
        """It is over."""
        self._under_way.pop(hold.id, None)

    async def close(self) -> None:
        """Stops; what is under way is no longer kept."""
        self._under_way.clear()
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _keep(self, every: float) -> None:
        while self._under_way:
            await self.clock.sleep(every)
            # At once, so that a store that can writes them in one commit.
            await asyncio.gather(*(self._checkpoint(*kept) for kept in self._under_way.values()))
            await self._sweep()

    async def _checkpoint(self, hold: Hold, outcome: Callable[[], Outcome]) -> None:
        lasting = evolve(hold, until=self.clock.now() + HOLD)
        await self.books.checkpoint(lasting, outcome())

    async def _sweep(self) -> None:
        now = self.clock.monotonic()
        if now - self._swept >= SWEEP:
            self._swept = now
            await self.books.sweep()
