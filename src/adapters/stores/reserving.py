"""What the ledger's verbs do to gauges, over any pages: the decisions are `domain/admission.py`."""

from collections.abc import Iterable
from typing import Protocol

from attrs import evolve, frozen

from ...domain import admission
from ...domain.admission import Booked, Denied, Outdated, Records
from ...domain.entry import Entry
from ...domain.lines import Line, dated, micros, used
from ...domain.quota import Hold, Verdict


class GaugePages(Protocol):
    """Where the gauges of subjects are kept."""

    def gauges(self, subjects: tuple[str, ...]) -> Records:
        """The records of these subjects; those that have none are left out."""
        ...

    def set_gauges(self, records: Records) -> None: ...


@frozen
class Reserving:
    """Reserves, moves and charges the lines of holds. `now`: Unix seconds."""

    pages: GaugePages

    def begin(self, hold: Hold, now: float) -> tuple[Hold, Verdict]:
        """The hold with its lines reserved, if they fit: in the windows of this clock."""
        return self._reserved(hold, {}, now)

    def move(self, before: Hold, after: Hold, now: float) -> tuple[Hold, Verdict]:
        """What only the hold before has is given back, what only the one after has is reserved."""
        theirs = {_place(line) for line in after.lines}
        kept = tuple(line for line in before.lines if _place(line) in theirs)
        places = {_place(line) for line in kept}
        gone = [line for line in before.lines if _place(line) not in places]
        added = tuple(line for line in after.lines if _place(line) not in places)
        freed = admission.freed(gone, self._records(gone), micros(now))
        held, verdict = self._reserved(evolve(after, lines=added), freed, now)
        lines = (*kept, *held.lines)
        return evolve(before, subjects=after.subjects, lines=lines), verdict

    def charge(self, before: Entry | None, after: Entry, now: float) -> None:
        """What an entry that is over adds to its gauges, or takes from them. Who was turned away
        without ever being admitted took nothing."""
        lines = after.hold.lines
        if not lines or after.receipt is None:
            return
        if before is None and after.receipt.ending == "denied":
            return
        records, spent, at = self._records(lines), used(after.receipt), micros(now)
        if before is None:
            records = admission.charged(lines, records, spent, at)
        elif before.receipt is None:
            records = admission.settled(lines, records, spent, at)
        else:
            charged = used(before.receipt)
            records = admission.corrected(lines, records, charged=charged, used=spent, now=at)
        self.pages.set_gauges(records)

    def _reserved(self, hold: Hold, freed: Records, now: float) -> tuple[Hold, Verdict]:
        """`freed`: records that were changed before, and are written with the rest."""
        if not hold.lines:
            if freed:
                self.pages.set_gauges(freed)
            return hold, Verdict(admitted=True)
        match admission.admit(hold.lines, self._records(hold.lines) | freed, micros(now)):
            case Booked(records=after, headroom=headroom, shadowed=shadowed):
                self.pages.set_gauges(after)
                return hold, Verdict(admitted=True, headroom=headroom, shadowed=shadowed)
            case Denied(denial=denial, headroom=headroom):
                return hold, Verdict(admitted=False, denial=denial, headroom=headroom)
            case Outdated():
                lines = tuple(dated(line, now) for line in hold.lines)
                return self._reserved(evolve(hold, lines=lines), freed, now)

    def _records(self, lines: Iterable[Line]) -> Records:
        subjects = tuple(dict.fromkeys(line.subject for line in lines))
        return self.pages.gauges(subjects) if subjects else {}


def _place(line: Line) -> tuple[str, str]:
    return line.subject, line.slot
