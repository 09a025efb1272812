"""A store with troubles, verb by verb, before one that has none."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Literal, TypeVar

from attrs import define, field
from dependency_injector import providers

from src.domain.errors import StoreUnavailable
from src.domain.ports import Ledger
from src.domain.quota import Hold, News, Outcome, Verdict
from src.entrypoints.container import Container

T = TypeVar("T")

#: It refuses; it never answers; it does what was asked and then refuses, or never answers.
Mood = Literal["well", "away", "hangs", "loses the reply", "never replies"]


@define(eq=False)
class ShakyLedger:
    """The port `Ledger`. `moods` by verb, and `mood` for all others."""

    inner: Ledger = field(init=False)
    mood: Mood = "well"
    moods: dict[str, Mood] = field(factory=dict)
    #: Every verb that was asked of it.
    asked: list[str] = field(factory=list)

    async def admit(self, hold: Hold) -> Verdict:
        return await self._in_its_mood("admit", lambda: self.inner.admit(hold))

    async def settle(self, hold: Hold, outcome: Outcome) -> News:
        return await self._in_its_mood("settle", lambda: self.inner.settle(hold, outcome))

    async def move(self, hold: Hold) -> Verdict:
        return await self._in_its_mood("move", lambda: self.inner.move(hold))

    async def checkpoint(self, hold: Hold, outcome: Outcome) -> None:
        await self._in_its_mood("checkpoint", lambda: self.inner.checkpoint(hold, outcome))

    async def sweep(self) -> int:
        return await self._in_its_mood("sweep", lambda: self.inner.sweep())

    async def _in_its_mood(self, verb: str, ask: Callable[[], Awaitable[T]]) -> T:
        self.asked.append(verb)
        mood = self.moods.get(verb, self.mood)
        if mood == "away":
            raise StoreUnavailable("away")
        if mood == "hangs":
            await asyncio.Event().wait()
        answer = await ask()
        if mood == "loses the reply":
            raise StoreUnavailable("lost")
        if mood == "never replies":
            await asyncio.Event().wait()
        return answer

    def wire(self, container: Container) -> None:
        """Puts itself before the store of this relay; what is read is read from that."""
        journal = container.journal()
        self.inner = container.ledger()
        container.ledger.override(providers.Object(self))
        container.journal.override(providers.Object(journal))
