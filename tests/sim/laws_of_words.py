"""Laws about what reaches a caller: whose bytes, which bytes, and how they end."""

from collections.abc import Iterator

from src.application.whole import SWITCHED
from src.domain.catalogue import Snapshot
from src.domain.errors import DeadlineExceeded
from src.domain.receipt import Receipt

from . import laws_of_meaning
from .history import History, Try, Visit


def of_visit(history: History, visit: Visit, receipt: Receipt | None) -> Iterator[str]:
    """I1, I3 and I10 for one request; `receipt`: None where its process died first."""
    yield from _as_wished(history, visit, receipt)
    if not visit.tries_before:
        return
    server = history.tries_of(visit.id)[visit.tries_before - 1]
    if not visit.passes(server):
        yield from laws_of_meaning.of_answer(visit, server)
    elif visit.stream:
        yield from _stream(visit, server)
    elif visit.ended == ["answer"] and visit.written != [server.script.body]:
        yield "I10: a whole answer is not its provider's, to the byte:"
    if receipt is not None and visit.ended in (["answer"], ["finish"]) and visit.gone_at is None:
        yield from _receipt(visit, server, receipt)
    late = visit.gone_at is not None or isinstance(visit.refusal, DeadlineExceeded)
    strict, passes = visit.how == "whole", visit.passes(server)
    fine = server.script.fine(visit.asked_of(server), strict=strict, passes=passes)
    if fine and visit.ended == ["refuse"] and not late:
        yield f"I1: '{server.script.name}' is whole, but the caller got {visit.refusal!r}:"


def _as_wished(history: History, visit: Visit, receipt: Receipt | None) -> Iterator[str]:
    """Whole delivery: a complete answer or one clean error; live only over the bound, and it says
    so."""
    how, said = visit.how, b"".join(visit.written)
    if receipt is not None and receipt.attempts and visit.stream and visit.delivery is not None:
        allowed = ("live",) if visit.delivery == "live" else ("whole", "switched")
        if receipt.delivery not in allowed:
            yield f"whole: asked for {visit.delivery}, delivered {receipt.delivery}:"
    if (how == "switched") != said.startswith(SWITCHED) and said:
        yield f"whole: delivered {how}, and the caller heard {said[:20]!r}:"
    if how != "whole" or not visit.opened or not visit.stream:
        return
    if not visit.tries_before:
        return
    one = history.tries_of(visit.id)[visit.tries_before - 1]
    passes = visit.passes(one)
    complete = one.script.complete(visit.asked_of(one), strict=True, passes=passes)
    if visit.ended == ["refuse"] or not complete:
        yield f"whole: bytes of '{one.script.name}' before it was complete:"


def _stream(visit: Visit, server: Try) -> Iterator[str]:
    hide, script = visit.hides_usage, server.script
    refused = visit.ended == ["refuse"]
    said = b"".join(visit.written[:-1] if refused else visit.written).removeprefix(SWITCHED)
    if visit.ended == ["finish"]:
        if not script.complete(visit.choices):
            yield f"I1: a clean end on '{script.name}', which is incomplete:"
        # At its deadline an answer that is whole ends well, though its usage is still to come.
        spared = visit.hurried and script.enough(said, visit.choices)
        if said != script.clean(hide_usage=hide) and not spared:
            yield f"I10: not the bytes of try {server.number} ({script.name}):"
        return
    most = script.clean if script.complete(visit.choices) else script.told
    if not most(hide_usage=hide).startswith(said):
        yield f"I10: other bytes than those of try {server.number} ({script.name}):"


def _receipt(visit: Visit, server: Try, receipt: Receipt) -> Iterator[str]:
    """I3: recorded is what was delivered, by whom it was delivered."""
    served = receipt.served_by
    if served is None or (served.provider, served.model, served.key) != (
        server.provider,
        server.model,
        server.key,
    ):
        yield f"I3: served by {server.target} with {server.key}, recorded {served}:"
    if receipt.bytes_out != sum(map(len, visit.written)):
        yield f"I3: {receipt.bytes_out} bytes recorded:"
    used, usage = server.script.used, receipt.usage
    if used and not visit.hurried and usage != used:
        yield f"I3: {used} was used, recorded {usage}:"


def leaked(history: History, snapshot: Snapshot) -> list[str]:
    """The handles of provider keys that are in what callers got, or in a receipt."""
    words = b"".join(data for visit in history.visits.values() for data in visit.written)
    words += repr(history.receipts).encode()
    keys = [key for provider in snapshot.providers for key in provider.keys]
    return [key.handle for key in keys if key.secret.encode() in words]
