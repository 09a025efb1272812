"""The real clock."""

import asyncio
import time
from contextlib import AbstractAsyncContextManager


class RealClock:
    """The port `Clock`. `monotonic` is the running loop's own time, so that instants of ours are
    instants for the loop; outside a loop it is the same clock on every platform we run on."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def deadline(self, at: float) -> AbstractAsyncContextManager[object]:
        return asyncio.timeout_at(at)
