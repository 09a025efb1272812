"""A clock for real sockets: the real one, turned by a test's hand."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from attrs import define, field


@define(eq=False)
class TurnedClock:
    """Keeps the `Clock` contract. How long keys rest, breakers stay open and a store is left alone
    is a matter of a test's word, not of its patience."""

    ahead: float = 0.0
    _bounds: set[asyncio.Timeout] = field(factory=set, init=False)

    def turn(self, seconds: float) -> None:
        """`now()` is so much later; waits are real."""
        self.ahead += seconds

    def skip(self, seconds: float) -> None:
        """Whoever sleeps now, or has a deadline, has so much less of it left."""
        for bound in self._bounds:
            if not bound.expired():
                bound.reschedule((bound.when() or 0.0) - seconds)

    def now(self) -> float:
        return time.time() + self.ahead

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with self.deadline(self.monotonic() + seconds):
                await asyncio.Event().wait()

    @asynccontextmanager
    async def deadline(self, at: float) -> AsyncIterator[None]:
        async with asyncio.timeout_at(at) as bound:
            self._bounds.add(bound)
            try:
                yield
            finally:
                self._bounds.remove(bound)
