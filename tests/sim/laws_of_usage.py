"""Laws about what was used: as the provider said it, or an estimate that says so, for every
attempt that was paid for, whoever got its answer (I3)."""

import json
from collections.abc import Iterator
from math import inf

from attrs import evolve

from src.domain.receipt import AttemptRecord, Receipt, Usage

from .history import History, Try, Visit
from .laws_of_tries import made
from .speech import Frame

#: Whose answer is the caller's own, though the caller may not have it.
_OWN = ("served", "client_gone")
#: At the end of what is read an event counts without its blank line as well.
BLANK = 4


def of_visit(history: History, visit: Visit, receipt: Receipt) -> Iterator[str]:
    """For every attempt; and the receipt's own usage is that of its last one, or none."""
    tries = history.tries_of(visit.id)
    asked = len(json.dumps(visit.body).encode())
    strict = receipt.delivery != "live"
    for one, record in zip(tries, made(receipt), strict=False):
        # What was read strictly may have been read on less so: over the bound of whole delivery.
        surely = one.script.heard(one.read, strict=strict, passes=visit.passes(one))
        yield from _of_try(visit, one, record, surely, asked)
        if record.outcome == "client_gone" and _read_on(history, visit, one, strict=strict):
            yield from _as_said(one, record)
    own, last = receipt.usage, receipt.attempts[-1].usage if receipt.attempts else None
    if own is not None and own != last:
        yield f"I3: {own} in the receipt, {last} in its attempt:"
    if (
        own is not None
        and not _delivered(visit, tries)
        and receipt.attempts[-1].outcome not in _OWN
    ):
        yield f"I3: {own} in the receipt, of an attempt that was abandoned:"
    if last is not None and own is None and _delivered(visit, tries):
        yield f"I3: {last} was delivered, and is not in the receipt:"


def _delivered(visit: Visit, tries: list[Try]) -> bool:
    return bool(visit.tries_before) and visit.tries_before == len(tries)


def _read_on(history: History, visit: Visit, one: Try, *, strict: bool) -> bool:
    """The caller left in the midst of an answer; there was a place to read on, and what it used
    came in time."""
    gone, process, script = visit.gone_at, visit.process, one.script
    if gone is None or visit.stopped or visit.cancelled_at is not None or process.frozen:
        return False
    if visit.slow or not visit.lived or not _place(history, visit, gone):
        return False
    over = min(gone + one.drain, visit.began + (visit.timeout or inf)) - 0.01
    passes = visit.passes(one)
    before = script.heard(script.by(gone - 0.01 - one.at), strict=strict, passes=passes)[:-1]
    after = script.heard(script.by(over - one.at), strict=strict, passes=passes)[:-1]
    began = any(frame.kind == "piece" for frame in before)
    return began and any(frame.usage for frame in after)


def _place(history: History, visit: Visit, at: float) -> bool:
    """Were fewer answers read on than may be, whoever came first at that instant?"""
    others = [
        other
        for other in history.visits.values()
        if other.process is visit.process
        and other is not visit
        and other.gone_at is not None
        and other.gone_at <= at <= (other.left or inf)
    ]
    return len(others) < visit.process.places


def _as_said(one: Try, record: AttemptRecord) -> Iterator[str]:
    if record.usage is None or record.usage.estimated:
        yield f"I3: {record.usage} of try {one.number}, whose last words came in time:"


def _of_try(
    visit: Visit, one: Try, record: AttemptRecord, surely: list[Frame], asked: int
) -> Iterator[str]:
    usage, said = record.usage, _said(one)
    if usage is None:
        # Something of an answer was surely read: the blank line of the last event may be half.
        # What is no stream is paid for when it is delivered.
        if visit.stream and any(frame.kind == "piece" for frame in surely[:-1]):
            yield f"I3: nothing recorded of try {one.number} ({one.script.name}):"
    elif usage.estimated:
        yield from _estimate(visit, one, usage, surely, asked)
    elif usage != said:
        yield f"I3: {usage} recorded of try {one.number}, which said {said}:"


def _said(one: Try) -> Usage | None:
    """What the provider says, if all of what it says is read."""
    if one.script.body is not None:
        return one.script.used
    for frame in one.script.heard(one.read + BLANK):
        if frame.usage:
            return frame.usage
    return one.script.tail.usage if one.script.tail else None


def _estimate(
    visit: Visit, one: Try, usage: Usage, surely: list[Frame], asked: int
) -> Iterator[str]:
    """About four bytes a token of what was asked, unless the provider said it when it began; one a
    piece of what was answered; only where the provider says nothing in the end."""
    if visit.stream and any(frame.usage for frame in surely[:-1]):
        yield f"I3: an estimate for try {one.number}, though it said what it used:"
    heard = one.script.heard(one.read)
    known = next((frame.known for frame in heard if frame.known), None) or Usage(asked // 4)
    if evolve(usage, output_tokens=0) != evolve(known, output_tokens=0, estimated=True):
        yield f"I3: {usage} estimated for {asked} bytes asked, with {known} known:"
    least = max(sum(frame.kind == "piece" for frame in surely[:-1]), known.output_tokens)
    most = sum(frame.kind not in ("comment", "done") for frame in heard)
    if visit.stream and not least <= usage.output_tokens <= most:
        yield f"I3: {usage.output_tokens} estimated for {least} to {most} pieces:"
