"""The one store of a world: the reference books and leases, watched at every step."""

from collections.abc import Coroutine
from typing import Any, TypeVar

from attrs import define

from src.adapters.stores.memory import MemoryLeases, MemoryLedger
from src.domain.entry import Entry
from src.domain.idempotency import Repeat, keeps
from src.domain.ports import Clock
from src.domain.quota import Hold, News, Outcome, Verdict

from .history import Booked, History, Visit

T = TypeVar("T")

_OVER = ("settled", "corrected")
#: An instance whose words reach the store has written an end down this many seconds after it.
SOON = 3.0


@define(eq=False)
class SimStore:
    """Survives every instance, and has a clock of its own."""

    ledger: MemoryLedger
    leases: MemoryLeases
    clock: Clock
    history: History

    def admit(self, hold: Hold) -> Verdict:
        verdict = self._step("admit", hold.id, self.ledger.admit(hold), sweeps=True)
        if verdict.repeat is not None:
            self._truly(hold, verdict.repeat)
        return verdict

    def settle(self, hold: Hold, outcome: Outcome) -> News:
        return self._step("settle", hold.id, self.ledger.settle(hold, outcome))

    def move(self, hold: Hold) -> Verdict:
        return self._step("move", hold.id, self.ledger.move(hold))

    def checkpoint(self, hold: Hold, outcome: Outcome) -> None:
        self._step("checkpoint", hold.id, self.ledger.checkpoint(hold, outcome))

    def sweep(self) -> int:
        return self._step("sweep", "", self.ledger.sweep(), sweeps=True)

    def acquire(self, name: str, ttl: float) -> int | None:
        return _at_once(self.leases.acquire(name, ttl))

    def release(self, name: str, token: int) -> None:
        _at_once(self.leases.release(name, token))

    def entry(self, id: str) -> Entry | None:
        return self.ledger.pages.entry(id)

    def _step(self, verb: str, id: str, work: Coroutine[Any, Any, T], *, sweeps: bool = False) -> T:
        pages = self.ledger.pages
        before, held = pages.entry(id), dict(pages.open) if sweeps else {}
        over = before is not None and before.state in _OVER
        sums = dict(pages.sums) if over and not held else {}
        done = _at_once(work)
        after = pages.entry(id)
        self.history.tell(self.clock.monotonic(), "books", verb, id, after and after.state)
        if over and (after is not before or (not held and pages.sums != sums)):
            self.history.wrong("I2", f"{id}: {verb} changed what was over")
        if after is not None and (before is None or before.state != after.state):
            self._note(id, after)
        for other in held:
            if other not in pages.open and (found := pages.entry(other)) is not None:
                self._note(other, found)
                self._swept(other)
        self._reserved()
        return done

    def _note(self, id: str, entry: Entry) -> None:
        booked = self.history.books.setdefault(id, Booked())
        booked.states.append((entry.state, self.clock.monotonic()))

    def _swept(self, id: str) -> None:
        """I2: nobody who is alive and can write is taken for dead."""
        visit = self.history.visits.get(id)
        if visit is None or visit.left is not None or visit.process.frozen:
            return
        if visit.process.lives and visit.process.trouble < self.clock.monotonic() - 20.0:
            self.history.wrong("I2", f"{id}: taken for lost while it was served")

    def _reserved(self) -> None:
        """I4: what is reserved are the holds of requests under way, and never less than nothing.
        (Bounds against limits come with the limits.)"""
        now = self.clock.monotonic()
        for id, entry in self.ledger.pages.open.items():
            visit = self.history.visits.get(id)
            if entry.hold.tokens < 0:
                self.history.wrong("I4", f"{id}: less than nothing is reserved")
            if visit is None:
                self.history.wrong("I4", f"{id}: reserved for a request that nobody made")
            elif visit.left is not None and visit.left < now - SOON and _could_write(visit, now):
                self.history.wrong("I4", f"{id}: still reserved, long after its end")

    def _truly(self, hold: Hold, repeat: Repeat) -> None:
        """A key is taken only by a request that runs, or that ended well."""
        ours, theirs = self.history.visits[hold.id], self.history.visits[repeat.request_id]
        if (ours.client, ours.key) != (theirs.client, theirs.key):
            self.history.wrong(
                "key", f"{hold.id}: taken for {theirs.id}, which is another client's"
            )
        first = self.entry(repeat.request_id)
        receipt = first.receipt if first else None
        runs = first is not None and first.state == "open"
        kept = receipt is not None and (keeps(receipt) or receipt.ending == "lost")
        if not (runs if repeat.state == "running" else runs or kept):
            self.history.wrong(
                "key", f"{hold.id}: {repeat.request_id} is said to be {repeat.state}"
            )


def _could_write(visit: Visit, now: float) -> bool:
    process = visit.process
    return process.lives and not process.frozen and process.trouble < now - 20.0


def _at_once(work: Coroutine[Any, Any, T]) -> T:
    """What a coroutine that waits for nothing answers."""
    try:
        work.send(None)
    except StopIteration as done:
        answer: T = done.value
        return answer
    raise AssertionError("the store of a world waits for nothing")
