"""What is written into Redis, as text: lines of JSON that Lua takes apart and never rewrites."""

from datetime import tzinfo
from functools import lru_cache

import msgspec
from attrs import astuple, evolve, frozen

from ....domain import entry as entries
from ....domain import histogram
from ....domain.entry import Entry
from ....domain.idempotency import Claim, StoredAnswer
from ....domain.lines import Amounts, Line
from ....domain.quota import Hold, Outcome
from ....domain.receipt import Receipt
from ....domain.usage import Heading, Row, Tally, rows
from .. import words
from ..bookkeeping import Claimed
from .layout import Keys


def text(value: object) -> str:
    return words.text(value).decode()


def lines_text(lines: tuple[Line, ...]) -> str:
    """As `lua/gauges.lua` reads them; instants are text there, for they have 16 digits."""
    return text(
        [
            (
                line.subject,
                line.slot,
                line.amount,
                line.limit,
                line.period,
                str(line.begins),
                str(line.ends),
                int(line.enforced),
                line.timezone,
            )
            for line in lines
        ]
    )


def lines(data: bytes) -> tuple[Line, ...]:
    # An empty list is an empty object to Lua.
    return tuple(_line(*values) for values in msgspec.json.decode(data) or ())


def used_text(amounts: Amounts) -> str:
    return text(astuple(amounts, recurse=False))


def bare(hold: Hold) -> str:
    """The hold, but for what the books keep beside it."""
    return text(evolve(hold, subjects=(), lines=()))


def open_hold(data: bytes) -> Hold | None:
    """The hold of a field of the books, as `hold_text` in `lua/books.lua` writes it; None for one
    that is not open, or cannot be read."""
    if not data.startswith(b"open\n"):
        return None
    _, _, till, line, _, _, subjects, itself, _ = data.split(b"\n", 8)
    hold = words.hold(itself)
    if hold is None:
        return None
    return evolve(
        hold,
        subjects=tuple(msgspec.json.decode(subjects, type=list[str])),
        lines=lines(line),
        until=int(till) / 1e6,
    )


@frozen
class Settled:
    """An entry of the inbox, or of the receipts: `lua/fold.lua`."""

    id: str
    state: str
    rows: list[tuple[str, str, str]]
    receipt: Receipt | None

    @classmethod
    def read(cls, data: bytes) -> "Settled":
        id, state, added, receipt = data.split(b"\n", 3)
        found = msgspec.json.decode(added, type=list[tuple[str, str, str]])
        return cls(id.decode(), state.decode(), found, words.receipt(receipt))


def entry_text(entry: Entry, keys: Keys, zone: tzinfo) -> str:
    """What is booked of a request that is over: its sums and its receipt."""
    receipt = entry.receipt
    assert receipt is not None  # noqa: S101 - only what is over is booked
    added = [
        (keys.sums(window, row.period), heading_text(row), numbers_text(row.tally))
        for window, row in rows(receipt, zone)
    ]
    return "\n".join((entry.hold.id, entry.state, text(added), text(receipt)))


def settled_text(hold: Hold, outcome: Outcome, keys: Keys, zone: tzinfo) -> str:
    return entry_text(entries.settled(None, hold, outcome), keys, zone)


def lost_text(hold: Hold, outcome: Outcome | None, keys: Keys, zone: tzinfo) -> str:
    return entry_text(entries.lost(Entry(hold, outcome=outcome)), keys, zone)


def heading_text(row: Row) -> str:
    return text((row.period, *astuple(row.heading, recurse=False)))


def row(heading: bytes, numbers: bytes) -> Row:
    period, client, provider, model, status = msgspec.json.decode(
        heading, type=tuple[str, str, str, str, int]
    )
    return Row(period, Heading(client, provider, model, status), _tally(numbers))


def kept_text(receipt: Receipt, answer: StoredAnswer | None) -> str:
    """What a claim keeps of its request."""
    return f"{text(receipt)}\n{answer.content_type if answer else ''}"


def claimed(key: str, data: bytes) -> tuple[Claimed, str]:
    """A claim, and the content type of its answer where one is stored."""
    id, body, till, rest = data.decode().split("\n", 3)
    receipt, _, content_type = rest.partition("\n")
    claim = Claim(key, body, int(till) / 1e6)
    return Claimed(claim, id, words.receipt(receipt.encode()) if receipt else None), content_type


@lru_cache(maxsize=256)  # the hour's and the day's are the same, and so are most that may be lost
def numbers_text(tally: Tally) -> str:
    """Every column, then both histograms by their buckets: Lua's numbers hold no more."""
    *sums, latency, first_event = astuple(tally, recurse=False)
    counted = (*histogram.counts(latency), *histogram.counts(first_event))
    return " ".join(map(str, (*sums, *counted)))


def _tally(numbers: bytes) -> Tally:
    found = [int(number) for number in numbers.split()]
    sums = found[: -2 * histogram.BUCKETS]
    latency, first = found[len(sums) : -histogram.BUCKETS], found[-histogram.BUCKETS :]
    return evolve(
        Tally(*sums), latency=histogram.packed(latency), first_event=histogram.packed(first)
    )


def _line(
    subject: str,
    slot: str,
    amount: int,
    limit: int,
    period: str,
    begins: str,
    ends: str,
    enforced: int,
    timezone: str,
) -> Line:
    metric, window = slot.split("/")
    return msgspec.convert(
        {
            "subject": subject,
            "metric": metric,
            "window": window,
            "amount": int(amount),
            "limit": int(limit),
            "period": period,
            "begins": int(begins),
            "ends": int(ends),
            "enforced": bool(enforced),
            "timezone": timezone,
        },
        Line,
    )
