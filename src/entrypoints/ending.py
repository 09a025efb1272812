"""The end of an instance: SIGTERM, and about half a second for what is under way.

https://vercel.com/docs/functions/functions-api-reference#sigterm-signal
"""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType


class Ending:
    """Ends the requests under way at once: a stream with a typed error, and its books settled. The
    platform's server would wait for them, and be killed meanwhile."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[object]] = set()

    def listen(self) -> None:
        """From now on. What listened before goes on to hear it, after us."""
        loop, before = asyncio.get_running_loop(), signal.getsignal(signal.SIGTERM)

        def heard(number: int, frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(self._end)
            if callable(before):
                before(number, frame)

        with suppress(ValueError):  # not the main thread: nobody can listen there
            signal.signal(signal.SIGTERM, heard)

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """Around a request."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine is run by one
        self._tasks.add(task)
        try:
            yield
        finally:
            self._tasks.discard(task)

    def _end(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
