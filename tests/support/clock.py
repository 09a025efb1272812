"""A clock for real sockets: the real one, whose calendar a test turns ahead by hand."""

import asyncio
import time
from contextlib import AbstractAsyncContextManager

from attrs import define


@define(eq=False)
class TurnedClock:
    """Keeps the `Clock` contract. Waits are real; only `now()` is turned: how long keys rest and
    breakers stay open is a matter of a test's word, not of its patience."""

    ahead: float = 0.0

    def turn(self, seconds: float) -> None:
        self.ahead += seconds

    def now(self) -> float:
        return time.time() + self.ahead

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def deadline(self, at: float) -> AbstractAsyncContextManager[object]:
        return asyncio.timeout_at(at)
