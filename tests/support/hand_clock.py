"""A clock that stands still until it is turned: for what waits, and must not be waited for."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from attrs import define, field


@define(eq=False)
class HandClock:
    """The port `Clock`. Whoever sleeps, or has a deadline, hears of it when `turn` gets there."""

    at: float = 1_000.0
    _sleepers: list[tuple[float, "asyncio.Future[None]"]] = field(factory=list)
    _deadlines: list[tuple[float, asyncio.Timeout]] = field(factory=list)

    def now(self) -> float:
        return self.at

    def monotonic(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        awake: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self.at + seconds, awake))
        await awake

    @asynccontextmanager
    async def deadline(self, at: float) -> AsyncIterator[None]:
        async with asyncio.timeout(None) as bound:
            self._deadlines.append((at, bound))
            try:
                yield
            finally:
                self._deadlines.remove((at, bound))

    async def turn(self, seconds: float) -> None:
        """So many seconds later; whoever was due by then has gone on, as far as it could."""
        until = self.at + seconds
        await settle_down()
        while due := sorted(at for at, _ in (*self._sleepers, *self._deadlines) if at <= until):
            self.at = max(self.at, due[0])
            self._wake()
            await settle_down()
        self.at = until

    def _wake(self) -> None:
        for at, awake in self._sleepers:
            if at <= self.at and not awake.done():
                awake.set_result(None)
        self._sleepers = [sleeper for sleeper in self._sleepers if sleeper[0] > self.at]
        for at, bound in self._deadlines:
            if at <= self.at:
                bound.reschedule(0.0)


async def settle_down() -> None:
    """Lets everybody go on who can."""
    for _ in range(20):
        await asyncio.sleep(0)
