"""The thread that alone touches the file: whatever waits is written in one transaction."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock, Thread

from attrs import define, field, frozen

from ....domain.errors import StoreUnavailable
from .trouble import TROUBLE, locked, of_the_file

Deliver = Callable[[], None]
Watch = Callable[[sqlite3.Connection], None]

#: Verbs in one transaction, at most: others want to write as well.
MOST_AT_ONCE = 500
#: Seconds between two looks at what other processes saved, where nothing is written here.
LOOKS_EVERY = 2.0


@frozen(eq=False)
class Job:
    """A verb on its way to the file. `perform` gives what delivers its result; neither that nor
    `fail` minds when nobody waits any more."""

    perform: Callable[[sqlite3.Connection], Deliver]
    fail: Callable[[Exception], None]
    loop: asyncio.AbstractEventLoop
    writes: bool


def _nothing() -> None:
    """Nobody wants to know."""


@define(eq=False)
class Writer:
    """One thread with one connection, which is opened when it is needed, and anew after trouble.

    A defect ends the thread, loudly; those who wait are told, and the next verb starts another.
    """

    path: Path
    connect: Callable[[], sqlite3.Connection]
    #: The trouble as it is told to those who wait.
    explain: Callable[[Exception], StoreUnavailable]
    #: Called in this thread after each commit, and every few seconds where there is none.
    watches: tuple[Watch, ...] = ()
    #: The last write failed: what is granted now may not be in the books.
    failing: bool = False
    #: Called in this thread when another file stands in the place of ours.
    moved: Callable[[], None] = _nothing
    gone: bool = False
    lock: Lock = field(factory=Lock)
    _queue: "SimpleQueue[Job | None]" = field(factory=SimpleQueue)
    _connection: sqlite3.Connection | None = None
    _file: tuple[int, int] | None = None
    _thread: Thread = field(init=False)

    def start(self) -> None:
        self._thread = Thread(target=self._work, name="relay-books", daemon=True)
        self._thread.start()

    def put(self, job: Job) -> bool:
        """False once the thread has ended or been told to."""
        with self.lock:
            if not self.gone:
                self._queue.put(job)
            return not self.gone

    def waiting(self) -> int:
        return self._queue.qsize()

    def stop(self) -> None:
        """The thread ends after what was put before."""
        with self.lock:
            self.gone = True
            self._queue.put(None)

    def join(self, seconds: float) -> bool:
        """Has it ended within that time?"""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _work(self) -> None:
        jobs: list[Job | None] = []
        try:
            while None not in jobs:
                jobs = list(self._next())
                self._carry_out([job for job in jobs if job is not None])
        finally:
            with self.lock:
                self.gone = True
            self._drop()
            self._give_up([*jobs, *self._rest()])

    def _next(self) -> Iterator[Job | None]:
        """Whatever waits; nothing, when it is time for a look at what others did."""
        with suppress(Empty):
            yield self._queue.get(timeout=LOOKS_EVERY if self.watches else None)
            yield from self._rest(MOST_AT_ONCE - 1)

    def _rest(self, most: int = 1_000_000) -> Iterator[Job | None]:
        with suppress(Empty):
            for _ in range(most):
                yield self._queue.get_nowait()

    def _carry_out(self, jobs: list[Job]) -> None:
        """Writes first: reads then see them, and are answered also where writing failed."""
        writes = [job for job in jobs if job.writes]
        done = self._write(writes) if writes else []
        self._look()
        deliver(done)
        deliver((job, self._read(job)) for job in jobs if not job.writes)

    def _write(self, jobs: list[Job], *, again: bool = True) -> list[tuple[Job, Deliver]]:
        """All in one transaction; should a verb fail, each in its own, so that it fails alone."""
        try:
            results = self._transaction(jobs)
        except TROUBLE as error:
            if of_the_file(error):
                return self._troubled(jobs, error, again=again)
            if len(jobs) == 1:
                return [(jobs[0], self._told(jobs[0], error))]
            return [done for job in jobs for done in self._write([job])]
        self.failing = False
        return list(zip(jobs, results, strict=True))

    def _troubled(
        self, jobs: list[Job], error: Exception, *, again: bool
    ) -> list[tuple[Job, Deliver]]:
        """The file refuses everybody; a new connection may do better, once there is room again,
        or another file."""
        if again and not locked(error) and self._renewed():
            return self._write(jobs, again=False)
        self.failing = True
        return [(job, self._told(job, error)) for job in jobs]

    def _transaction(self, jobs: list[Job]) -> list[Deliver]:
        connection = self._opened()
        connection.execute("BEGIN IMMEDIATE")
        try:
            results = [job.perform(connection) for job in jobs]
            connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):  # SQLite may have rolled back by itself
                connection.execute("ROLLBACK")
            raise
        return results

    def _read(self, job: Job, *, again: bool = True) -> Deliver:
        try:
            return job.perform(self._opened())
        except TROUBLE as error:
            if again and of_the_file(error) and self._renewed():
                return self._read(job, again=False)
            return self._told(job, error)

    def _told(self, job: Job, error: Exception) -> Deliver:
        told = self.explain(error)
        told.__cause__ = error
        return lambda: job.fail(told)

    def _look(self) -> None:
        """What others saved. Trouble shows in the verbs, which have somebody to tell."""
        with suppress(*TROUBLE):
            for watch in self.watches:
                watch(self._opened())

    def _opened(self) -> sqlite3.Connection:
        if self._connection is not None and self._identity() != self._file:
            # Deleted, or another put in its place: what is written to the old one nobody reads.
            self._drop()
            self.moved()
        connection = self._connection
        if connection is None:
            connection = self.connect()
            self._take(connection)
        return connection

    def _take(self, connection: sqlite3.Connection) -> None:
        self._connection, self._file = connection, self._identity()

    def _identity(self) -> tuple[int, int] | None:
        """Which file stands under the name now."""
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def _renewed(self) -> bool:
        """Where no other can be had, the old connection stays: it may read what it cannot write."""
        try:
            fresh = self.connect()
        except TROUBLE:
            return False
        self._drop()
        self._take(fresh)
        return True

    def _drop(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    def _give_up(self, jobs: Iterable[Job | None]) -> None:
        """What was delivered before minds nothing."""
        error = StoreUnavailable("The books were closed before that was written.")
        deliver((job, self._told(job, error)) for job in jobs if job is not None)


def deliver(done: Iterable[tuple[Job, Deliver]]) -> None:
    """Every loop hears of its own, at once. One that is closed has nobody who waits."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Deliver]] = {}
    for job, result in done:
        by_loop.setdefault(job.loop, []).append(result)
    for loop, results in by_loop.items():
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_call_all, results)


def _call_all(results: list[Deliver]) -> None:
    for result in results:
        result()
