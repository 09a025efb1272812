"""The stores of one process without a disk: for tests, demos, and Vercel without a database."""

from datetime import UTC, tzinfo

from attrs import define, evolve, field

from ...domain.catalogue import Snapshot
from ...domain.change import Change, applied
from ...domain.ports import Clock
from ...domain.quota import Hold, News, Outcome, Verdict
from ...domain.receipt import Receipt
from ...domain.usage import RequestQuery, Row, UsageQuery
from .bookkeeping import TRIM_EVERY, Bookkeeper
from .memory_pages import MemoryPages
from .saved import check, check_version

#: Receipts kept for whoever asks; older ones are forgotten.
KEPT = 1000


class MemoryCatalogue:
    """The port `Catalogue`: what was configured, and what was saved since the start."""

    def __init__(self, configured: Snapshot) -> None:
        self._configured = self._snapshot = configured
        self._saved: dict[str, tuple[Change, int]] = {}

    def snapshot(self) -> Snapshot:
        return self._snapshot

    async def heard(self, version: int | None) -> None:
        """There is nobody else to hear of."""

    async def save(self, change: Change, expected_version: int) -> Snapshot:
        check(change)
        _, version = self._saved.get(change.id, (change, 0))
        check_version(change, found=version, expected=expected_version)
        self._saved[change.id] = (change, version + 1)
        self._snapshot = applied(self._configured, self._saved.values())
        return self._snapshot


@define
class MemoryLedger:
    """The ports `Ledger` and `Journal`. One event loop runs it, so every verb is one step."""

    clock: Clock
    #: Every verdict says that the books are not those of the whole deployment.
    degraded: bool = False
    zone: tzinfo = UTC
    kept: int = KEPT
    trim_every: int = TRIM_EVERY
    pages: MemoryPages = field(factory=MemoryPages)
    _keeper: Bookkeeper = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._keeper = Bookkeeper(self.pages, self.zone, self.kept, self.trim_every)

    async def admit(self, hold: Hold) -> Verdict:
        return evolve(self._keeper.admit(hold, self.clock.now()), degraded=self.degraded)

    async def settle(self, hold: Hold, outcome: Outcome) -> News:
        return self._keeper.settle(hold, outcome, self.clock.now())

    async def move(self, hold: Hold) -> Verdict:
        return evolve(self._keeper.move(hold, self.clock.now()), degraded=self.degraded)

    async def checkpoint(self, hold: Hold, outcome: Outcome) -> None:
        self._keeper.checkpoint(hold, outcome)

    async def sweep(self) -> int:
        return self._keeper.sweep(self.clock.now())

    async def receipt(self, request_id: str, client: str) -> Receipt | None:
        entry = self.pages.over.get(request_id)
        receipt = entry.receipt if entry else None
        return receipt if receipt and receipt.client == client else None

    async def requests(self, query: RequestQuery) -> tuple[Receipt, ...]:
        return self.pages.receipts(query.client, query.limit)

    async def usage(self, query: UsageQuery) -> tuple[Row, ...]:
        return self.pages.usage(query.window, query.since, query.until)

    async def holds(self) -> tuple[Hold, ...]:
        return tuple(entry.hold for _, entry in sorted(self.pages.open.items()))

    def open_holds(self) -> int:
        """How many requests are admitted and not settled."""
        return len(self.pages.open)


@define
class MemoryLeases:
    """The port `Leases` within one process."""

    clock: Clock
    held: dict[str, tuple[int, float]] = field(factory=dict)
    last: int = 0

    async def acquire(self, name: str, ttl: float) -> int | None:
        now = self.clock.now()
        if name in self.held and self.held[name][1] > now:
            return None
        self.last += 1
        if len(self.held) > KEPT:
            self.held = {n: lease for n, lease in self.held.items() if lease[1] > now}
        self.held[name] = (self.last, now + ttl)
        return self.last

    async def release(self, name: str, token: int) -> None:
        if name in self.held and self.held[name][0] == token:
            del self.held[name]
