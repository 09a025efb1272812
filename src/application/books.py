"""The ledger and the leases, each call with its own end: a store that is slow is a store that is
away, and what then happens is declared (reliability 3.3)."""

from collections.abc import Awaitable, Callable
from math import inf
from typing import Literal, TypeVar

from attrs import define

from ..domain.errors import DeadlineExceeded, NotStorable, StoreDown, StoreUnavailable
from ..domain.ports import Clock, Leases
from ..domain.quota import Hold, News, Outcome, Verdict
from .outbox import Outbox
from .share import Share

T = TypeVar("T")

SWEEP_SECONDS = 3.0
#: Nothing may be done without the store then: worth waiting for.
CLAIM_SECONDS = 2.0
#: What happens to requests while the store is away (`RELAY_ON_STORE_DOWN`).
OnStoreDown = Literal["local", "closed", "open"]


@define
class Books:
    """What the relay writes down, and what it may do alone."""

    outbox: Outbox
    leases: Leases
    clock: Clock
    share: Share
    on_store_down: OnStoreDown = "local"

    async def admit(self, hold: Hold, by: float = inf) -> Verdict:
        """The ledger's verdict, or, when the store is away, a degraded one that admits. Raises
        StoreDown where nothing may be done without the store: as configured, or because it must
        not be done twice; DeadlineExceeded when the monotonic instant `by` passes first."""
        verdict = await self._asked(hold, "admit", self.outbox.ledger.admit, by)
        if verdict.degraded and (self.on_store_down == "closed" or hold.claim is not None):
            raise _down()  # books that are not those of all instances keep no claim
        return verdict

    async def move(self, hold: Hold, by: float = inf) -> Verdict:
        """The ledger's verdict about an open hold that goes elsewhere; raises as `admit` does."""
        return await self._asked(hold, "move", self.outbox.ledger.move, by)

    async def settle(self, hold: Hold, outcome: Outcome) -> News:
        """Writes down how it went; later, if the store is away."""
        self.share.settle(hold, outcome)
        return await self.outbox.settle(hold, outcome)

    async def checkpoint(self, hold: Hold, outcome: Outcome) -> None:
        """Writes down how far it has come; not, if the store is away."""
        if self.outbox.away:
            return
        try:
            await self._within(
                self.outbox.settle_seconds, self.outbox.ledger.checkpoint(hold, outcome)
            )
        except NotStorable:
            return  # its settlement will say so
        except (StoreUnavailable, TimeoutError) as error:
            self.outbox.failed("checkpoint", error)

    async def sweep(self) -> None:
        """Settles what others left behind when they died."""
        if self.outbox.away:
            return
        try:
            await self._within(SWEEP_SECONDS, self.outbox.ledger.sweep())
        except (StoreUnavailable, TimeoutError) as error:
            self.outbox.failed("sweep", error)

    async def lease(self, name: str, ttl: float) -> int | None:
        """The lease's token; None when another has it, or the store is away."""
        if self.outbox.late:
            return None
        try:
            return await self._within(self.outbox.patience, self.leases.acquire(name, ttl))
        except (StoreUnavailable, TimeoutError) as error:
            self.outbox.failed("lease", error, hurried=True)
            return None

    async def give_back(self, name: str, token: int) -> None:
        """Ends a lease early; one that cannot be given back runs out."""
        try:
            await self._within(self.outbox.patience, self.leases.release(name, token))
        except (StoreUnavailable, TimeoutError) as error:
            self.outbox.failed("release", error)

    async def close(self) -> None:
        """Writes down what is left, if it can."""
        await self.outbox.close()

    async def _asked(
        self, hold: Hold, verb: str, ask: Callable[[Hold], Awaitable[Verdict]], by: float
    ) -> Verdict:
        hurried, now = hold.claim is None, self.clock.monotonic()
        if self.outbox.late if hurried else self.outbox.away:
            return self._without(hold)
        patience, left = self.outbox.patience, by - now
        seconds = patience if hurried else max(patience, CLAIM_SECONDS)
        try:
            with self.outbox.asking(hurried=hurried):
                verdict = await self._within(min(seconds, left), ask(hold))
        except NotStorable:
            return self._without(hold)
        except (StoreUnavailable, TimeoutError) as error:
            if left < seconds and isinstance(error, TimeoutError):
                # The caller's hurry is no failure of the store's.
                raise DeadlineExceeded("The time allowed for this request is over.") from error
            self.outbox.failed(verb, error, hurried=hurried)
            return self._without(hold)
        if hold.limited:  # else it was not asked
            self.outbox.answered(now)
            self.share.forget()
        return verdict

    async def _within(self, seconds: float, verb: Awaitable[T]) -> T:
        async with self.clock.deadline(self.clock.monotonic() + seconds):
            return await verb

    def _without(self, hold: Hold) -> Verdict:
        if self.on_store_down == "closed" or hold.claim is not None:
            raise _down()
        if self.on_store_down == "open":
            return Verdict(admitted=True, degraded=True)
        return self.share.admit(hold)


def _down() -> StoreDown:
    return StoreDown("The relay's store is away, and this request needs it; ask again in a moment.")
