"""What must hold of every world once it is over (numbers: reliability, 5.1)."""

from collections.abc import Iterator

from src.domain.errors import DeadlineExceeded, KeysResting
from src.domain.journey import LEAST
from src.domain.receipt import Receipt

from . import (
    laws_of_books,
    laws_of_keys,
    laws_of_meaning,
    laws_of_refusals,
    laws_of_store,
    laws_of_tries,
    laws_of_usage,
    laws_of_words,
)
from .history import History, Visit
from .world import World

#: What the relay may need after its last word: to linger and to settle.
AFTERWARDS = 0.5 + 1.0


def broken(world: World) -> list[str]:
    """Every law this world broke, with the seed that shows it."""
    history = world.history
    found = [*history.broken, *_at_the_end(world)]
    receipts: dict[str, list[Receipt]] = {}
    for receipt in history.receipts:
        receipts.setdefault(receipt.request_id, []).append(receipt)
    for visit in history.visits.values():
        told = receipts.get(visit.id, [])
        found += [f"{law} {visit.id}" for law in _of_visit(world, visit, told)]
    found += laws_of_tries.of_providers(history)
    first = {id: told[0] for id, told in receipts.items()}
    found += laws_of_keys.of_world(history, first, stores=world.fleet.settings.store_answers)
    found += laws_of_books.of_sums(world.store.ledger)
    return [f"seed {world.seed}: {law}" for law in found]


def _of_visit(world: World, visit: Visit, receipts: list[Receipt]) -> Iterator[str]:
    history = world.history
    if visit.crash:
        yield f"I1: crashed with {visit.crash}:"
    entry = world.store.entry(visit.id)
    receipt = receipts[0] if receipts else None
    yield from laws_of_books.of_visit(history, visit, receipt, entry)
    yield from laws_of_store.of_visit(history, visit, receipt, world.fleet.settings.on_store_down)
    if len(receipts) > 1 or (visit.lived and receipt is None):
        yield f"I1: {len(receipts)} terminal states instead of one:"
        return
    yield from laws_of_words.of_visit(history, visit, receipt)
    yield from laws_of_refusals.of_visit(history, visit)
    if receipt is None:
        return
    strict = world.fleet.settings.strict_translation
    yield from laws_of_meaning.of_dropped(history, visit, receipt, strict=strict)
    yield from laws_of_tries.of_visit(history, visit, receipt)
    yield from laws_of_usage.of_visit(history, visit, receipt)
    if visit.lived:
        yield from _ends_once(visit, receipt)
        yield from _in_time(history, visit)
        yield from _true_retry_after(visit)


def _ends_once(visit: Visit, receipt: Receipt) -> Iterator[str]:
    """I1: one terminal state, and the receipt says the same as the caller heard."""
    if len(visit.ended) > 1 or (not visit.ended and visit.gone_at is None):
        yield f"I1: the caller heard {visit.ended}:"
    heard_all = visit.ended[-1:] in (["answer"], ["finish"])
    if visit.stopped:  # told by the server, if by anybody
        if heard_all and receipt.ending != "completed":
            yield f"I1: the caller has all of it, and the ending is {receipt.ending}:"
        return
    if visit.gone_at is not None:
        if receipt.status != 499:
            yield f"I1: the caller had gone, and the receipt says {receipt.status}:"
    elif (receipt.ending == "completed") != heard_all:
        yield f"I1: {visit.ended} with the ending {receipt.ending}:"
    if receipt.ending == "internal":
        yield "I1: the ending is internal:"


def _in_time(history: History, visit: Visit) -> Iterator[str]:
    """Deadlines hold for whoever does not hold them up himself."""
    end = visit.ended_at if visit.gone_at is None else visit.gone_at
    if visit.left is None or end is None:
        yield "I1: never over:"
        return
    if visit.slow or visit.process.frozen or visit.ended == ["stopped"]:
        return
    slack = history.leasing.get(visit.id, 0.0) + 0.05
    drain = (
        0.0
        if visit.gone_at is None
        else max((t.drain for t in history.tries_of(visit.id)), default=0.0)
    )
    if visit.left > end + AFTERWARDS + drain + slack:
        yield f"time: over {visit.left - end:.2f} s after its end:"
    if visit.timeout is not None and end > visit.began + visit.timeout + slack:
        yield f"time: answered {end - visit.began - visit.timeout:.2f} s after its deadline:"
    # A calendar that is set ahead ends waits early.
    if (
        isinstance(visit.refusal, DeadlineExceeded)
        and visit.timeout is not None
        and not visit.process.jump
    ):
        early = visit.began + visit.timeout - end
        # After one that failed no other is begun too late.
        if early > (LEAST if history.tries_of(visit.id) else 0.0) + 0.05:
            yield f"time: given up {early:.2f} s before its deadline:"


def _true_retry_after(visit: Visit) -> Iterator[str]:
    """A 429 for keys that rest names the instant at which one of them is back."""
    refusal = visit.refusal
    if not isinstance(refusal, KeysResting) or "rests" not in refusal.message:
        return
    if visit.process.jump < 0:
        return  # what was over is to come again, if the relay still knows of it
    back = visit.refused_now + refusal.retry_after
    if refusal.retry_after and all(abs(back - told) > 0.001 for told in visit.rests_then):
        yield f"I6: Retry-After {refusal.retry_after:.3f} is when no key is back:"


def _at_the_end(world: World) -> Iterator[str]:
    """I12 and I13: a minute after all faults are over nothing is held, owed or left."""
    if world.leftovers:
        yield f"I13: left over: {world.leftovers}"
    for id in world.history.books.keys() - world.history.visits.keys():
        yield f"I2: {id} is in the books, and nobody asked for it"
    for visit in world.history.visits.values():
        if "-last" in visit.id and visit.refusal is not None and "store" in str(visit.refusal):
            yield f"I12: the store is back, and {visit.id} was refused for the want of it"
    if any(r.degraded for r in world.history.receipts if "-last" in r.request_id):
        yield "I12: the store is back, and somebody is degraded"
    if secrets := laws_of_words.leaked(world.history, world.snapshot):
        yield f"I8: provider keys reached callers: {secrets}"
