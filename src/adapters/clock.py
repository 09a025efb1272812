"""The real clock."""

import asyncio
import time
from contextlib import AbstractAsyncContextManager


class RealClock:
    """The port `Clock`. `monotonic` is the clock that event loops count by, so that instants of
    ours are instants for the loop; uvloop's own `time()` would tell whole milliseconds only."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def deadline(self, at: float) -> AbstractAsyncContextManager[object]:
        return asyncio.timeout_at(at)
