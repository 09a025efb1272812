"""Bugs to plant in the books: in how an instance keeps them, and in the store itself."""

import asyncio
from math import inf

from attrs import evolve

from src.adapters.stores.bookkeeping import Bookkeeper
from src.adapters.stores.memory import MemoryLeases, MemoryLedger
from src.application.books import Books
from src.application.keeper import Keeper
from src.application.outbox import Outbox
from src.domain import entry as entries
from src.domain.entry import Entry
from src.domain.idempotency import Claim
from src.domain.ports import Clock
from src.domain.quota import NO_NEWS, Hold, News, Outcome, Verdict
from src.domain.usage import Tally


class ForgetsWhoLeft(Books):
    """Does not settle for callers who left."""

    async def settle(self, hold: Hold, outcome: Outcome) -> News:
        if outcome.receipt.ending == "client_gone":
            return NO_NEWS
        return await super().settle(hold, outcome)


class NeverChecks(Books):
    """Writes no checkpoints."""

    async def checkpoint(self, hold: Hold, outcome: Outcome) -> None:
        pass


class ChecksBlankly(Books):
    """Writes checkpoints that say nothing."""

    async def checkpoint(self, hold: Hold, outcome: Outcome) -> None:
        await super().checkpoint(hold, Outcome(hold.opened))


class HoldsShortly(Keeper):
    """Its holds last no longer than a second."""

    def lasting(self, hold: Hold) -> Hold:
        return evolve(hold, until=self.clock.now() + 1.0)


class NeverForgets(Keeper):
    """Keeps holds that are over."""

    def forget(self, hold: Hold) -> None:
        pass


class GivesUp(Outbox):
    """A settlement that is cancelled is gone: a `finally` whose await is cancelled."""

    async def settle(self, hold: Hold, outcome: Outcome) -> News:
        try:
            return await super().settle(hold, outcome)
        except asyncio.CancelledError:
            self.waiting.pop(hold.id, None)
            raise


class Forgets(Outbox):
    """Keeps nothing for later."""

    def _keep(self, hold: Hold, outcome: Outcome) -> None:
        pass


class Renames(Outbox):
    """Offers again under another id."""

    def _keep(self, hold: Hold, outcome: Outcome) -> None:
        super()._keep(evolve(hold, id=f"{hold.id} again"), outcome)


class ClosesAtOnce(Outbox):
    """Makes no last offer."""

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()


class ForgetsItIsAlone(Books):
    """Does not say that the store was away, or that its books are not all."""

    async def admit(self, hold: Hold, by: float = inf) -> Verdict:
        return evolve(await super().admit(hold, by), degraded=False)


class NeverCloses(Books):
    """Goes on without the store, though it was told to close then."""

    async def admit(self, hold: Hold, by: float = inf) -> Verdict:
        self.on_store_down = "local"
        return await super().admit(hold, by)


class AlwaysCloses(Books):
    """Does nothing without the store, though it was told to go on."""

    async def admit(self, hold: Hold, by: float = inf) -> Verdict:
        self.on_store_down = "closed"
        return await super().admit(hold, by)


class KeepsLeases(Books):
    """Lets every lease run out."""

    async def give_back(self, name: str, token: int) -> None:
        pass


class Adds(Bookkeeper):
    """A late settlement comes on top of what was lost."""

    def _close(self, before: Entry | None, after: Entry, now: float) -> None:
        if after.state == "corrected":
            before = None
        super()._close(before, after, now)


class NeverFrees(Bookkeeper):
    """A request that failed keeps its key."""

    def _free(self, claim: Claim, id: str) -> None:
        pass


class NeverSweeps(Bookkeeper):
    """Lets the holds of the dead stand."""

    def _sweep(self, now: float, most: int) -> int:
        return 0


class ChargesAgain(Bookkeeper):
    """Settling twice charges twice."""

    def settle(self, hold: Hold, outcome: Outcome, now: float) -> News:
        before = self.pages.entry(hold.id)
        news = super().settle(hold, outcome, now)
        if before is not None and before.state == "settled":
            self.pages.add(entries.added(None, before, self.zone))
        return news


class CountsNoErrors(Bookkeeper):
    """Its sums know no errors."""

    def _close(self, before: Entry | None, after: Entry, now: float) -> None:
        super()._close(before, after, now)
        for window, row in entries.added(before, after, self.zone):
            less = Tally(errors=-row.tally.errors)
            self.pages.add(((window, evolve(row, tally=less)),))


class CountsNoCache(Bookkeeper):
    """Its sums know no cached tokens."""

    def _close(self, before: Entry | None, after: Entry, now: float) -> None:
        super()._close(before, after, now)
        for window, row in entries.added(before, after, self.zone):
            less = Tally(cached_tokens=-row.tally.cached_tokens)
            self.pages.add(((window, evolve(row, tally=less)),))


class CountsNoThoughts(Bookkeeper):
    """Its sums know no reasoning tokens."""

    def _close(self, before: Entry | None, after: Entry, now: float) -> None:
        super()._close(before, after, now)
        for window, row in entries.added(before, after, self.zone):
            less = Tally(reasoning_tokens=-row.tally.reasoning_tokens)
            self.pages.add(((window, evolve(row, tally=less)),))


class OneStatus(Bookkeeper):
    """Adds abandoned attempts to the status that the caller got in the end."""

    def _close(self, before: Entry | None, after: Entry, now: float) -> None:
        super()._close(before, after, now)
        status = after.receipt.status if after.receipt else 0
        for window, row in entries.added(before, after, self.zone):
            if row.heading.status == 0:
                right = evolve(row.heading, status=status)
                less, more = evolve(row, tally=-row.tally), evolve(row, heading=right)
                self.pages.add(((window, less), (window, more)))


class OneBody(Bookkeeper):
    """Takes any body for the same."""

    def admit(self, hold: Hold, now: float) -> Verdict:
        claim = hold.claim and evolve(hold.claim, body="any")
        return super().admit(evolve(hold, claim=claim), now)


class LooksFirst(Bookkeeper):
    """Looks whether a key is free, and takes it a moment later: `get`, then `set`."""

    _seen: tuple[float, frozenset[str]] = (0.0, frozenset())

    def _taken(self, claim: Claim, id: str, now: float) -> object:  # type: ignore[override]
        at, seen = self._seen
        if now - at > 0.01:
            claims = self.pages.claims  # type: ignore[attr-defined]
            self._seen = at, seen = now, frozenset(claims)
        return super()._taken(claim, id, now) if claim.key in seen else None


class GrantsAll(MemoryLeases):
    """Lets everybody have every lease."""

    async def acquire(self, name: str, ttl: float) -> int | None:
        self.held.pop(name, None)
        return await super().acquire(name, ttl)


def ledger(kind: type[Bookkeeper], clock: Clock) -> MemoryLedger:
    """The reference ledger, kept by somebody else."""
    made = MemoryLedger(clock)
    made._keeper = kind(made.pages, made.zone, made.kept)
    return made
