"""The clocks of a world: one time for the loop, and a calendar for every machine."""

import asyncio
from contextlib import AbstractAsyncContextManager

from attrs import define

from .loop import SimLoop

EPOCH = 1_790_000_000.0


@define(eq=False)
class SimClock:
    """The port `Clock` on the loop's time. The calendar is off by `skew` seconds, and once, at
    the loop's instant `jump_at`, it is set by `jump`."""

    loop: SimLoop
    skew: float = 0.0
    jump_at: float = 0.0
    jump: float = 0.0

    def now(self) -> float:
        jumped = self.jump if self.loop.time() >= self.jump_at else 0.0
        return EPOCH + self.skew + self.loop.time() + jumped

    def monotonic(self) -> float:
        return self.loop.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def deadline(self, at: float) -> AbstractAsyncContextManager[object]:
        return asyncio.timeout_at(at)
