"""One request in the books, as a value: open, then settled; or lost, and perhaps corrected.

    admitted(hold)                         -> open
    checkpointed(entry, hold, outcome)     -> open, with what to charge if the process dies
    settled(entry, hold, outcome)          -> settled; from lost: corrected, once
    lost(entry)                            -> lost

Every store keeps entries and follows these steps; `added` is what a step adds to the sums.
"""

from datetime import tzinfo
from typing import Literal

from attrs import evolve, frozen

from .quota import Hold, Outcome
from .receipt import Receipt
from .usage import Row, Window, rows

State = Literal["open", "settled", "lost", "corrected"]


@frozen
class Entry:
    """`outcome`: the last checkpoint while it is open, then how it ended."""

    hold: Hold
    state: State = "open"
    outcome: Outcome | None = None

    @property
    def receipt(self) -> Receipt | None:
        """How it ended; None while it is open."""
        return None if self.state == "open" or self.outcome is None else self.outcome.receipt


def admitted(hold: Hold) -> Entry:
    """A new entry."""
    return Entry(hold)


def checkpointed(entry: Entry, hold: Hold, outcome: Outcome) -> Entry:
    """The entry with what was delivered so far; unchanged once it is over."""
    if entry.state != "open":
        return entry
    later = evolve(entry.hold, until=max(entry.hold.until, hold.until))
    return evolve(entry, hold=later, outcome=outcome)


def settled(entry: Entry | None, hold: Hold, outcome: Outcome) -> Entry:
    """The entry with its end. What was settled before stays as it is; what was never admitted is
    written down all the same."""
    if entry is None:
        return Entry(hold, "settled", outcome)
    match entry.state:
        case "open":
            return evolve(entry, state="settled", outcome=outcome)
        case "lost":
            return evolve(entry, state="corrected", outcome=outcome)
        case "settled" | "corrected":
            return entry


def lost(entry: Entry) -> Entry:
    """The entry of a process that died: what the last checkpoint said stands."""
    last = entry.outcome or Outcome(entry.hold.opened)
    receipt = evolve(last.receipt, ending="lost", error="The process that served it died.")
    return evolve(entry, state="lost", outcome=evolve(last, receipt=receipt))


def added(before: Entry | None, after: Entry, zone: tzinfo) -> tuple[tuple[Window, Row], ...]:
    """What a step adds to the sums: the new receipt's rows, less those of the old one."""
    old = before.receipt if before else None
    new = after.receipt
    if old is new:
        return ()
    taken = tuple((window, evolve(row, tally=-row.tally)) for window, row in _rows(old, zone))
    return taken + _rows(new, zone)


def _rows(receipt: Receipt | None, zone: tzinfo) -> tuple[tuple[Window, Row], ...]:
    return () if receipt is None else rows(receipt, zone)
