"""The stores of a world: memory, slow and failing by lot, with a pencil at hand."""

import asyncio
from random import Random

from attrs import define, evolve

from src.adapters.stores.memory import MemoryLeases, MemoryLedger
from src.domain.errors import StoreUnavailable
from src.domain.ports import Clock
from src.domain.quota import Hold, KnownRest, Outcome, Verdict

from .history import Booked, History

#: What the relay waits at most is 0.25 s to admit and 1 s to settle.
_SLOW, _TOO_SLOW = 0.1, 5.0


@define(eq=False)
class SimLedger:
    """The port `Ledger` over the memory ledger. `trouble`: how often a verb goes wrong."""

    inner: MemoryLedger
    clock: Clock
    history: History
    seed: int
    trouble: float
    #: Key handles that another instance may have found out about.
    keys: tuple[str, ...]

    async def admit(self, hold: Hold) -> Verdict:
        dice = Random(f"{self.seed}/admit/{hold.id}")
        booked = self.history.books.setdefault(hold.id, Booked())
        booked.admits += 1
        self._tell("admit", hold)
        if dice.random() < self.trouble:
            if dice.random() < 0.3:
                return Verdict(admitted=False, retry_after=3.0, denied=hold.lines[0])
            await self._fail(dice)
        verdict = await self.inner.admit(hold)
        booked.open = True
        if dice.random() < self.trouble:  # done, but the answer takes its time
            await asyncio.sleep(_SLOW if dice.random() < 0.5 else _TOO_SLOW)
        return self._with_news(verdict, dice)

    async def settle(self, hold: Hold, outcome: Outcome) -> None:
        dice = Random(f"{self.seed}/settle/{hold.id}")
        booked = self.history.books.setdefault(hold.id, Booked())
        booked.settles += 1
        self._tell("settle", hold, outcome.receipt.ending)
        if dice.random() < self.trouble:
            booked.lost = True
            await self._fail(dice)
            booked.lost = False
        await self.inner.settle(hold, outcome)
        booked.open = False

    async def move(self, hold: Hold, target: str) -> Verdict:
        return await self.inner.move(hold, target)

    async def checkpoint(self, hold: Hold, outcome: Outcome) -> None:
        await self.inner.checkpoint(hold, outcome)

    async def sweep(self, now: float) -> int:
        return await self.inner.sweep(now)

    async def _fail(self, dice: Random) -> None:
        """Refuses, or takes its time: a little, or more than anybody waits."""
        kind = dice.random()
        if kind < 0.4:
            raise StoreUnavailable("the store is away")
        await asyncio.sleep(_TOO_SLOW if kind < 0.8 else _SLOW)

    def _with_news(self, verdict: Verdict, dice: Random) -> Verdict:
        """What other instances learned: a key rests."""
        if not self.keys or dice.random() > 0.1:
            return verdict
        news = KnownRest(dice.choice(self.keys), None, self.clock.now() + dice.uniform(0.5, 8.0))
        self.history.rested(news.key, news.model, news.until)
        return evolve(verdict, rests=(news,))

    def _tell(self, *what: object) -> None:
        words = [part.id if isinstance(part, Hold) else part for part in what]
        self.history.tell(self.clock.monotonic(), *words)


@define(eq=False)
class SimLeases:
    """The port `Leases` over the memory leases; a trip may take time, and may find nobody home."""

    inner: MemoryLeases
    history: History
    dice: Random
    trouble: float

    async def acquire(self, name: str, ttl: float) -> int | None:
        if self.dice.random() < self.trouble:
            return None
        await self._trip()
        token = await self.inner.acquire(name, ttl)
        if token is not None:
            self.history.held[name] = _whose()
        return token

    async def release(self, name: str, token: int) -> None:
        if self.history.held.get(name) == _whose():
            del self.history.held[name]
        await self._trip()
        await self.inner.release(name, token)

    async def _trip(self) -> None:
        if self.dice.random() < 0.5:
            seconds = self.dice.choice((0.0, 0.005, 0.3))
            self.history.leasing[_whose()] = self.history.leasing.get(_whose(), 0.0) + seconds
            await asyncio.sleep(seconds)


def _whose() -> str:
    """A request is one task, and its name is the request's id."""
    task = asyncio.current_task()
    return task.get_name() if task else ""
