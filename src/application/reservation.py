"""A request's place in the books: asked for once before it travels, and moved where it moves."""

from attrs import define, evolve

from ..domain import denials, quota
from ..domain import journey as journeys
from ..domain.journey import Attempt
from ..domain.lines import Amounts, Limits
from ..domain.ports import Clock
from ..domain.quota import Hold, Verdict
from .books import Books
from .passage import Passage


@define
class Reservation:
    """What one request has reserved: `hold`, with its provider-side lines at `provider`."""

    hold: Hold
    provider: str
    amounts: Amounts
    limits: Limits
    books: Books
    clock: Clock
    #: Where money is limited, who has no price is left out; else it counts as nothing.
    priced_only: bool = False

    async def begin(self, passage: Passage) -> Verdict:
        """Reserves, or raises the Refusal that keeps the request from beginning. A provider whose
        own limit is reached is left out, as long as there is another."""
        if self.limits.of_money:
            self._price(passage)
        while True:
            verdict = await self.books.admit(self.hold, passage.deadline)
            denial = verdict.denial
            if denial is None or not denials.of_provider(denial):
                break
            passage.journey = journeys.barred(passage.journey, self.provider)
            stops = passage.journey.open_stops()
            if not stops:
                break
            self._move(stops[0].provider.name)
        passage.left = denials.left(verdict.headroom)
        if not verdict.admitted and not verdict.degraded:
            # It takes nothing: its settlement must not be taken for one that nobody admitted. Where
            # the store did not answer it may have admitted it: then its settlement gives it back.
            self.hold = evolve(self.hold, lines=())
        if denial is not None:
            raise denials.refusal(denial)
        return verdict

    async def follow(self, passage: Passage, attempt: Attempt) -> bool:
        """Moves to the provider of this attempt. False if its own limit is reached: the request
        goes on without it, or, if it was the last one, raises the Refusal."""
        provider = attempt.stop.provider.name
        if provider == self.provider:
            return True
        before = self.hold, self.provider
        self._move(provider)
        if self.hold.lines == before[0].lines:
            return True
        verdict = await self.books.move(self.hold, passage.deadline)
        if verdict.denial is None:
            return True
        self.hold, self.provider = before
        passage.journey = journeys.barred(passage.journey, provider)
        if not passage.journey.failures and not passage.journey.open_stops():
            raise denials.refusal(verdict.denial)
        return False

    def _price(self, passage: Passage) -> None:
        """Reserves what the request costs at most, wherever it goes."""
        stops = passage.journey.open_stops()
        prices = passage.prices
        if self.priced_only and any(line.metric == "cost" for line in self.hold.lines):
            unknown = [stop for stop in stops if prices.of(stop.provider, stop.model) is None]
            passage.journey = journeys.without(passage.journey, unknown)
            stops = passage.journey.open_stops()
            if not stops:
                raise denials.unpriced(unknown[0].name)
        targets = [(stop.provider, stop.model) for stop in stops]
        self.amounts = evolve(self.amounts, cost=prices.bound(targets, self.amounts))
        priced = [
            evolve(line, amount=self.amounts.cost) if line.metric == "cost" else line
            for line in self.hold.lines
        ]
        self.hold = evolve(self.hold, lines=tuple(priced))
        if stops[0].provider.name != self.provider:
            self._move(stops[0].provider.name)

    def _move(self, provider: str) -> None:
        now = self.clock.now()
        self.hold = quota.moved(
            self.hold, provider, amounts=self.amounts, limits=self.limits, now=now
        )
        self.provider = provider
