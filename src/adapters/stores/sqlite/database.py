"""The file as the event loops see it: hand in a verb, and await what it answers once written."""

import asyncio
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TypeVar

from attrs import define, field

from ....domain.errors import StoreUnavailable
from .schema import Connect, connect
from .trouble import unavailable
from .writer import Deliver, Job, Watch, Writer

T = TypeVar("T")
Verb = Callable[[sqlite3.Connection], T]
Complain = Callable[[Exception], None]

#: The file's name in the data folder.
NAME = "books.sqlite3"
#: Verbs that may wait for the file; more are refused at once.
MOST_WAITING = 10_000
#: Seconds that closing takes at most.
LONGEST_CLOSING = 5.0


def _nothing() -> None:
    """Nobody wants to know."""


@define(eq=False)
class Database:
    """One file, for all loops and threads of this process. Its thread starts with the first verb.

    `patience`: seconds to wait for the locks of other processes.
    """

    path: Path
    patience: float = 2.0
    connect: Connect = connect
    #: Hears, in the writing thread, when another file stands in the place of the books.
    moved: Callable[[], None] = _nothing
    _watches: tuple[Watch, ...] = ()
    _writer: Writer | None = None
    _lock: Lock = field(factory=Lock)

    @property
    def failing(self) -> bool:
        """The last write failed, or too many are waiting."""
        writer = self._writer
        return writer is not None and (writer.failing or writer.waiting() >= MOST_WAITING)

    async def write(self, verb: Verb[T]) -> T:
        """What the verb answers, once it is committed; carried out also if nobody waits any more.
        Raises StoreUnavailable."""
        return await self._handed_in(verb, writes=True)

    async def read(self, verb: Verb[T]) -> T:
        """What the verb reads, after all that was written before. Raises StoreUnavailable."""
        return await self._handed_in(verb, writes=False)

    def write_behind(self, verb: Verb[object], complain: Complain) -> None:
        """Written in its turn; `complain` hears, in this loop, if it could not be."""
        try:
            future = self._handed_in(verb, writes=True)
        except StoreUnavailable as error:
            complain(error)
        else:
            future.add_done_callback(partial(_complain, complain))

    def watch(self, watch: Watch) -> None:
        """Calls `watch` in the writing thread after each commit, and every few seconds."""
        self._watches += (watch,)
        if self._writer is not None:
            self._writer.watches = self._watches

    def close(self) -> None:
        """Writes down what waits, within bounds. A verb after that opens the file again."""
        with self._lock:
            writer, self._writer = self._writer, None
        if writer is not None:
            writer.stop()
            writer.join(LONGEST_CLOSING)

    async def aclose(self) -> None:
        await asyncio.to_thread(self.close)

    def _handed_in(self, verb: Verb[T], *, writes: bool) -> "asyncio.Future[T]":
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def perform(connection: sqlite3.Connection) -> Deliver:
            return partial(_resolve, future, verb(connection))

        self._put(Job(perform, partial(_reject, future), loop, writes))
        return future

    def _put(self, job: Job) -> None:
        with self._lock:
            writer = self._writer
            if writer is not None and writer.waiting() >= MOST_WAITING:
                raise StoreUnavailable(f"{self.path}: too much waits to be written")
            if writer is None or not writer.put(job):
                self._writer = self._started()
                self._writer.put(job)

    def _started(self) -> Writer:
        writer = Writer(
            self.path,
            partial(self.connect, self.path, self.patience),
            partial(unavailable, self.path),
            self._watches,
            moved=self.moved,
        )
        writer.start()
        return writer


def _resolve(future: "asyncio.Future[T]", result: T) -> None:
    if not future.done():
        future.set_result(result)


def _reject(future: "asyncio.Future[T]", error: Exception) -> None:
    if not future.done():
        future.set_exception(error)


def _complain(complain: Complain, future: "asyncio.Future[object]") -> None:
    error = None if future.cancelled() else future.exception()
    if isinstance(error, Exception):
        complain(error)
