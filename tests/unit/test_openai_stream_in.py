"""Streams of OpenAI-like providers as events in no provider's words."""

from collections.abc import Iterable
from typing import Any

import pytest

from src.domain.answers import (
    BlockEnded,
    BlockStarted,
    Delta,
    Ended,
    Event,
    Failed,
    Finished,
    Started,
    UsageSaid,
)
from src.domain.dialects.openai_chat.stream_in import Decoder
from src.domain.errors import BadAnswer, Cut, RateLimited, StreamFailed, UpstreamError
from src.domain.receipt import Usage
from src.domain.sse import Reader
from tests.support import golden
from tests.support.golden import piece

USED = Usage(11, 7, 4, 2)


def events(*parts: bytes) -> list[Event]:
    reader, decoder = Reader(), Decoder(0.0)
    found = [one for part in parts for event in reader.feed(part) for one in decoder.feed(event)]
    return [*found, *decoder.end()]


def said(*payloads: bytes) -> list[Event]:
    """Without the first, which says who speaks."""
    found = events(b"".join(golden.wire(payloads)))
    assert isinstance(found[0], Started)
    return found[1:]


def call(index: Any, **fields: Any) -> bytes:
    """A delta of a tool call; `id`, and what is of its function."""
    named = {name: fields.pop(name) for name in ("id", "type") if name in fields}
    place = {} if index is None else {"index": index}
    return piece({"tool_calls": [place | named | {"function": fields}]})


def begun(index: int, call_id: str, name: str = "f") -> Event:
    return BlockStarted(index, "tool_call", call_id=call_id, name=name)


def args(index: int, text: str) -> Event:
    return Delta(index, "arguments", text)


STOP, CALLS = piece({}, finish="stop"), piece({}, finish="tool_calls")
TEXT, THINK = BlockStarted(0, "text"), BlockStarted(0, "thinking")
END: list[Event] = [Finished("stop"), Ended()]
CALLED: list[Event] = [Finished("tool_calls"), Ended()]
KEPT = {"type": "thinking", "thinking": "hm m", "signature": "s"}
DATA = {"type": "redacted_thinking", "data": "x"}
STREAMS: dict[str, tuple[Iterable[bytes], list[Event]]] = {
    "text": (
        (golden.role(), piece({"content": "a"}), piece({"content": "b"}), STOP, golden.USAGE),
        [TEXT, Delta(0, "text", "a"), Delta(0, "text", "b"), UsageSaid(USED), BlockEnded(0), *END],
    ),
    "usage with the finish": (
        (piece({"content": "a"}), piece({}, finish="length", usage={"prompt_tokens": 0})),
        [TEXT, Delta(0, "text", "a"), BlockEnded(0), Finished("length"), Ended()],
    ),
    "reasoning": (
        (piece({"reasoning_content": "hm"}), piece({"content": "a", "reasoning": None}), STOP),
        [THINK, Delta(0, "thinking", "hm"), BlockEnded(0), BlockStarted(1, "text"),
         Delta(1, "text", "a"), BlockEnded(1), *END],
    ),
    "a whole block behind its deltas": (
        (piece({"reasoning_content": "hm"}), piece({"reasoning_content": " m"}),
         piece({"thinking_blocks": [KEPT]}), piece({"thinking_blocks": [DATA]}), STOP),
        [THINK, Delta(0, "thinking", "hm"), Delta(0, "thinking", " m"), Delta(0, "signature", "s"),
         BlockEnded(0), BlockStarted(1, "redacted_thinking", data="x"), BlockEnded(1), *END],
    ),
    "blocks in pieces, beside their text": (
        (piece({"reasoning_content": "hm m", "thinking_blocks": [KEPT | {"signature": ""}]}),
         piece({"thinking_blocks": [KEPT | {"thinking": ""}]}), STOP),
        [THINK, Delta(0, "thinking", "hm m"), Delta(0, "signature", "s"), BlockEnded(0), *END],
    ),
    "blocks alone": (
        (piece({"thinking_blocks": [KEPT]}), STOP),
        [THINK, Delta(0, "thinking", "hm m"), Delta(0, "signature", "s"), BlockEnded(0), *END],
    ),
    "refusal": (
        (piece({"refusal": "no"}), STOP),
        [BlockStarted(0, "refusal"), Delta(0, "refusal", "no"), BlockEnded(0),
         Finished("refusal"), Ended()],
    ),
    "text, calls, text": (
        (piece({"content": "a"}), call(0, id="x", name="f", arguments=""), call(0, arguments="{}"),
         call(1, id="y", name="f"), call(1, arguments="{ }"), piece({"content": "b"}), CALLS),
        [TEXT, Delta(0, "text", "a"), BlockEnded(0), begun(1, "x"), args(1, "{}"), BlockEnded(1),
         begun(2, "y"), args(2, "{ }"), BlockEnded(2), BlockStarted(3, "text"),
         Delta(3, "text", "b"), BlockEnded(3), *CALLED],
    ),
    "calls in turns": (
        (call(0, id="x", name="f", arguments='{"a'), call(1, id="y", name="f", arguments="{"),
         call(0, arguments='":1}'), call(1, arguments="}"), STOP),
        [begun(0, "x"), args(0, '{"a'), begun(1, "y"), args(1, "{"), args(0, '":1}'), args(1, "}"),
         BlockEnded(0), BlockEnded(1), *CALLED],
    ),
    "calls without ids or indexes": (
        (call(None, name="f", arguments="{}"), call(None, name="g", arguments="{}"), STOP),
        [begun(0, "call_0_chatcmpl-golden"), args(0, "{}"), BlockEnded(0),
         begun(1, "call_1_chatcmpl-golden", "g"), args(1, "{}"), BlockEnded(1), *CALLED],
    ),
    "every index is 0": (
        (call(0, id="x", name="f", arguments="{}"), call(0, id="y", name="f", arguments="{}"),
         STOP),
        [begun(0, "x"), args(0, "{}"), BlockEnded(0), begun(1, "y"), args(1, "{}"), BlockEnded(1),
         *CALLED],
    ),
    "no arguments, and the id in each": (
        (call(0, id="x", name="f"), call(0, id="x", arguments=""), CALLS),
        [begun(0, "x"), BlockEnded(0), *CALLED],
    ),
    "a function of old": (
        (piece({"function_call": {"name": "f", "arguments": ""}}),
         piece({"function_call": {"arguments": "{}"}}), piece({}, finish="function_call")),
        [begun(0, "call_0_chatcmpl-golden"), args(0, "{}"), BlockEnded(0), *CALLED],
    ),
    "no finish but the end": (
        (piece({"content": "a"}),), [TEXT, Delta(0, "text", "a"), BlockEnded(0), *END],
    ),
    "an answer of nothing": ((golden.role(), STOP), END),
}  # fmt: skip


