"""How many calls may be at the store at once, and how long one waits for its turn."""

import asyncio
from types import TracebackType

from ....domain.errors import StoreUnreachable


class Places:
    """`async with` takes one of `most` places, after `wait` seconds at most. Else it raises
    StoreUnreachable: a store that is slower than its callers must not gather them all."""

    def __init__(self, where: str, *, most: int, wait: float) -> None:
        self._where = where
        self._most, self._wait = most, wait
        self._free = asyncio.Semaphore(most)

    async def __aenter__(self) -> None:
        if not self._free.locked():
            await self._free.acquire()  # at once: no timer needed
            return
        try:
            async with asyncio.timeout(self._wait):
                await self._free.acquire()
        except TimeoutError:
            busy = f"all {self._most} connections were busy for {self._wait:g} s: is it slow?"
            raise StoreUnreachable(f"{self._where}: {busy}") from None

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._free.release()
