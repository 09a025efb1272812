"""Keeps the holds of requests under way: a process that dies loses little and blocks nobody.

Every two seconds each request writes down what it has delivered so far, and its hold lasts on;
every thirty, and only if it is worth it, where each word to the store costs money. A hold that
nobody keeps is swept soon after, by whoever comes next.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Literal

from attrs import define, evolve, field

from ..domain.ports import Clock
from ..domain.quota import Hold, Outcome
from .books import Books

#: Seconds between two checkpoints of a request: what a process that is killed loses at most.
CHECKPOINT = 2.0
#: A hold lasts so many seconds after its last checkpoint, and half as long again as between two.
HOLD, SLACK = 15.0, 1.5
#: Seconds between two sweeps, while there is anything to do.
SWEEP = 10.0


#: Whose holds are kept: all; those with a limit in their way; those limited in tokens or money.
Kept = Literal["all", "limited", "metered"]
_METERED = ("tokens", "input_tokens", "output_tokens", "cost")


@define
class _Watched:
    """A request under way; `due`: when its next checkpoint is (monotonic)."""

    hold: Hold
    outcome: Callable[[], Outcome]
    due: float


@define
class Keeper:
    """`every`: seconds between checkpoints; None where the store is not worth it. A hold that is
    not kept lasts as long as its request may. `sweeps`: others' holds are looked after from here;
    where not, admissions do it by the way."""

    books: Books
    clock: Clock
    every: float | None = CHECKPOINT
    kept: Kept = "all"
    sweeps: bool = True
    _under_way: dict[str, _Watched] = field(factory=dict)
    _task: "asyncio.Task[None] | None" = None
    _swept: float = 0.0

    def lasting(self, hold: Hold) -> Hold:
        """A new hold with its end, if its request may last until the end that it has."""
        if self.every is None or not self._keeps(hold):
            return hold
        return evolve(hold, until=min(hold.until, self._end(self.every)))

    async def open(self) -> None:
        """Before the first request: settles what processes left behind that died."""
        if self.sweeps:
            await self.books.sweep()

    def watch(self, hold: Hold, outcome: Callable[[], Outcome]) -> None:
        """From now on it is kept; `outcome` tells how far it has come."""
        if self.every is None or not self._keeps(hold):
            return
        # Where checkpoints are rare, the short requests need none.
        wait = self.every if self.every > CHECKPOINT else 0.0
        self._under_way[hold.id] = _Watched(hold, outcome, self.clock.monotonic() + wait)
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
            await self.clock.sleep(min(every, CHECKPOINT))
            now = self.clock.monotonic()
            due = [one for one in self._under_way.values() if one.due <= now]
            # At once, so that a store that can writes them in one commit.
            await asyncio.gather(*(self._checkpoint(one, every) for one in due))
            await self._sweep()

    async def _checkpoint(self, one: _Watched, every: float) -> None:
        one.due = self.clock.monotonic() + (every if every > CHECKPOINT else 0.0)
        await self.books.checkpoint(evolve(one.hold, until=self._end(every)), one.outcome())

    async def _sweep(self) -> None:
        now = self.clock.monotonic()
        if self.sweeps and now - self._swept >= SWEEP:
            self._swept = now
            await self.books.sweep()

    def _end(self, every: float) -> float:
        return self.clock.now() + max(HOLD, SLACK * every)

    def _keeps(self, hold: Hold) -> bool:
        match self.kept:
            case "all":
                return True
            case "limited":
                return bool(hold.lines)
            case "metered":
                return any(line.enforced and line.metric in _METERED for line in hold.lines)
