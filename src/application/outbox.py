"""What the store did not take: kept, and offered again every second until it does.

The answer went out and was paid for; the books are exact afterwards (promise 4). It is bounded, and
lives in memory: what it holds is in the log as well, as usage lines (`domain/usage_line.py`), from
which `airelay usage replay` books it if this process ends first.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from math import inf

from attrs import define, evolve, field

from ..domain.errors import NotStorable, StoreUnavailable
from ..domain.events import StoreAway, StoreBack, StoreFailed, Unbooked
from ..domain.ports import Clock, Ledger, Observer
from ..domain.quota import NO_NEWS, Hold, News, Outcome

#: Seconds for one settlement, and between two looks at a store that is away.
SETTLE_SECONDS, AWAY = 1.0, 1.0
#: Seconds that a caller waits for the store; `RELAY_STORE_DEADLINE_MS` says otherwise. One that is
#: slower may still take what it is owed.
STORE_SECONDS = 0.25
#: Seconds for all that is left when the process ends.
CLOSE_SECONDS = 5.0
#: Outcomes kept; past that the oldest is let go, and said so.
MOST = 10_000


@define
class Outbox:
    """Settles, at once or later. `away`: the store failed a moment ago; nobody waits for it again
    until it had its second, and then one alone tries. `late`: the same for those who have callers
    waiting, also where it only was too slow for them."""

    ledger: Ledger
    clock: Clock
    observer: Observer
    most: int = MOST
    patience: float = STORE_SECONDS
    waiting: "OrderedDict[str, tuple[Hold, Outcome]]" = field(factory=OrderedDict)
    _away_until: float = 0.0
    _late_until: float = 0.0
    #: The last time it was asked, it answered; and in time for a caller.
    _answers: bool = True
    _prompt: bool = True
    _answered: float = 0.0
    _since: float = 0.0
    _trying: bool = False
    _hurrying: bool = False
    _task: "asyncio.Task[None] | None" = None

    @property
    def well(self) -> bool:
        """It does what it is asked, and callers need not wait for it."""
        return self._answers and self._prompt

    @property
    def settle_seconds(self) -> float:
        """For one settlement: never less than a caller waits."""
        return max(SETTLE_SECONDS, self.patience)

    @property
    def away(self) -> bool:
        return not self._answers and (self._trying or self.clock.monotonic() < self._away_until)

    @property
    def late(self) -> bool:
        waits = self._hurrying or self.clock.monotonic() < self._late_until
        return self.away or (not self._prompt and waits)

    @contextmanager
    def asking(self, *, hurried: bool = False) -> Iterator[None]:
        """Around a call to the store that is not away: meanwhile, if it was away before, nobody
        else tries. `hurried`: a caller waits; if it was late before, no other one does."""
        self._trying = not self._answers
        if hurried:
            self._hurrying = not self._prompt
        try:
            yield
        finally:
            self._trying = False
            if hurried:
                self._hurrying = False

    def failed(
        self, verb: str, error: Exception, *, hurried: bool = False, asked: float = inf
    ) -> None:
        """The store did not do `verb`; `hurried`: not in the time that a caller has. If it was
        asked before its last answer, that answer is the later word."""
        now, said = self.clock.monotonic(), f"{type(error).__name__}: {error}".rstrip(": ")
        self.observer.note(StoreFailed(verb, said))
        if asked < self._answered:
            return
        if self.well:
            self._since = now
            self.observer.note(StoreAway(said))
        if hurried:
            self._late_until, self._prompt = now + AWAY, False
        if not (hurried and isinstance(error, TimeoutError)):
            self._away_until, self._answers = now + AWAY, False

    def answered(self, asked: float) -> None:
        """The store did what it was asked at that monotonic instant."""
        before, now = self.well, self.clock.monotonic()
        self._answers, self._answered = True, now
        self._prompt = self._prompt or now - asked <= self.patience
        if self.well and not before:
            self.observer.note(StoreBack(now - self._since))

    async def settle(self, hold: Hold, outcome: Outcome) -> News:
        """Settles, or keeps it for later. Once called it is not lost, whoever is cancelled."""
        if self.away:
            self._keep(hold, outcome)
            return NO_NEWS
        try:
            return await self._offer(hold, outcome)
        except NotStorable as error:
            self.observer.note(Unbooked(hold, outcome.receipt))
            self._let_go(hold, error)
        except asyncio.CancelledError:
            self._keep(hold, outcome)  # twice is once: settling is idempotent
            raise
        except (StoreUnavailable, TimeoutError):
            self._keep(hold, outcome)
        return NO_NEWS

    async def close(self) -> None:
        """One last offer of all that is left, within seconds; then it says what is not booked."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        with suppress(TimeoutError):
            async with self.clock.deadline(self.clock.monotonic() + CLOSE_SECONDS):
                await self._empty()
        if self.waiting:
            self.observer.note(
                StoreFailed("outbox", f"closed; {len(self.waiting)} are in the log alone")
            )

    def _keep(self, hold: Hold, outcome: Outcome) -> None:
        if hold.id not in self.waiting:
            self.observer.note(Unbooked(hold, outcome.receipt))
        self.waiting[hold.id] = (hold, evolve(outcome, late=True))
        if len(self.waiting) > self.most:
            lost, _ = self.waiting.popitem(last=False)
            self.observer.note(StoreFailed("outbox", f"full; {lost} is in the log alone"))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._offer_again(), name="outbox")

    async def _offer_again(self) -> None:
        while self.waiting:
            await self.clock.sleep(AWAY)
            await self._empty()

    async def _empty(self) -> None:
        """The oldest first, until one is not taken."""
        while self.waiting:
            name, (hold, outcome) = next(iter(self.waiting.items()))
            try:
                await self._offer(hold, outcome)
            except NotStorable as error:
                self._let_go(hold, error)  # it must not hold up the others
            except (StoreUnavailable, TimeoutError):
                return
            self.waiting.pop(name, None)

    def _let_go(self, hold: Hold, error: Exception) -> None:
        self.observer.note(StoreFailed("settle", f"{error}; {hold.id} is in the log alone"))

    async def _offer(self, hold: Hold, outcome: Outcome) -> News:
        now = self.clock.monotonic()
        try:
            with self.asking():
                async with self.clock.deadline(now + self.settle_seconds):
                    news = await self.ledger.settle(hold, outcome)
        except NotStorable:
            raise
        except (StoreUnavailable, TimeoutError) as error:
            self.failed("settle", error, asked=now)
            raise
        self.answered(now)
        return news
