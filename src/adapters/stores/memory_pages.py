"""The pages of books that are kept in memory: dictionaries, all of them bounded."""

from heapq import heapify, heappop, heappush
from itertools import islice

from attrs import astuple, define, evolve, field

from ...domain.admission import Records
from ...domain.entry import Entry
from ...domain.receipt import Receipt
from ...domain.usage import Heading, Row, Tally, Window
from .bookkeeping import LATE_KEPT, Claimed

#: Claims are forgotten after a day; sooner, the oldest first, where there are more than these.
MOST_CLAIMS = 10_000
#: So many outcomes are known to have come late.
MOST_LATE = 100_000


@define
class MemoryPages:
    """The protocol `Pages`, and what a journal reads."""

    open: dict[str, Entry] = field(factory=dict)
    #: In the order in which they ended.
    over: dict[str, Entry] = field(factory=dict)
    sums: dict[tuple[Window, str, Heading], Tally] = field(factory=dict)
    records: Records = field(factory=dict)
    claims: dict[str, Claimed] = field(factory=dict)
    #: What came late, and when, in that order.
    came: dict[str, float] = field(factory=dict)
    #: Open entries by their end; some of them are out of date.
    _ends: list[tuple[float, str]] = field(factory=list)
    _places: int = 0

    def entry(self, id: str) -> Entry | None:
        return self.open.get(id) or self.over.get(id)

    def write(self, entry: Entry) -> int | None:
        id = entry.hold.id
        if entry.state == "open":
            self.open[id] = entry
            self._note_end(entry.hold.until, id)
            return None
        self.open.pop(id, None)
        self.over.pop(id, None)
        self.over[id] = entry
        self._places += 1
        return self._places

    def late(self, now: float, most: int) -> tuple[Entry, ...]:
        found: dict[str, Entry] = {}
        while self._ends and self._ends[0][0] <= now and len(found) < most:
            until, id = heappop(self._ends)
            entry = self.open.get(id)
            if entry is not None and entry.hold.until == until:
                found[id] = entry
        return tuple(found.values())

    def trim(self, keep: int) -> None:
        for id in list(islice(self.over, max(0, len(self.over) - keep))):
            del self.over[id]
        answered = [key for key, claimed in self.claims.items() if claimed.answer is not None]
        for key in answered[: max(0, len(answered) - keep // 10)]:
            self.claims[key] = evolve(self.claims[key], answer=None)

    def add(self, sums: tuple[tuple[Window, Row], ...]) -> None:
        for window, row in sums:
            place = (window, row.period, row.heading)
            self.sums[place] = self.sums.get(place, Tally()) + row.tally

    def gauges(self, subjects: tuple[str, ...]) -> Records:
        return {name: self.records[name] for name in subjects if name in self.records}

    def set_gauges(self, records: Records) -> None:
        self.records |= records

    def claimed(self, key: str) -> Claimed | None:
        return self.claims.get(key)

    def claim(self, claimed: Claimed) -> None:
        self.claims.pop(claimed.claim.key, None)
        self.claims[claimed.claim.key] = claimed
        while len(self.claims) > MOST_CLAIMS:
            del self.claims[next(iter(self.claims))]

    def free(self, key: str) -> None:
        self.claims.pop(key, None)

    def came_late(self, id: str, now: float) -> bool:
        if id in self.came:
            return False
        self.came[id] = now
        while len(self.came) > MOST_LATE:
            del self.came[next(iter(self.came))]
        return True

    def forget(self, *, hours: str, days: str, now: float) -> None:
        first = {"hour": hours, "day": days}
        for window, period, heading in list(self.sums):
            if period < first[window]:
                del self.sums[window, period, heading]
        for key, claimed in list(self.claims.items()):
            if claimed.claim.until <= now:
                del self.claims[key]
        self.came = {id: at for id, at in self.came.items() if at >= now - LATE_KEPT}

    def receipts(self, client: str | None, limit: int) -> tuple[Receipt, ...]:
        newest = (entry.receipt for entry in reversed(self.over.values()))
        wanted = (r for r in newest if r and client in (None, r.client))
        return tuple(islice(wanted, max(0, limit)))

    def usage(self, window: Window, since: str, until: str) -> tuple[Row, ...]:
        found = (
            Row(period, heading, tally)
            for (kind, period, heading), tally in self.sums.items()
            if kind == window and since <= period <= until and any(astuple(tally))
        )
        return tuple(sorted(found, key=lambda row: (row.period, astuple(row.heading))))

    def _note_end(self, until: float, id: str) -> None:
        heappush(self._ends, (until, id))
        if len(self._ends) > 2 * len(self.open) + 64:
            self._ends = [(entry.hold.until, id) for id, entry in self.open.items()]
            heapify(self._ends)
