"""Laws about the books: each request in them once, with what the relay said of it; sums that are
the sums of receipts."""

from collections import Counter
from collections.abc import Iterator

from attrs import astuple

from src.adapters.stores.memory import MemoryLedger
from src.application.keeper import CHECKPOINT
from src.application.whole import SWITCHED
from src.domain.entry import Entry
from src.domain.errors import ModelNotFound
from src.domain.receipt import Receipt, Usage
from src.domain.usage import Tally

from .history import Booked, History, Visit

#: How the books of one request may go.
STORIES = {
    ("open",),
    ("open", "settled"),
    ("settled",),
    ("open", "lost"),
    ("open", "lost", "corrected"),
}
#: A checkpoint is on its way for so many seconds at most, where nothing is wrong.
WAY = 0.5


def of_visit(
    history: History, visit: Visit, receipt: Receipt | None, entry: Entry | None
) -> Iterator[str]:
    """I2 and I3 for one request."""
    booked = history.books.get(visit.id, Booked())
    if booked.states and booked.story not in STORIES:
        yield f"I2: its books went {' -> '.join(booked.story)}:"
    if isinstance(visit.refusal, ModelNotFound):
        if booked.states:
            yield "I2: a hold for a request without a target:"
        return
    if entry is None or entry.receipt is None:
        if visit.lived and _kept_its_word(visit):
            yield "I2: it is not in the books:"
    elif entry.state == "lost":
        yield from _lost(history, visit, entry.receipt)
    elif entry.receipt != receipt:
        yield f"I3: in the books as {entry.receipt}, told as {receipt}:"


def _kept_its_word(visit: Visit) -> bool:
    """Its process could write all down before it went."""
    process = visit.process
    if process.died is not None:
        owed = visit.left is not None and visit.left > process.died - 1.5
        return not owed and process.trouble < (visit.left or 0.0) and not process.frozen
    return process.closing is None or process.hurt < process.closing


def _lost(history: History, visit: Visit, recorded: Receipt) -> Iterator[str]:
    """Of a request whose process died, what its last checkpoint said: never more than was
    delivered, never less than a checkpoint ago."""
    died = visit.process.died
    if died is None and _kept_its_word(visit):
        yield "I2: lost, though its process lives:"
        return
    if visit.left is not None and _kept_its_word(visit):
        yield "I2: lost, though it had ended in time:"
    yield from _not_too_much(history, visit, recorded)
    if died is None or visit.process.frozen or visit.process.trouble > died - CHECKPOINT - WAY:
        return
    before = died - CHECKPOINT - WAY
    delivered = max((size for at, size in visit.progress if at < before), default=0)
    if recorded.bytes_out < delivered and visit.ended != ["refuse"]:
        yield f"I3: {recorded.bytes_out} bytes recorded, {delivered} delivered in time:"


def _not_too_much(history: History, visit: Visit, recorded: Receipt) -> Iterator[str]:
    if not visit.tries_before:
        most = 0
    else:
        one = history.tries_of(visit.id)[visit.tries_before - 1]
        script = one.script
        clean = len(script.clean(hide_usage=visit.hides_usage)) + len(SWITCHED)
        most = clean if script.body is None else len(script.body)
        if not visit.passes(one):  # said anew it takes more room
            most = 4 * most + _MORE * (2 + len(script.frames))
    if recorded.bytes_out > most and not recorded.replay_of:
        yield f"I3: {recorded.bytes_out} bytes recorded, {most} could be delivered:"


#: Around the words of one event, or of a whole answer, in any dialect.
_MORE = 1000
#: By client, provider, model, status and what is counted; by client, status and what.
Sum = Counter[tuple[str, str, str, int, str]]
Asked = Counter[tuple[str, int, str]]
_COUNTED = (
    "input_tokens",
    "output_tokens",
    "cached_tokens",
    "cache_write_tokens",
    "reasoning_tokens",
    "estimated",
)


def of_sums(ledger: MemoryLedger) -> Iterator[str]:
    """I3 and I4: the sums are those of the receipts, each attempt that was paid for counted once,
    and what nobody got under no status; nothing in them is less than nothing."""
    for (window, period, heading), tally in ledger.pages.sums.items():
        if min(astuple(tally)) < 0:
            yield f"I4: {tally} in {window} {period} for {heading}"
    receipts = [entry.receipt for entry in ledger.pages.over.values() if entry.receipt]
    expected, requests = _used(receipts), _requests(receipts)
    for window in ("hour", "day"):
        booked: Sum = Counter()
        asked: Asked = Counter()
        for (kind, _, heading), tally in ledger.pages.sums.items():
            if kind == window:
                _count(
                    booked, (heading.client, heading.provider, heading.model), heading.status, tally
                )
                asked[heading.client, heading.status, "requests"] += tally.requests
                asked[heading.client, heading.status, "errors"] += tally.errors
        if +booked != +expected:
            more, less = +(booked - expected), +(expected - booked)
            yield f"I3: by the {window} {more} too much, {less} too little"
        if +asked != +requests:
            yield f"I3: by the {window} {asked} requests, not {requests}"


def _used(receipts: list[Receipt]) -> Sum:
    """The last attempt is the request's own where the receipt says so; the others, nobody got."""
    used: Sum = Counter()
    for receipt in receipts:
        for place, attempt in enumerate(receipt.attempts, 1):
            own = receipt.usage is not None and place == len(receipt.attempts)
            where = (receipt.client, attempt.provider, attempt.model)
            if attempt.usage is not None:
                _count(used, where, receipt.status if own else 0, attempt.usage)
    return used


def _requests(receipts: list[Receipt]) -> Asked:
    """Who left has met no error of ours."""
    asked: Asked = Counter()
    for receipt in receipts:
        asked[receipt.client, receipt.status, "requests"] += 1
        error = receipt.ending not in ("completed", "client_gone")
        asked[receipt.client, receipt.status, "errors"] += error
    return asked


def _count(sums: Sum, where: tuple[str, str, str], status: int, counts: Usage | Tally) -> None:
    for name in _COUNTED:
        sums[*where, status, name] += int(getattr(counts, name))
