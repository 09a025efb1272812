"""The ledger's verbs over any pages: every store writes the same books, and differs in its pages.

The steps of one request are `domain/entry.py`, its sums `domain/usage.py`, its claim
`domain/idempotency.py`. A store runs each verb as one transaction over its pages.
"""

from datetime import UTC, tzinfo
from typing import Protocol

from attrs import define, evolve, field, frozen

from ...domain import entry as entries
from ...domain.entry import Entry
from ...domain.idempotency import LARGEST_STORED, Claim, Repeat, StoredAnswer, keeps, repeat
from ...domain.quota import NO_NEWS, Hold, News, Outcome, Verdict
from ...domain.receipt import Receipt
from ...domain.usage import Row, Window, periods
from ...domain.usage_line import OLDEST_DAYS
from .reserving import GaugePages, Reserving

#: Receipts kept for whoever asks, and after how many ends the older ones are thrown away.
KEPT, TRIM_EVERY = 10_000, 256
#: Late holds settled by the way with each admission.
SWEPT_BY_THE_WAY = 20
#: For how long sums are kept: 45 days by the hour, 13 months by the day.
HOURS_KEPT, DAYS_KEPT = 45 * 86_400.0, 400 * 86_400.0
#: For how long it is known that an outcome came late: longer than one is taken that comes later.
LATE_KEPT = (OLDEST_DAYS + 2) * 86_400.0


KNOWN = News(known=True)


@frozen
class Claimed:
    """A key that is taken: by which request, and once that is over, its receipt and answer."""

    claim: Claim
    request_id: str
    receipt: Receipt | None = None
    answer: StoredAnswer | None = None


class Pages(GaugePages, Protocol):
    """Where the books are written: plain reads and writes, no decisions."""

    def entry(self, id: str) -> Entry | None: ...

    def write(self, entry: Entry) -> int | None:
        """Replaces the entry. One that is over becomes the newest; its place in the order of ends,
        None while it is open."""
        ...

    def late(self, now: float, most: int) -> tuple[Entry, ...]:
        """Open entries past their end, in the order of `until`, then of their ids."""
        ...

    def trim(self, keep: int) -> None:
        """Forgets entries that are over, but for the newest; and answers that are large, but for
        those of a tenth as many claims. Their claims stay."""
        ...

    def add(self, sums: tuple[tuple[Window, Row], ...]) -> None: ...

    def claimed(self, key: str) -> Claimed | None: ...

    def claim(self, claimed: Claimed) -> None: ...

    def free(self, key: str) -> None: ...

    def came_late(self, id: str, now: float) -> bool:
        """Notes it; False if it was noted before."""
        ...

    def forget(self, *, hours: str, days: str, now: float) -> None:
        """Drops sums of earlier hours and days than these, claims that ended by now, and what came
        late longer than `LATE_KEPT` ago."""
        ...


@define
class Tidied:
    """In which hour of the clock old sums and claims were thrown away last."""

    hour: int | None = None


@define
class Bookkeeper:
    """Carries out verbs. `now` is Unix seconds, and decides what is late and what is forgotten."""

    pages: Pages
    zone: tzinfo = UTC
    kept: int = KEPT
    trim_every: int = TRIM_EVERY
    tidied: Tidied = field(factory=Tidied)

    @property
    def reserving(self) -> Reserving:
        return Reserving(self.pages)

    def admit(self, hold: Hold, now: float) -> Verdict:
        """What was claimed before is answered from the claim, whatever its limits."""
        self._sweep(now, SWEPT_BY_THE_WAY)
        if self.pages.entry(hold.id) is not None:
            return Verdict(admitted=True)
        if hold.claim is not None and (taken := self._taken(hold.claim, hold.id, now)):
            return Verdict(admitted=False, repeat=_repeat(taken, hold.claim))
        held, verdict = self.reserving.begin(hold, now)
        if verdict.admitted:
            if hold.claim is not None:
                self.pages.claim(Claimed(hold.claim, hold.id))
            self.pages.write(entries.admitted(held))
        return verdict

    def settle(self, hold: Hold, outcome: Outcome, now: float) -> News:
        """What comes late may be told again when its entry is long forgotten."""
        if outcome.late and not self.pages.came_late(hold.id, now):
            return KNOWN
        before = self.pages.entry(hold.id)
        after = entries.settled(before, hold, outcome)
        if after is before:
            return KNOWN
        self._close(before, after, now)
        if after.hold.claim is not None:
            self._end(after.hold.claim, hold.id, outcome, now)
        self._tidy(now)
        return NO_NEWS

    def move(self, hold: Hold, now: float) -> Verdict:
        entry = self.pages.entry(hold.id)
        if entry is None or entry.state != "open":
            return Verdict(admitted=False)
        held, verdict = self.reserving.move(entry.hold, hold, now)
        if verdict.admitted:
            self.pages.write(evolve(entry, hold=held))
        return verdict

    def checkpoint(self, hold: Hold, outcome: Outcome) -> None:
        before = self.pages.entry(hold.id)
        if before is None:
            return
        after = entries.checkpointed(before, hold, evolve(outcome, answer=None))
        if after is not before:
            self.pages.write(after)

    def sweep(self, now: float) -> int:
        """As many as there are, a page at a time."""
        swept = 0
        while some := self._sweep(now, self.trim_every):
            swept += some
        return swept

    def _sweep(self, now: float, most: int) -> int:
        late = self.pages.late(now, most)
        for before in late:
            self._close(before, entries.lost(before), now)
            if before.hold.claim is not None:
                self._free(before.hold.claim, before.hold.id)
        return len(late)

    def _close(self, before: Entry | None, after: Entry, now: float) -> None:
        """The entry at its end; the answer lives with the claim, and only there."""
        self.reserving.charge(before, after, now)
        self.pages.add(entries.added(before, after, self.zone))
        outcome = after.outcome and evolve(after.outcome, answer=None)
        place = self.pages.write(evolve(after, outcome=outcome))
        if place is not None and place % self.trim_every == 0:
            self.pages.trim(self.kept)

    def _end(self, claim: Claim, id: str, outcome: Outcome, now: float) -> None:
        """A request that succeeded keeps its key, or takes it where a sweep had freed it."""
        if not keeps(outcome.receipt):
            self._free(claim, id)
        elif not self._taken(claim, id, now):
            answer = outcome.answer
            small = answer is not None and len(answer.body) <= LARGEST_STORED
            self.pages.claim(Claimed(claim, id, outcome.receipt, answer if small else None))

    def _taken(self, claim: Claim, id: str, now: float) -> Claimed | None:
        """By another request, and not forgotten yet."""
        found = self.pages.claimed(claim.key)
        taken = found is not None and found.request_id != id and found.claim.until > now
        return found if taken else None

    def _free(self, claim: Claim, id: str) -> None:
        found = self.pages.claimed(claim.key)
        if found is not None and found.request_id == id:
            self.pages.free(claim.key)

    def _tidy(self, now: float) -> None:
        """At most once an hour of the clock."""
        hour = int(now // 3600)
        if hour != self.tidied.hour:
            self.tidied.hour = hour
            (_, hours), _ = periods(now - HOURS_KEPT, self.zone)
            _, (_, days) = periods(now - DAYS_KEPT, self.zone)
            self.pages.forget(hours=hours, days=days, now=now)


def _repeat(taken: Claimed, again: Claim) -> Repeat:
    return repeat(
        taken.claim,
        again,
        request_id=taken.request_id,
        receipt=taken.receipt,
        answer=taken.answer,
    )
