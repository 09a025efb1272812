"""The ledger and the leases, each call with its own end: a store that is slow is a store that is
away, and what then happens is declared (reliability 3.3)."""

from attrs import define

from ..domain.errors import KeysResting, StoreUnavailable
from ..domain.events import StoreFailed
from ..domain.ports import Clock, Leases, Ledger, Observer
from ..domain.quota import Hold, Outcome, Verdict

ADMIT_SECONDS, SETTLE_SECONDS, LEASE_SECONDS = 0.25, 1.0, 0.25


@define
class Books:
    """What the relay writes down, and what it may do alone."""

    ledger: Ledger
    leases: Leases
    clock: Clock
    observer: Observer

    async def admit(self, hold: Hold) -> Verdict:
        """The ledger's verdict, or, when the store is away, a degraded one that admits. Raises
        KeysResting when a limit is reached."""
        try:
            async with self.clock.deadline(self.clock.monotonic() + ADMIT_SECONDS):
                verdict = await self.ledger.admit(hold)
        except (StoreUnavailable, TimeoutError) as error:
            self._failed("admit", error)
            return Verdict(admitted=True, degraded=True)
        if not verdict.admitted:
            raise _denied(verdict)
        return verdict

    async def settle(self, hold: Hold, outcome: Outcome) -> None:
        """Writes down how it went. A store that is away is noted."""
        try:
            async with self.clock.deadline(self.clock.monotonic() + SETTLE_SECONDS):
                await self.ledger.settle(hold, outcome)
        except (StoreUnavailable, TimeoutError) as error:
            self._failed("settle", error)

    async def lease(self, name: str, ttl: float) -> int | None:
        """The lease's token; None when another has it, or the store is away."""
        try:
            async with self.clock.deadline(self.clock.monotonic() + LEASE_SECONDS):
                return await self.leases.acquire(name, ttl)
        except (StoreUnavailable, TimeoutError) as error:
            self._failed("lease", error)
            return None

    async def give_back(self, name: str, token: int) -> None:
        """Ends a lease early; one that cannot be given back runs out."""
        try:
            async with self.clock.deadline(self.clock.monotonic() + LEASE_SECONDS):
                await self.leases.release(name, token)
        except (StoreUnavailable, TimeoutError) as error:
            self._failed("release", error)

    def _failed(self, verb: str, error: Exception) -> None:
        self.observer.note(StoreFailed(verb, type(error).__name__))


def _denied(verdict: Verdict) -> KeysResting:
    what = f"{verdict.denied.metric} of {verdict.denied.subject}" if verdict.denied else "this"
    return KeysResting(f"The limit for {what} is reached.", retry_after=verdict.retry_after or 1.0)
