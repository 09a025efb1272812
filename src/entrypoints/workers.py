"""Several processes that share one port: started, replaced when they die, stopped together.

The supervisor opens no connection, no file and no thread, so that it can fork: workers share the
memory of what was loaded before, and a new one is there at once.
"""

import os
import selectors
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from types import FrameType

from attrs import define, field, frozen

from ..domain.events import WorkerEnded
from ..domain.ports import Clock, Observer
from .server import Signals

#: What a worker hears. Terminals and systemd signal the whole group, so SIGTERM may come twice and
#: SIGINT is the supervisor's alone. To end now is said by a signal that nobody else sends.
HEARD: Signals = {
    signal.SIGTERM: "stop",
    signal.SIGINT: "ignore",
}
if sys.platform != "win32":
    HEARD = {**HEARD, signal.SIGQUIT: "at_once"}

#: A worker that died younger than this (seconds) is replaced later each time, up to `SLOWEST`.
YOUNG, FIRST_WAIT, SLOWEST = 10.0, 0.5, 30.0


@frozen
class Ends:
    """What a worker gets from its supervisor: a pipe that closes when the supervisor dies, and one
    to say that it listens."""

    lifeline: int
    ready: int

    def tell(self) -> None:
        """It listens."""
        os.write(self.ready, b".")


def replaced_after(lived: float, young: int) -> float:
    """Seconds until the place of a worker that lived so long is taken; `young`: how many before it
    died young, one after the other."""
    if lived >= YOUNG:
        return 0.0
    return min(SLOWEST, FIRST_WAIT * 2.0 ** min(young, 10))


def in_words(status: int) -> str:
    """How a process ended, from what `waitpid` gave."""
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return f"exit status {code}"
    with suppress(ValueError):
        return signal.Signals(-code).name
    return f"signal {-code}"


@define
class Supervisor:
    """Keeps `count` workers at `work`, which returns when one has stopped. `all_ready` is called
    once, when all of the first ones listen; `stopping` when no new ones will be."""

    count: int
    work: Callable[[Ends], None]
    observer: Observer
    clock: Clock
    all_ready: Callable[[], None]
    stopping: Callable[[], None]
    _born: dict[int, float] = field(factory=dict)
    #: When the next ones start (monotonic).
    _due: list[float] = field(factory=list)
    _young: int = 0
    _ready: int = 0
    _signals: int = 0
    _status: int = 0

    def run(self) -> int:
        """The exit status, once all have ended: 0 after a signal, else that of the worker that
        could not start."""
        with self._ends() as (ends, listening, theirs):
            self._due = [0.0] * self.count
            while self._born or (self._due and not self._signals):
                self._start_due(ends, theirs)
                for key, _ in listening.select(self._pause()):
                    self._hear(key.fd, key.data)
                self._reap()
        return self._status

    @contextmanager
    def _ends(self) -> Iterator[tuple[Ends, selectors.BaseSelector, ExitStack]]:
        """The pipes, and the signals; and what a worker closes of them."""
        with ExitStack() as stack, selectors.DefaultSelector() as listening:
            life, ready, heard = (_pipe(stack) for _ in range(3))
            theirs = ExitStack()
            for end in (life[1], ready[0], *heard):
                theirs.callback(os.close, end)
            listening.register(heard[0], selectors.EVENT_READ, self._signalled)
            listening.register(ready[0], selectors.EVENT_READ, self._tell_when_all)
            with _signals_to(heard[1]):
                yield Ends(life[0], ready[1]), listening, theirs

    def _hear(self, end: int, what: Callable[[bytes], None]) -> None:
        with suppress(BlockingIOError):
            what(os.read(end, 4096))

    def _signalled(self, numbers: bytes) -> None:
        for number in numbers:
            if number in (signal.SIGINT, signal.SIGTERM):
                self._stop()

    def _stop(self) -> None:
        """The first time in good order, the second at once, then without a word."""
        ways = (signal.SIGTERM, signal.SIGQUIT, signal.SIGKILL)
        way = ways[min(self._signals, 2)]
        self._signals += 1
        self.stopping()
        for pid in self._born:
            os.kill(pid, way)  # it is ours until it is waited for: no other has its number

    def _tell_when_all(self, told: bytes) -> None:
        before, self._ready = self._ready, self._ready + len(told)
        if before < self.count <= self._ready:
            self.all_ready()

    def _pause(self) -> float | None:
        return max(0.0, min(self._due) - self.clock.monotonic()) if self._due else None

    def _start_due(self, ends: Ends, theirs: ExitStack) -> None:
        now = self.clock.monotonic()
        due = [] if self._signals else [at for at in self._due if at <= now]
        for at in due:
            self._due.remove(at)
            self._born[self._forked(ends, theirs)] = now

    def _forked(self, ends: Ends, theirs: ExitStack) -> int:
        """The new worker's id. A signal that comes meanwhile waits until it is known who hears."""
        ours = {signal.SIGINT, signal.SIGTERM, signal.SIGQUIT, signal.SIGCHLD}
        signal.pthread_sigmask(signal.SIG_BLOCK, ours)
        try:
            pid = os.fork()
            if pid == 0:
                self._live(ends, theirs)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ours)
        return pid

    def _live(self, ends: Ends, theirs: ExitStack) -> None:
        """A worker's whole life; never returns."""
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            theirs.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
            self.work(ends)
            status = 0
        except SystemExit as exit:
            status = exit.code if isinstance(exit.code, int) else 1
        finally:  # nothing must go up into the supervisor's own stack
            if sys.exception() is not None:
                traceback.print_exc()
            with suppress(OSError, ValueError):
                sys.stdout.flush()
            os._exit(status)

    def _reap(self) -> None:
        while self._born:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            if (born := self._born.pop(pid, None)) is not None:
                self._ended(pid, status, self.clock.monotonic() - born)

    def _ended(self, pid: int, status: int, lived: float) -> None:
        if self._signals:
            return
        if self._ready < self.count and os.waitstatus_to_exitcode(status) > 0:
            # What none of the first ones could do, the next will not do either.
            self._status = os.waitstatus_to_exitcode(status)
            self._stop()
            return
        wait = replaced_after(lived, self._young)
        self._young = self._young + 1 if wait else 0
        self._due.append(self.clock.monotonic() + wait)
        self.observer.note(WorkerEnded(pid, in_words(status), wait))


def _pipe(stack: ExitStack) -> tuple[int, int]:
    """Neither end blocks; both are closed with the supervisor."""
    ends = os.pipe()
    for end in ends:
        os.set_blocking(end, False)
        stack.callback(os.close, end)
    return ends


@contextmanager
def _signals_to(end: int) -> Iterator[None]:
    """Their numbers come out of the pipe, in the order they came."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD)
    before = {number: signal.signal(number, _noted) for number in numbers}
    old = signal.set_wakeup_fd(end)
    try:
        yield
    finally:
        signal.set_wakeup_fd(old)
        for number, handler in before.items():
            signal.signal(number, handler)


def _noted(number: int, frame: FrameType | None) -> None:
    """Python wrote it into the pipe already."""
