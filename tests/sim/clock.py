"""The clocks of a world: one time for the loop, and a calendar for every machine."""

import asyncio
from collections import Counter
from contextlib import AbstractAsyncContextManager

from attrs import define, field

from .loop import SimLoop

EPOCH = 1_790_000_000.0


@define(eq=False)
class SimClock:
    """The port `Clock` on the loop's time. The calendar is off by `skew` seconds, and once, at
    the loop's instant `jump_at`, it is set by `jump`. That happened where somebody looked at the
    clock before and after."""

    loop: SimLoop
    skew: float = 0.0
    jump_at: float = 0.0
    jump: float = 0.0
    happened: "Counter[str]" = field(factory=Counter)
    _before: bool = False

    def now(self) -> float:
        over = self.loop.time() >= self.jump_at
        if self.jump and over and self._before:
            self.happened[f"clock: set {'ahead' if self.jump > 0 else 'back'}"] += 1
        self._before = not over
        return EPOCH + self.skew + self.loop.time() + (self.jump if over else 0.0)

    def monotonic(self) -> float:
        return self.loop.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def deadline(self, at: float) -> AbstractAsyncContextManager[object]:
        return asyncio.timeout_at(at)
