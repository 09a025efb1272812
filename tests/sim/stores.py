"""How one instance reaches the store: over a wire on which calls are slow, lost, late or doubled.

A store with a clock of its own must be told how long a hold lasts, not until when by the clock of
whoever asks: clocks are minutes apart (reliability 3.4). The wire translates.
"""

import asyncio
from collections.abc import Callable
from contextvars import Context
from random import Random
from typing import TypeVar

from attrs import define, evolve

from src.domain.errors import StoreUnavailable
from src.domain.gauges import Denial
from src.domain.lines import Line
from src.domain.ports import Clock
from src.domain.quota import Hold, Lesson, News, Outcome, Verdict

from .history import History, Process
from .life import Life
from .store import SimStore
from .weather import Fate, Weather

T = TypeVar("T")


@define(eq=False)
class Wire:
    """Carries calls of one instance to the store. What is under way when the instance is killed
    arrives, or does not, as it would have."""

    life: Life
    process: Process
    history: History
    weather: Weather
    clock: Clock

    async def send(self, verb: str, act: Callable[[], T]) -> T:
        """What the store answers. Raises StoreUnavailable, or hangs until nobody waits."""
        if self.life.dead:
            raise StoreUnavailable("the process is dead")
        fate = self.weather.fate(verb, self.clock.monotonic())
        self._suffer(fate)
        if fate.at_once:
            return act()
        reply: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        if fate.there is not None:
            self._later(fate.there, lambda: self._arrive(act, reply, fate.back))
        if fate.error is not None:
            self._later(fate.error, lambda: _fail(reply))
        if fate.again is not None:
            self._later((fate.there or 0.0) + fate.again, act)
        return await reply

    def _arrive(self, act: Callable[[], T], reply: "asyncio.Future[T]", back: float | None) -> None:
        answer = act()
        if back is not None:
            self._later(back, lambda: _tell(reply, answer))

    def _suffer(self, fate: Fate) -> None:
        if fate.kind:
            self.history.happened[fate.kind] += 1
            # Whoever waits gives up within 3 s, and leaves the store alone for one more.
            until = self.clock.monotonic() + 4.0 + (fate.there or 0.0) + (fate.again or 0.0)
            self.process.trouble = max(self.process.trouble, until)
            self.process.hurt = self.clock.monotonic()

    def _later(self, seconds: float, do: Callable[[], object]) -> None:
        asyncio.get_running_loop().call_later(seconds, do, context=Context())


@define(eq=False)
class SimLedger:
    """The port `Ledger`, at the end of a wire."""

    wire: Wire
    store: SimStore
    clock: Clock
    dice: Random
    #: Key handles that another instance may have found out about.
    keys: tuple[str, ...]

    async def admit(self, hold: Hold) -> Verdict:
        verdict = self.wire.history.verdicts[hold.id] = await self._verdict(hold)
        return verdict

    async def _verdict(self, hold: Hold) -> Verdict:
        lasts = hold.until - self.clock.now()
        news = self.wire.weather.news()
        if news:
            self.wire.history.happened[f"verdict: {news}"] += 1
        if news == "denied":
            line = Line(f"client:{hold.opened.client}", "tokens", "minute", 1, limit=1)
            return Verdict(admitted=False, denial=Denial(line, wait=3_000_000))
        verdict = await self.wire.send("admit", lambda: self.store.admit(self._theirs(hold, lasts)))
        if news == "degraded":
            return evolve(verdict, degraded=True)
        return self._with_rests(verdict, news) if news and self.keys else verdict

    async def settle(self, hold: Hold, outcome: Outcome) -> News:
        lasts = hold.until - self.clock.now()
        return await self.wire.send(
            "settle", lambda: self.store.settle(self._theirs(hold, lasts), outcome)
        )

    async def move(self, hold: Hold) -> Verdict:
        return await self.wire.send("move", lambda: self.store.move(hold))

    async def checkpoint(self, hold: Hold, outcome: Outcome) -> None:
        lasts = hold.until - self.clock.now()
        await self.wire.send(
            "checkpoint", lambda: self.store.checkpoint(self._theirs(hold, lasts), outcome)
        )

    async def sweep(self) -> int:
        return await self.wire.send("sweep", self.store.sweep)

    def _theirs(self, hold: Hold, lasts: float) -> Hold:
        return evolve(hold, until=self.store.clock.now() + lasts)

    def _with_rests(self, verdict: Verdict, news: str) -> Verdict:
        """What other instances learned: a key rests, or did."""
        stale = news.startswith("stale")
        seconds = -self.dice.uniform(0.5, 50.0) if stale else self.dice.uniform(0.5, 8.0)
        rest = Lesson("rest", self.dice.choice(self.keys), self.clock.now() + seconds)
        self.wire.process.rested(rest.subject, rest.model, rest.until)
        return evolve(verdict, news=News(learned=(rest,)))


@define(eq=False)
class SimLeases:
    """The port `Leases`, at the end of a wire."""

    wire: Wire
    store: SimStore

    async def acquire(self, name: str, ttl: float) -> int | None:
        history, since = self.wire.history, self.wire.clock.monotonic()
        try:
            token = await self.wire.send("acquire", lambda: self.store.acquire(name, ttl))
        finally:
            self._spent(since)
        if token is not None:
            history.holding.setdefault(_whose(), {})[name] = self.wire.clock.monotonic() + ttl
        return token

    async def release(self, name: str, token: int) -> None:
        since = self.wire.clock.monotonic()
        if self.wire.history.holding.get(_whose(), {}).pop(name, since) < since:
            self.wire.history.happened["lease: over while it was held"] += 1
        try:
            await self.wire.send("release", lambda: self.store.release(name, token))
        finally:
            self._spent(since)

    def _spent(self, since: float) -> None:
        spent, who = self.wire.history.leasing, _whose()
        spent[who] = spent.get(who, 0.0) + self.wire.clock.monotonic() - since


def _tell(reply: "asyncio.Future[T]", answer: T) -> None:
    if not reply.done():
        reply.set_result(answer)


def _fail(reply: "asyncio.Future[T]") -> None:
    if not reply.done():
        reply.set_exception(StoreUnavailable("the store is away"))
        reply.exception()  # whoever asked may be dead or frozen by now


def _whose() -> str:
    """A request is one task, and its name is the request's id."""
    task = asyncio.current_task()
    return task.get_name() if task else ""
