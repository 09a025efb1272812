"""What of a stream passes, when it began to mean something, and how it ended."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.domain.dialects.openai_chat.stream import StreamReader
from src.domain.errors import BadAnswer, Cut, RateLimited, ServerFailed, StreamFailed, UpstreamError
from src.domain.receipt import Usage
from src.domain.sse import LARGEST_EVENT
from tests.support import golden

USAGE = Usage(input_tokens=11, output_tokens=7, cached_tokens=4, reasoning_tokens=2)
ENDS = {"LF": b"\n", "CRLF": b"\r\n", "CR": b"\r"}
DONE = b"data: [DONE]\n\n"


def reader_of(*, hide_usage: bool = True, choices: int = 1) -> StreamReader:
    return StreamReader(hide_usage=hide_usage, choices=choices, now=0.0)


def passed(reader: StreamReader, *parts: bytes) -> bytes:
    """What passes until the provider said [DONE], and to the end if it did not."""
    raw = b"".join(reader.feed(part).raw for part in parts)
    return raw if reader.done else raw + reader.end()


def event(payload: bytes) -> bytes:
    return golden.event(payload)


HELLO = event(golden.piece({"content": "Hello"}))
STOP = event(golden.piece({}, finish="stop"))
TAPES = {
    f"{name}, {end}": (b"".join(golden.wire(payloads, line_end=mark)), 1 + (name == "n=2"))
    for name, payloads in golden.STREAMS.items()
    for end, mark in ENDS.items()
}


@pytest.mark.parametrize(("tape", "choices"), TAPES.values(), ids=TAPES)
def test_a_recorded_stream_passes_to_the_byte_however_it_is_cut(tape: bytes, choices: int) -> None:
    """In two at every place: the same bytes, complete, done, and meaningful."""
    for cut in range(len(tape)):
        reader = reader_of(choices=choices)
        assert tape == passed(reader, tape[:cut], tape[cut:])
        assert (True, True, None) == (reader.complete, reader.meaningful, reader.failure)


LIVELY = b"".join(
    [
        *(b": hi\n\n", event(golden.role()), b": ping\n\n", b"data: no json\n\n", HELLO),
        *(b": ping\n\n", STOP, event(golden.USAGE), DONE, b"data: after\n\n", DONE),
    ]
)


@given(st.lists(st.integers(0, len(LIVELY)), max_size=20), st.booleans())
def test_any_cut_gives_the_same_passed_bytes(cuts: list[int], hide: bool) -> None:
    """Comments, garbage, usage and what follows [DONE] included."""
    places = [0, *sorted(cuts), len(LIVELY)]
    reader = reader_of(hide_usage=hide)
    parts = [LIVELY[a:b] for a, b in pairwise(places)]

    kept = LIVELY[: LIVELY.index(DONE) + len(DONE)]
    assert (kept.replace(event(golden.USAGE), b"") if hide else kept) == passed(reader, *parts)
    assert USAGE == reader.usage


MEANING = {
    "a role": (golden.role(), False),
    "empty content": (golden.piece({"content": ""}), False),
    "null content": (golden.piece({"content": None}), False),
    "no choices": (golden.envelope([]), False),
    "usage": (golden.USAGE, False),
    "no JSON": (b"hello", False),
    "text": (golden.piece({"content": "x"}), True),
    "reasoning": (golden.piece({"reasoning_content": "x"}), True),
    "other reasoning": (golden.piece({"reasoning": "x"}), True),
    "a tool call": (golden.piece({"tool_calls": [{"index": 0}]}), True),
    "an old function call": (golden.piece({"function_call": {"name": "f"}}), True),
    "a refusal": (golden.piece({"refusal": "no"}), True),
    "audio": (golden.piece({"audio": {"data": "x"}}), True),
    "a finish": (golden.piece({}, finish="length"), True),
}


@pytest.mark.parametrize(("payload", "expected"), MEANING.values(), ids=MEANING)
def test_the_first_meaningful_event_is_known(payload: bytes, expected: bool) -> None:
    """Text, reasoning, a tool call, a refusal, audio or a finish; nothing else."""
    reader = reader_of()
    reader.feed(event(payload))

    assert expected == reader.meaningful


def test_only_the_chunk_nobody_asked_for_is_hidden() -> None:
    """Usage beside choices passes, and is read all the same; the last one said counts."""
    beside = event(golden.piece({"content": "x"}).replace(b'"id"', b'"usage":null,"id"', 1))
    early = event(golden.envelope([{"index": 0, "delta": {"content": "y"}}], usage={}))
    reader = reader_of()

    assert beside + early + STOP + DONE == passed(
        reader, beside, early, STOP, event(golden.USAGE), DONE
    )
    assert USAGE == reader.usage


def test_events_are_counted_and_hidden_ones_are_not() -> None:
    """Comments are no events."""
    found = reader_of().feed(b": hi\n\n" + HELLO + event(golden.USAGE) + STOP)

    assert (b": hi\n\n" + HELLO + STOP, 2) == (found.raw, found.events)


def test_a_missing_done_after_a_finish_is_completed() -> None:
    """Every choice has finished: the answer is whole."""
    assert HELLO + STOP + DONE == passed(reader_of(), HELLO, STOP)


def test_a_lost_blank_line_at_the_end_is_completed() -> None:
    """The last event was there, but for its blank line."""
    assert HELLO + STOP + DONE == passed(reader_of(), HELLO, STOP[:-2])
    assert HELLO + DONE == passed(reader_of(), HELLO, DONE[:-2])


@pytest.mark.parametrize("half", [event(golden.USAGE)[:40], b"data: [DO", b": pi", b"event: x"])
def test_half_an_event_after_the_finish_is_dropped(half: bytes) -> None:
    """The answer is whole; what was torn off does not pass."""
    assert HELLO + STOP + DONE == passed(reader_of(hide_usage=False), HELLO + STOP + half)


CUTS = {
    "nothing": (1, b""),
    "after the text": (1, HELLO),
    "in the middle of the finish": (1, HELLO + STOP[:-12]),
    "one choice of two": (2, HELLO + STOP),
    "in the middle of [DONE]": (1, HELLO + DONE[:-5]),
}


@pytest.mark.parametrize(("choices", "tape"), CUTS.values(), ids=CUTS)
def test_a_cut_is_no_end(choices: int, tape: bytes) -> None:
    """Never a clean end on an answer that is not whole, and never half an event."""
    reader = reader_of(choices=choices)
    assert tape.startswith(reader.feed(tape).raw)

    with pytest.raises(Cut):
        reader.end()


def test_both_choices_of_two_must_finish() -> None:
    """In whatever order."""
    tape = b"".join(golden.wire(golden.TWO_CHOICES, done=False))

    assert tape + DONE == passed(reader_of(choices=2), tape)


FAILURES: list[tuple[bytes, type[UpstreamError]]] = [
    (event(golden.error("Overloaded", type="overloaded_error")), ServerFailed),
    (event(golden.error("Slow down", type="", code="rate_limit_exceeded")), RateLimited),
    (b'event: error\ndata: {"message": "oops"}\n\n', StreamFailed),
    (b"event: error\ndata: oops\n\n", StreamFailed),
    (b"event: error\ndata: \xff\n\n", StreamFailed),
    (b'data: {"error": "oops"}\n\n', BadAnswer),
]


@pytest.mark.parametrize("before", [b"", HELLO], ids=["at first", "later"])
@pytest.mark.parametrize(("failing", "kind"), FAILURES)
def test_an_error_event_ends_it(before: bytes, failing: bytes, kind: type[UpstreamError]) -> None:
    """It does not pass, nor does anything after it, and the end is no clean one."""
    reader = reader_of()

    assert before == reader.feed(before + failing + STOP + DONE).raw
    assert kind is type(reader.failure)
    with pytest.raises(kind):
        reader.end()


GARBAGE = [b"hello", b"{", b"[]", b"7", b'"x"', b"\xff\xfe", b'{"id": "\xff"}', b'{"usage": {"\xff']


@pytest.mark.parametrize("before", [b"", HELLO], ids=["at first", "later"])
@pytest.mark.parametrize("garbage", GARBAGE)
def test_what_is_no_json_goes_on_and_ends_nothing(before: bytes, garbage: bytes) -> None:
    """Bad UTF-8 and deep nesting too: the relay passes on, and does not judge."""
    tape = before + event(garbage) + HELLO + STOP + DONE

    assert tape == passed(reader_of(), tape)


@pytest.mark.parametrize(
    "payload",
    [
        b'{"choices": 7}',
        b'{"choices": [7, null]}',
        b'{"choices": [{"delta": 7, "finish_reason": {}}]}',
        b'{"choices": [{"index": "x", "finish_reason": 0}]}',
        b'{"usage": {"prompt_tokens": "many"}}',
        b'{"usage": {"a": ' + b"[" * 5000 + b"]" * 5000 + b"}}",
    ],
)
def test_json_of_another_shape_hurts_nobody(payload: bytes) -> None:
    """It passes, says nothing, and the stream goes on."""
    tape = event(payload) + HELLO + STOP + DONE

    assert tape == passed(reader_of(), tape)


def test_keep_alives_go_on_once_the_answer_has_begun() -> None:
    """However many came before it: of those the first few are enough."""
    ping = b": ping\n\n"
    reader = reader_of()

    assert ping * 16 == reader.feed(ping * 100).raw
    assert HELLO + ping * 50 == reader.feed(HELLO + ping * 50).raw


def test_an_endless_event_is_refused() -> None:
    """Memory stays flat against a provider that never ends its line."""
    with pytest.raises(BadAnswer):
        reader_of().feed(b"data: " + b"x" * LARGEST_EVENT)
