"""What must hold of every world once it is over (numbers: reliability, 5.1)."""

from collections.abc import Iterator

from src.domain.errors import DeadlineExceeded, KeysResting, ModelNotFound
from src.domain.receipt import Receipt

from . import laws_of_tries, laws_of_words
from .history import History, Visit
from .world import World

#: What the relay may need after its last word: to linger and to settle.
AFTERWARDS = 0.5 + 1.0


def broken(world: World) -> list[str]:
    """Every law this world broke, with the seed that shows it."""
    history = world.history
    found = [*history.broken, *_at_the_end(world)]
    for visit in history.visits.values():
        found += [f"{law} {visit.id}" for law in _of_visit(history, visit)]
    found += laws_of_tries.of_providers(history)
    return [f"seed {world.seed}: {law}" for law in found]


def _of_visit(history: History, visit: Visit) -> Iterator[str]:
    receipts = [receipt for receipt in history.receipts if receipt.request_id == visit.id]
    if visit.crash:
        yield f"I1: crashed with {visit.crash}:"
    if len(receipts) != 1:
        yield f"I1: {len(receipts)} terminal states instead of one:"
        return
    yield from _ends_once(visit, receipts[0])
    yield from _books(history, visit)
    yield from _in_time(history, visit)
    yield from _true_retry_after(history, visit)
    yield from laws_of_words.of_visit(history, visit, receipts[0])
    yield from laws_of_tries.of_visit(history, visit, receipts[0])


def _ends_once(visit: Visit, receipt: Receipt) -> Iterator[str]:
    """I1: one terminal state, and the receipt says the same as the caller heard."""
    if len(visit.ended) > 1 or (not visit.ended and visit.gone_at is None):
        yield f"I1: the caller heard {visit.ended}:"
    if visit.gone_at is not None:
        if receipt.status != 499:
            yield f"I1: the caller had gone, and the receipt says {receipt.status}:"
    elif (receipt.ending == "completed") != (visit.ended[-1:] != ["refuse"]):
        yield f"I1: {visit.ended} with the ending {receipt.ending}:"
    if receipt.ending == "internal":
        yield "I1: the ending is internal:"


def _books(history: History, visit: Visit) -> Iterator[str]:
    """I2: admitted once, settled once; nothing is booked for what nobody serves."""
    booked = history.books.get(visit.id)
    if isinstance(visit.refusal, ModelNotFound):
        if booked is not None:
            yield "I2: a hold for a request without a target:"
        return
    if booked is None or (booked.admits, booked.settles) != (1, 1):
        yield f"I2: {booked}:"
    elif booked.open and not booked.lost:
        yield "I2: settled, and open all the same:"


def _in_time(history: History, visit: Visit) -> Iterator[str]:
    """Deadlines hold for whoever does not hold them up himself."""
    end = visit.ended_at if visit.gone_at is None else visit.gone_at
    if visit.left is None or end is None:
        yield "I1: never over:"
        return
    if visit.slow:
        return
    slack = history.leasing.get(visit.id, 0.0) + 0.05
    if visit.left > end + AFTERWARDS + slack:
        yield f"time: over {visit.left - end:.2f} s after its end:"
    if visit.timeout is not None and end > visit.began + visit.timeout + slack:
        yield f"time: answered {end - visit.began - visit.timeout:.2f} s after its deadline:"
    # A calendar that is set ahead ends waits early.
    if (
        isinstance(visit.refusal, DeadlineExceeded)
        and visit.timeout is not None
        and not history.jump
    ):
        early = visit.began + visit.timeout - end
        if early > 0.05:
            yield f"time: given up {early:.2f} s before its deadline:"


def _true_retry_after(history: History, visit: Visit) -> Iterator[str]:
    """A 429 for keys that rest names the instant at which one of them is back."""
    refusal = visit.refusal
    if not isinstance(refusal, KeysResting) or "rests" not in refusal.message:
        return
    if history.jump < 0:
        return  # what was over is to come again, if the relay still knows of it
    back = visit.ended_now + refusal.retry_after
    if refusal.retry_after and all(abs(back - told) > 0.001 for told in visit.rests_then):
        yield f"I6: Retry-After {refusal.retry_after:.3f} is when no key is back:"


def _at_the_end(world: World) -> Iterator[str]:
    """I13: nothing is left."""
    if world.leftovers:
        yield f"I13: left over: {world.leftovers}"
    if world.upstream.in_flight:
        yield f"I13: {world.upstream.in_flight} calls to providers are still open"
    open_holds = sum(booked.open for booked in world.history.books.values())
    if world.ledger.inner.open_holds() != open_holds:
        yield f"I2: the books hold {world.ledger.inner.open_holds()} open, not {open_holds}"
    if secrets := laws_of_words.leaked(world.history, world.snapshot):
        yield f"I8: provider keys reached callers: {secrets}"
