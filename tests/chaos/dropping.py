"""Answers of the store that are lost, at every trip of every verb; and who asks again."""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from random import Random
from typing import TypeVar

from attrs import define, field

from src.adapters.stores.redis.carrier import Carrier, Refused, Reply, Script
from src.domain.errors import StoreUnavailable
from src.domain.ports import Ledger
from src.domain.quota import Hold, News, Outcome, Verdict
from tests.support.carriers import Fragile

T = TypeVar("T")
#: Of the trips that are broken, those whose effect is there and whose answer is lost.
APPLIED = 0.8


@define(eq=False)
class Dropping:
    """A carrier that loses so many of its answers. `dropped`: by what was asked, and whether it
    had been carried out."""

    fragile: Fragile
    dice: Random
    rate: float
    dropped: "Counter[tuple[str, bool]]" = field(factory=Counter)

    async def evaluate(self, script: Script, keys: Sequence[str], args: Sequence[str]) -> Reply:
        await self._perhaps(script.name)
        return await self._carrier.evaluate(script, keys, args)

    async def run(self, *commands: Sequence[str]) -> tuple[Reply | Refused, ...]:
        await self._perhaps(" ".join(command[0] for command in commands))
        return await self._carrier.run(*commands)

    async def aclose(self) -> None:
        await self._carrier.aclose()

    @property
    def _carrier(self) -> Carrier:
        return self.fragile.carrier

    async def _perhaps(self, what: str) -> None:
        if self.dice.random() < self.rate:
            # On a connection that is there: else its beginning is what breaks.
            await self._carrier.run(["PING"])
            applied = self.dice.random() < APPLIED
            self.dropped[what, applied] += 1
            self.fragile.drop(applied)


@define(eq=False)
class Stubborn:
    """A ledger that is asked until it answers."""

    ledger: Ledger

    async def admit(self, hold: Hold) -> Verdict:
        return await until_answered(lambda: self.ledger.admit(hold))

    async def settle(self, hold: Hold, outcome: Outcome) -> News:
        return await until_answered(lambda: self.ledger.settle(hold, outcome))

    async def move(self, hold: Hold) -> Verdict:
        return await until_answered(lambda: self.ledger.move(hold))

    async def checkpoint(self, hold: Hold, outcome: Outcome) -> None:
        await until_answered(lambda: self.ledger.checkpoint(hold, outcome))

    async def sweep(self) -> int:
        return await until_answered(self.ledger.sweep)


async def until_answered(ask: Callable[[], Awaitable[T]]) -> T:
    for _ in range(100):
        try:
            return await ask()
        except StoreUnavailable:
            continue
    raise AssertionError("never answered")
