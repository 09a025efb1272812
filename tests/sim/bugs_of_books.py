"""Bugs to plant in the books: in how an instance keeps them, and in the store itself."""

import asyncio

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
from src.domain.quota import Hold, Outcome, Verdict


class ForgetsWhoLeft(Books):
    """Does not settle for callers who left."""

    async def settle(self, hold: Hold, outcome: Outcome) -> None:
        if outcome.receipt.ending != "client_gone":
            await super().settle(hold, outcome)


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

    def until(self, longest: float) -> float:
        return self.clock.now() + 1.0


class NeverForgets(Keeper):
    """Keeps holds that are over."""

    def forget(self, hold: Hold) -> None:
        pass


class GivesUp(Outbox):
    """A settlement that is cancelled is gone: a `finally` whose await is cancelled."""

    async def settle(self, hold: Hold, outcome: Outcome) -> None:
        try:
            await super().settle(hold, outcome)
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


class Adds(Bookkeeper):
    """A late settlement comes on top of what was lost."""

    def _close(self, before: Entry | None, after: Entry) -> None:
        if after.state == "corrected":
            before = None
        super()._close(before, after)


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

    def settle(self, hold: Hold, outcome: Outcome, now: float) -> None:
        before = self.pages.entry(hold.id)
        super().settle(hold, outcome, now)
        if before is not None and before.state == "settled":
            self.pages.add(entries.added(None, before, self.zone))


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