@pytest.mark.parametrize(("payloads", "expected"), STREAMS.values(), ids=STREAMS)
def test_what_a_stream_says(payloads: Iterable[bytes], expected: list[Event]) -> None:
    """Blocks begin and end; the finish comes last, behind the usage."""
    found = said(*payloads)

    assert expected == [e for e in found if e != UsageSaid(Usage())]


def test_a_stream_begins_with_its_name() -> None:
    """Azure's first chunk, which is about filters, has none yet."""
    filters = golden.dump({"id": "", "model": "", "choices": [], "prompt_filter_results": []})
    found = events(b"".join(golden.wire([filters, golden.role(), STOP])))

    assert Started("chatcmpl-golden", golden.MODEL, created=1_700_000_000) == found[0]


TAPES = [*golden.STREAMS.values(), *(payloads for payloads, _ in STREAMS.values())]


@pytest.mark.parametrize("payloads", TAPES)
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_a_tape_says_the_same_however_it_is_cut(payloads: Iterable[bytes], line_end: bytes) -> None:
    """In two at every byte."""
    tape = b"".join(golden.wire([*payloads, golden.USAGE], line_end=line_end))
    whole = events(tape)

    assert all(whole == events(tape[:cut], tape[cut:]) for cut in range(len(tape)))


def test_choices_are_told_apart() -> None:
    """Each has its blocks and its finish."""
    found = said(*golden.TWO_CHOICES)

    assert [0, 1] == [e.choice for e in found if isinstance(e, Delta)]
    assert [0, 1] == [e.choice for e in found if isinstance(e, Finished)]


def test_the_last_usage_stands() -> None:
    """Every one is passed on, a zero too; what the provider says of cache writes as well."""
    details = {"cached_tokens": 0, "cache_write_tokens": 9}
    usage = {"prompt_tokens": 9, "completion_tokens": 0, "prompt_tokens_details": details}
    found = said(piece({"content": "a"}, finish="stop"), golden.envelope([], usage=usage))

    assert [UsageSaid(Usage(9, cache_write_tokens=9))] == [
        e for e in found if isinstance(e, UsageSaid)
    ]


def wire(*payloads: bytes) -> bytes:
    return b"".join(golden.wire(payloads, done=False))


def test_a_finished_stream_may_lack_its_done() -> None:
    """And one that has not finished is cut."""
    assert END == events(wire(golden.role(), STOP))[1:]
    for tape in (b"", wire(golden.role()), wire(piece({"content": "a"}))):
        with pytest.raises(Cut):
            events(tape)


ERROR = b'{"error": {"code": 429, "message": "slow"}}'
FAILURES: list[tuple[bytes, type[UpstreamError]]] = [
    (wire(piece({"content": "a"}), ERROR), RateLimited),
    (wire(piece({}, finish="error")), BadAnswer),
    (b"event: error\ndata: oops\n\n", StreamFailed),
]


@pytest.mark.parametrize(("tape", "kind"), FAILURES)
def test_an_error_event_ends_it(tape: bytes, kind: type[UpstreamError]) -> None:
    """Nothing that follows is read."""
    found = events(tape + b"".join(golden.wire([STOP])))

    assert isinstance(found[-1], Failed)
    assert kind is type(found[-1].error)


BROKEN: list[tuple[bytes, ...]] = [
    (b"[]",), (b"{",), (b'{"choices": 5}',), (b'{"choices": [5]}',), (b"[DONE]",), (b"\xff",),
    (piece(5),), (piece({"content": 5}),), (piece({"tool_calls": {}}),), (b"[" * 9999,),
    (piece({"tool_calls": [5]}),), (call(0, id="x"), b"[DONE]"),
    (call(0, id="x", name="f", arguments="{}"), piece({"content": "a"}), call(0, arguments="}")),
    (piece({"role": "assistant"}), b"[DONE]"),
    tuple(call(i, id=f"c{i}", name="f") for i in range(1001)),
]  # fmt: skip


@pytest.mark.parametrize("payloads", BROKEN)
def test_what_breaks_the_grammar_is_no_answer(payloads: tuple[bytes, ...]) -> None:
    """A typed error, never content of our own making."""
    with pytest.raises(BadAnswer):
        events(wire(*payloads))
