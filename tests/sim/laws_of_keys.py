"""Laws about Idempotency-Key: a request with one is done once, however often it is sent."""

from collections.abc import Iterator, Mapping

from src.application.whole import SWITCHED
from src.domain.errors import Conflict
from src.domain.idempotency import LARGEST_STORED
from src.domain.receipt import Receipt

from . import laws_of_meaning
from .history import Booked, History, Try, Visit


def of_world(history: History, receipts: Mapping[str, Receipt], *, stores: bool) -> Iterator[str]:
    """For every key of every client; `stores`: answers are kept, to be given again."""
    keyed: dict[tuple[str, str], list[Visit]] = {}
    for visit in history.visits.values():
        if visit.key:
            keyed.setdefault((visit.client, visit.key), []).append(visit)
    for visits in keyed.values():
        yield from _once(history, visits, receipts)
        for visit in visits:
            if stores:
                yield from _kept(visit)
            if (receipt := receipts.get(visit.id)) is not None:
                yield from _given_again(history, visit, receipt)


def _once(history: History, visits: list[Visit], receipts: Mapping[str, Receipt]) -> Iterator[str]:
    """Whoever reaches a provider does so after those before it failed, or were taken for dead."""
    tried = [(tries[0], visit) for visit in visits if (tries := history.tries_of(visit.id))]
    tried.sort(key=lambda one: one[0].number)
    for place, (first, visit) in enumerate(tried):
        for _, before in tried[:place]:
            # Frozen between its admission and its try, and taken for dead: nobody can stop it.
            lost = history.books.get(visit.id, Booked()).since("lost")
            if lost is not None and lost <= first.at:
                continue
            if not _free(history, before, first, receipts.get(before.id)):
                yield f"key: {visit.id} reached a provider after {before.id} with the same key"


def _free(history: History, before: Visit, first: Try, receipt: Receipt | None) -> bool:
    """Had the key of `before` been given back when another's first try began?"""
    booked = history.books.get(before.id, Booked())
    lost, settled = booked.since("lost"), booked.since("settled")
    if lost is not None and lost <= first.at:
        return True
    failed = receipt is not None and not _keeps(receipt)
    return failed and settled is not None and settled <= first.at


def _keeps(receipt: Receipt) -> bool:
    if receipt.ending == "client_gone":
        return receipt.usage is not None
    return receipt.ending == "completed"


def _kept(visit: Visit) -> Iterator[str]:
    """What is small and was completed is given again: nobody hears that it was not kept."""
    refusal = visit.refusal
    first = refusal.receipt if isinstance(refusal, Conflict) else None
    if first and first.ending == "completed" and first.bytes_out <= LARGEST_STORED:
        yield f"key: {visit.id} was not given the answer of {first.request_id}"


def _given_again(history: History, visit: Visit, receipt: Receipt) -> Iterator[str]:
    """An answer that is given again is the first one's, to the byte, and nobody is asked for it."""
    refusal = visit.refusal
    if isinstance(refusal, Conflict) and history.tries_of(visit.id):
        yield f"key: {visit.id} was refused for its key, after it had reached a provider"
    if not receipt.replay_of:
        return
    first = history.visits[receipt.replay_of]
    if history.tries_of(visit.id):
        yield f"key: {visit.id} was answered from the books, and reached a provider"
    if first.body != visit.body or (first.client, first.key) != (visit.client, visit.key):
        yield f"key: {visit.id} was given the answer of another request"
    one = history.tries_of(first.id)[-1]
    if not visit.passes(one):
        yield from _said_again(visit, first, one)
        return
    script = one.script
    clean = script.clean(hide_usage=visit.hides_usage) if visit.stream else script.body
    said = b"".join(visit.written)
    # Where nobody read on to the end, only what was used may be missing.
    enough = visit.stream and script.enough(said, visit.choices)
    if said != clean and not enough and visit.ended in (["answer"], ["finish"]):
        yield f"key: {visit.id} was given another answer than {first.id}"


def _said_again(visit: Visit, first: Visit, one: Try) -> Iterator[str]:
    """What was said anew is given again to the byte, if its first caller heard all of it."""
    if visit.ended not in (["answer"], ["finish"]):
        return
    said = b"".join(visit.written)
    heard = b"".join(first.written).removeprefix(SWITCHED)
    if first.ended == visit.ended and said != heard:
        yield f"key: {visit.id} was given other bytes than {first.id}"
    if not laws_of_meaning.given_again(visit, one):
        yield f"key: {visit.id} was given another answer than {first.id}"
