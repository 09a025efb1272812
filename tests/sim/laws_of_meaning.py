"""Laws about answers that are said anew in another dialect: they mean what their provider said,
word for word, and end as it did."""

from collections.abc import Callable, Iterator
from types import ModuleType

from src.application.whole import SWITCHED
from src.domain.blocks import Dialect
from src.domain.receipt import Receipt, Usage

from . import reads_anthropic, reads_openai, requests
from .history import History, Try, Visit
from .meaning import Meaning
from .script import Script

READERS: dict[Dialect, ModuleType] = {
    "openai_chat": reads_openai,
    "anthropic_messages": reads_anthropic,
}


def of_answer(visit: Visit, server: Try) -> Iterator[str]:
    """For one whole answer or stream, as far as it reached its caller."""
    said = b"".join(visit.written).removeprefix(SWITCHED)
    if visit.stream:
        yield from _stream(visit, server, stream(visit.dialect, said))
    elif visit.ended == ["answer"]:
        heard = whole(visit.dialect, said)
        yield from _strange(heard)
        yield from _same(visit, server, heard, meant(server.script))


def stream(dialect: Dialect, data: bytes) -> Meaning:
    """What a stream says."""
    return _read(READERS[dialect].stream, data)


def whole(dialect: Dialect, body: bytes | None) -> Meaning:
    """What a whole answer says."""
    return _read(READERS[dialect].whole, body or b"")


def meant(script: Script) -> Meaning:
    """What a provider said. Some say `stop` behind tool calls, and mean them."""
    if script.body is None:
        said = stream(script.dialect, script.said())
    else:
        said = whole(script.dialect, script.body)
    if script.dialect == "openai_chat" and said.calls and said.finish == "stop":
        said.finish = "calls"
    return said


def given_again(visit: Visit, server: Try) -> bool:
    """Did the caller get what the provider of another dialect had said to somebody else?"""
    said = b"".join(visit.written)
    heard = stream(visit.dialect, said) if visit.stream else whole(visit.dialect, said)
    return heard.same(meant(server.script))


def of_dropped(history: History, visit: Visit, receipt: Receipt, *, strict: bool) -> Iterator[str]:
    """What could not be said is named; what changes the meaning is not left out by a strict relay,
    and nothing else stops a request."""
    spoken = {one.provider: one.script.dialect for one in history.tries}
    lost = visit.dialect == "openai_chat" and visit.choices > 1 and strict
    for attempt in receipt.attempts:
        foreign = lost and spoken.get(attempt.provider) != visit.dialect
        if attempt.outcome == "cannot_carry" and not foreign:
            yield f"fidelity: {attempt} for {visit.body}:"
    if any(lost and not visit.passes(one) for one in history.tries_of(visit.id)):
        yield "fidelity: a provider of another dialect was asked for one choice:"
    last = receipt.attempts[-1].outcome if receipt.attempts else "cannot_carry"
    if last == "cannot_carry":
        return
    there = spoken[receipt.attempts[-1].provider] != visit.dialect
    expected = requests.dropped(visit.body, visit.dialect) if there else set()
    if set(receipt.dropped) != expected:
        yield f"fidelity: {receipt.dropped} named of what was dropped, not {expected}:"


def _stream(visit: Visit, server: Try, heard: Meaning) -> Iterator[str]:
    script = server.script
    complete = script.complete(1, passes=False)
    whole_of_it = meant(script)
    yield from _strange(heard)
    if heard.ended and not complete:
        yield f"I1: a clean end on '{script.name}', which is incomplete:"
    if visit.ended == ["finish"]:
        if not heard.ended:
            yield f"I1: '{script.name}' was finished without a last word:"
        yield from _same(visit, server, heard, whole_of_it)
        return
    if heard.ended and visit.ended == ["refuse"]:
        yield "I1: the end of a stream, and then an error:"
    if not heard.begins(whole_of_it):
        yield f"meaning: {heard} of try {server.number} ({script.name}) with {whole_of_it}:"


def _same(visit: Visit, server: Try, heard: Meaning, said: Meaning) -> Iterator[str]:
    if not heard.same(said):
        yield f"meaning: {heard} of try {server.number}, which said {said}:"
    if visit.hurried:
        return  # its last words may have come too late
    told = heard.usage or Usage()
    if visit.stream and visit.hides_usage:
        if heard.usage is not None:
            yield f"meaning: {heard.usage} told to who did not ask for it:"
    elif said.usage is not None and told != said.usage:
        yield f"I3: {told} told of try {server.number}, which said {said.usage}:"
    elif said.usage is None and told not in (Usage(), said.known or Usage()):
        yield f"I3: {told} told of try {server.number}, which said nothing:"


def _strange(heard: Meaning) -> Iterator[str]:
    for what in heard.strange:
        yield f"dialect: {what} in the caller's answer:"


def _read(read: Callable[[bytes], Meaning], data: bytes) -> Meaning:
    try:
        return read(data)
    except (LookupError, TypeError, ValueError) as error:
        return Meaning(strange=[f"{error!r} in {data!r}"])
