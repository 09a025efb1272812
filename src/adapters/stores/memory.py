"""The stores of one process without a disk: for tests, demos, and Vercel without a database."""

from collections import OrderedDict

from attrs import define, evolve, field

from ...domain.catalogue import Snapshot
from ...domain.ports import Clock
from ...domain.quota import Hold, Outcome, Verdict, moved
from ...domain.receipt import Receipt

#: Receipts kept for whoever asks; older ones are forgotten.
KEPT = 1000


@define
class Entry:
    """One hold in the books."""

    hold: Hold
    verdict: Verdict
    checkpoint: Outcome | None = None
    outcome: Outcome | None = None


class MemoryCatalogue:
    """The port `Catalogue` over a snapshot in memory."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def snapshot(self) -> Snapshot:
        return self._snapshot

    async def save(self, change: Snapshot, expected_version: int) -> Snapshot:
        if self._snapshot.version != expected_version:
            raise ValueError(f"version is {self._snapshot.version}, not {expected_version}")
        self._snapshot = evolve(change, version=expected_version + 1)
        return self._snapshot


@define
class MemoryLedger:
    """The ports `Ledger` and `Journal`. One event loop runs it, so every verb is one step."""

    clock: Clock
    #: Every verdict says that the books are not those of the whole deployment.
    degraded: bool = False
    #: Open holds and the newest settled ones, by hold id.
    entries: OrderedDict[str, Entry] = field(factory=OrderedDict)
    settled: int = 0

    async def admit(self, hold: Hold) -> Verdict:
        entry = self.entries.get(hold.id)
        if entry is None:
            entry = self.entries[hold.id] = Entry(hold, self._verdict())
        return entry.verdict

    async def settle(self, hold: Hold, outcome: Outcome) -> None:
        entry = self.entries.setdefault(hold.id, Entry(hold, self._verdict()))
        if entry.outcome is None:
            entry.outcome = outcome
            self.settled += 1
            self.entries.move_to_end(hold.id)
            self._forget()

    async def move(self, hold: Hold, target: str) -> Verdict:
        entry = self.entries.get(hold.id)
        if entry is None or entry.outcome is not None:
            return Verdict(admitted=False)
        entry.hold = moved(entry.hold, target.partition("/")[0])
        return entry.verdict

    async def checkpoint(self, hold: Hold, outcome: Outcome) -> None:
        entry = self.entries.get(hold.id)
        if entry is not None and entry.outcome is None:
            entry.checkpoint = outcome

    async def sweep(self, now: float) -> int:
        late = [e for e in self.entries.values() if e.outcome is None and e.hold.until <= now]
        for entry in late:
            entry.outcome = entry.checkpoint or Outcome(_lost(entry.hold, now))
            self.settled += 1
        return len(late)

    async def receipt(self, request_id: str, client: str) -> Receipt | None:
        entry = self.entries.get(request_id)
        if entry is None or entry.outcome is None or entry.outcome.receipt.client != client:
            return None
        return entry.outcome.receipt

    async def requests(self, limit: int) -> tuple[Receipt, ...]:
        done = [e.outcome.receipt for e in reversed(self.entries.values()) if e.outcome]
        return tuple(done[:limit])

    def open_holds(self) -> int:
        """How many requests are admitted and not settled."""
        return sum(1 for entry in self.entries.values() if entry.outcome is None)

    def _verdict(self) -> Verdict:
        return Verdict(admitted=True, degraded=self.degraded)

    def _forget(self) -> None:
        while len(self.entries) > KEPT:
            oldest = next(iter(self.entries))
            if self.entries[oldest].outcome is None:
                self.entries.move_to_end(oldest)  # still under way
                return
            del self.entries[oldest]


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


def _lost(hold: Hold, now: float) -> Receipt:
    """What is written down for a request whose process died."""
    client = next((s[7:] for s in hold.subjects if s.startswith("client:")), "")
    return Receipt(request_id=hold.id, at=now, client=client, endpoint="", model="", stream=False)
