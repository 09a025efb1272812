"""A caller of a world: takes an answer, writes every byte down, is slow, or leaves."""

import asyncio
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
    _told: int = 0
    _through: bool = field(default=False)

    @property
    def status(self) -> int:
        return errors.CLIENT_GONE if self.visit.gone_at is not None else self._told

    def leave(self) -> None:
        """The connection is gone; the relay hears of it by a cancellation."""
        if not self._through and self.visit.gone_at is None and self.task is not None:
            self.visit.gone_at = self.clock.monotonic()
            self._tell("leaves")
            self.task.cancel()

    async def answer(self, body: bytes, content_type: str, receipt: Receipt) -> None:
        self._first()
        self._told = 200
        self._end("answer")
        await self._write(body)
        self._through = True

    async def open(self, receipt: Receipt) -> None:
        self._first()
        self.visit.opened = True
        self._told = 200
        await self._pass_time()

    async def write(self, data: bytes) -> None:
        if not self.visit.opened:
            self.history.wrong("I1", f"{self.visit.id}: bytes before the stream was opened")
        await self._write(data)

    async def finish(self) -> None:
        self._end("finish")
        self._through = True
        await self._pass_time()

    async def refuse(self, refusal: Refusal, receipt: Receipt) -> None:
        self.visit.refusal = refusal
        self._end("refuse")
        if self.visit.opened:
            self._through = True
            return await self._write(errors.event(refusal))
        written = errors.write(refusal)
        self._told = written.status
        await self._write(written.body)
        self._through = True
        return None

    def _first(self) -> None:
        """The answer begins: whatever comes must come from the try under way."""
        if self.visit.tries_before is None:
            self.visit.tries_before = len(self.history.tries_of(self.visit.id))

    def _end(self, how: Ended) -> None:
        if self.visit.gone_at is not None:
            self.history.wrong("I1", f"{self.visit.id}: {how} for a caller who had left")
        self.visit.ended.append(how)
        self.visit.ended_at = self.clock.monotonic()
        self.visit.ended_now = self.clock.now()
        self.visit.rests_then = tuple(self.history.rests.values())
        self._tell(how)

    async def _write(self, data: bytes) -> None:
        if self.visit.gone_at is not None:
            self.history.wrong("I1", f"{self.visit.id}: bytes for a caller who had left")
        self.visit.written.append(data)
        self._tell("gets", len(data))
        await self._pass_time()

    async def _pass_time(self) -> None:
        if self.visit.slow:
            await asyncio.sleep(self.dice.choice((0.0, 0.1, 1.0, 4.0)))

    def _tell(self, *what: object) -> None:
        self.history.tell(self.clock.monotonic(), self.visit.id, *what)
