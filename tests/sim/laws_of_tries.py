"""Laws about tries: how many, where, in which order, and what they teach."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from src.domain.receipt import AttemptRecord, Receipt

from .history import History, Process, Try, Visit

_KEY_ERRORS = {"rate_limited", "key_rejected", "key_forbidden", "out_of_credit"}
_ONCE_MORE = {"server_error", "unreachable", "connection_reset"}
_NEVER_AGAIN = {"timeout", "cut", "stalled", "error_event", "bad_answer"}
#: Moves to another key: eight, and one that may find the target spent.
MOST_MOVES = 8
#: The retry budget: what an instance starts with, and what a repeat costs.
START, COST = 20.0, 5.0

Pair = tuple[Try, AttemptRecord]


def of_visit(history: History, visit: Visit, receipt: Receipt) -> Iterator[str]:
    """The laws for the tries of one request."""
    tries = history.tries_of(visit.id)
    if not visit.lived:
        return
    told = [(record.provider, record.model, record.key) for record in made(receipt)]
    if told != [(one.provider, one.model, one.key) for one in tries]:
        yield f"I1: the receipt tells of {told}:"
        return
    pairs = list(zip(tries, made(receipt), strict=True))
    yield from _bounded(pairs)
    yield from _late(history, visit, tries)
    yield from _order(pairs)
    yield from _rests(pairs)
    yield from _waits(visit, pairs)
    yield from _health(visit, receipt, pairs)


def made(receipt: Receipt) -> list[AttemptRecord]:
    """The attempts that reached a provider: what cannot be said in its dialect does not."""
    return [record for record in receipt.attempts if record.outcome != "cannot_carry"]


def _late(history: History, visit: Visit, tries: list[Try]) -> Iterator[str]:
    """I9: after one that failed no other begins with less than half a second left."""
    # Who holds a request up himself, or a calendar that is set, is no fault of the relay's.
    if visit.timeout is None or visit.process.jump or visit.process.frozen or visit.slow:
        return
    latest = visit.began + visit.timeout - 0.5 + history.leasing.get(visit.id, 0.0) + 0.05
    for one in tries[1:]:
        if one.at > latest:
            yield f"I9: tried {one.at - latest:.2f} s too late:"


def _bounded(pairs: list[Pair]) -> Iterator[str]:
    """I9: a request tries so often at most, and each target once more at most."""
    targets = Counter(one.target for one, record in pairs if record.outcome not in _KEY_ERRORS)
    if any(count > 2 for count in targets.values()):
        yield f"I9: one target was tried too often: {targets}"
    if len(pairs) > MOST_MOVES + 2 * len({one.target for one, _ in pairs}):
        yield f"I9: {len(pairs)} tries:"


def _order(pairs: list[Pair]) -> Iterator[str]:
    """What is silent, cut or no answer is not asked again; a judged request goes nowhere else."""
    for place, (one, record) in enumerate(pairs):
        later = [after.target for after, _ in pairs[place + 1 :]]
        if record.outcome in _NEVER_AGAIN and one.target in later:
            yield f"I9: {one.target} again after {record.outcome}:"
        if (one.script.final and record.outcome == "request_rejected") and later:
            yield f"I9: {later} after the request was rejected:"
        if record.outcome == "served" and later:
            yield f"I10: {later} after an answer:"
        before = pairs[place - 1] if place else None
        if one.unleased and not (before and _is_repeat(before, one)):
            yield f"I7: try {one.number} at {one.target}, which is open, without a lease:"


def _is_repeat(before: Pair, one: Try) -> bool:
    return before[1].outcome in _ONCE_MORE and before[0].target == one.target


def _rests(pairs: list[Pair]) -> Iterator[str]:
    """I6: what an answer says about its key is known from then on."""
    for one, record in pairs:
        rest = one.script.rest
        heard = (one.closed or 0.0) - one.at >= one.script.seconds - 0.001
        if rest is None or record.outcome not in _KEY_ERRORS or not heard:
            continue
        until = one.process.rests.get((one.key, None if rest.whole_key else one.model), 0.0)
        if until < one.closed_now + rest.seconds - 0.001:
            yield f"I6: {one.key} rests {until - one.closed_now:.3f} s after {one.script}:"


def _waits(visit: Visit, pairs: list[Pair]) -> Iterator[str]:
    """A try that gives its caller nothing is over when the provider's waits are."""
    if visit.process.frozen:
        return
    for place, (one, _) in enumerate(pairs, 1):
        silent = visit.tries_before is None or place < visit.tries_before
        bounded = visit.stream or one.script.status != 200
        # Held until it is whole, an answer may take its time.
        most = one.patience if visit.delivery == "live" else one.longest
        most += one.drain if visit.gone_at is not None else 0.0
        if silent and bounded and (one.closed or 0.0) - one.at > most + 0.1:
            yield f"time: {(one.closed or 0.0) - one.at:.1f} s with '{one.script.name}':"


def _health(visit: Visit, receipt: Receipt, pairs: list[Pair]) -> Iterator[str]:
    """A provider that does everything right has served, unless the caller would not wait."""
    if visit.process.frozen:
        return  # it may have slept through the answer
    fine = {"served", "client_gone", "stopped", "deadline"}
    held = receipt.delivery != "live" or visit.delivery != "live"
    for one, record in pairs:
        choices, passes = visit.asked_of(one), visit.passes(one)
        if one.script.fine(choices, strict=held, passes=passes) and record.outcome not in fine:
            yield f"I1: {record} for '{one.script.name}':"


def of_providers(history: History) -> Iterator[str]:
    """I9: an instance's same-target repeats stay within the budget of their provider."""
    for process in history.processes:
        yield from _budget(history, process)


def _budget(history: History, process: Process) -> Iterator[str]:
    repeats: Counter[str] = Counter()
    tries = [one for one in history.tries if one.process is process]
    first = {one.request: one.provider for one in reversed(tries)}
    firsts = Counter(first.values())
    # What could not be said to a provider counts as a request to it all the same.
    firsts += Counter(
        receipt.attempts[0].provider
        for receipt in history.receipts
        if receipt.attempts and receipt.attempts[0].outcome == "cannot_carry"
    )
    span = max(0.0, process.jump) + (tries[-1].at - tries[0].at if tries else 0.0)
    for receipt in history.receipts:
        if history.visits[receipt.request_id].process is not process:
            continue
        for before, after in pairwise(receipt.attempts):
            same = (before.provider, before.model) == (after.provider, after.model)
            repeats[after.provider] += same and before.outcome in _ONCE_MORE
    for name, count in repeats.items():
        if count * COST > START + firsts[name] + span:
            yield f"I9: {count} repeats at {name} beside {firsts[name]} requests"
