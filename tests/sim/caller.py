"""A caller of a world: takes an answer, writes every byte down, is slow, or leaves."""

import asyncio
from collections.abc import Callable
from random import Random

from attrs import define, field

from src.adapters.http import errors
from src.domain.errors import Refusal
from src.domain.ports import Clock
from src.domain.receipt import Receipt

from .history import Ended, History, Visit


@define(eq=False)
class SimCaller:
    """The port `Caller`, with the habits of the HTTP one: who has been told everything cannot
    leave any more, and leaving cancels the task that serves."""

    visit: Visit
    history: History
    dice: Random
    clock: Clock
    task: "asyncio.Task[None] | None" = None
    stopping: bool = False
    #: Called when its stream begins.
    hook: Callable[[], object] | None = None
    _told: int = 0
    _through: bool = field(default=False)

    @property
    def status(self) -> int:
        return errors.CLIENT_GONE if self.visit.gone_at is not None else self._told

    @property
    def gone(self) -> bool:
        return self.visit.gone_at is not None

    def leave(self) -> None:
        """The connection is gone; the relay hears of it by a cancellation."""
        if self.visit.left is not None or self.visit.reset_at is not None:
            return
        if not self._through and self.visit.gone_at is None and self.task is not None:
            self.visit.gone_at = self.clock.monotonic()
            self.history.happened[f"caller: {self._leaving()}"] += 1
            self._tell("leaves")
            self.task.cancel()

    def stop(self) -> None:
        """The server has waited long enough: whatever is under way is cancelled, once more if it
        was before."""
        if self.visit.left is None and self.task is not None:
            again = self.stopping or self.visit.gone_at is not None
            self.history.happened[f"process: cancelled{' again' if again else ''}"] += 1
            self.stopping = True
            if self.visit.cancelled_at is None:
                self.visit.cancelled_at = self.clock.monotonic()
            self.task.cancel()

    def stopped(self) -> None:
        """Told by the server, where the relay could not end what it had begun."""
        if self.visit.gone_at is None and not self._through:
            self._end("stopped")

    def _leaving(self) -> str:
        if self.visit.ending:
            return "leaves during its end"
        return "leaves in its stream" if self.visit.opened else "leaves before its answer"

    async def answer(self, body: bytes, content_type: str, receipt: Receipt) -> None:
        self._first()
        self.visit.ending = True
        self._told = 200
        await self._write(body)
        self._end("answer")

    async def open(self, receipt: Receipt) -> None:
        self._first()
        self.visit.opened = True
        self.visit.how = receipt.delivery
        self.history.happened["whole: too large"] += receipt.delivery == "switched"
        self._told = 200
        if self.hook is not None:
            self.hook()
        await self._pass_time()

    async def write(self, data: bytes) -> None:
        if not self.visit.opened:
            self.history.wrong("I1", f"{self.visit.id}: bytes before the stream was opened")
        await self._write(data)

    async def finish(self) -> None:
        self.visit.ending = True
        await self._pass_time()
        self._end("finish")

    async def refuse(self, refusal: Refusal, receipt: Receipt) -> None:
        self.visit.refusal, self.visit.refused_now = refusal, self.clock.now()
        self.visit.rests_then = tuple(self.visit.process.rests.values())
        self.visit.ending = True
        told = errors.Told(self.visit.dialect, self.visit.id)
        written = errors.write(refusal, told)
        if not self.visit.opened:
            self._told = self.visit.status = written.status
        await self._write(errors.event(refusal, told) if self.visit.opened else written.body)
        self._end("refuse")

    def _first(self) -> None:
        """The answer begins: whatever comes must come from the try under way."""
        if self.visit.tries_before is None:
            self.visit.tries_before = len(self.history.tries_of(self.visit.id))

    def _end(self, how: Ended) -> None:
        if self.visit.gone_at is not None:
            self.history.wrong("I1", f"{self.visit.id}: {how} for a caller who had left")
        self._through = True
        self.visit.ended.append(how)
        self.visit.ended_at = self.clock.monotonic()
        self._tell(how)

    async def _write(self, data: bytes) -> None:
        if self.visit.gone_at is not None:
            self.history.wrong("I1", f"{self.visit.id}: bytes for a caller who had left")
        if self._through:
            self.history.wrong("I1", f"{self.visit.id}: bytes behind the end")
        await self._pass_time()  # until there is room for it
        self.visit.written.append(data)
        before = self.visit.progress[-1][1] if self.visit.progress else 0
        self.visit.progress.append((self.clock.monotonic(), before + len(data)))
        self._tell("gets", len(data))

    async def _pass_time(self) -> None:
        if self.visit.slow:
            self.history.happened["caller: reads slowly"] += 1
            await asyncio.sleep(self.dice.choice((0.0, 0.1, 1.0, 4.0)))

    def _tell(self, *what: object) -> None:
        self.history.tell(self.clock.monotonic(), self.visit.id, *what)
