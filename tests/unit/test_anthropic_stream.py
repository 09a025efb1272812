"""What of a stream of Anthropic's dialect passes, when it began to mean something, how it ended."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.domain.dialects.anthropic_messages.stream import StreamReader
from src.domain.errors import BadAnswer, Cut, RateLimited, ServerFailed, StreamFailed
from src.domain.receipt import Usage
from src.domain.sse import LARGEST_EVENT
from tests.support import messages
from tests.support.messages import OVERLOADED, PING, STOP, event, start, wire

ENDS = {"LF": b"\n", "CRLF": b"\r\n", "CR": b"\r"}
TAPES = {name: wire(bodies) for name, bodies in messages.STREAMS.items()}
TAPES |= {end: wire(messages.STREAMS["text"], line_end=mark) for end, mark in ENDS.items()}
HELLO = [messages.begin(0, {"type": "text", "text": ""})]
HELLO += [messages.delta(0, "text_delta", text="Hi")]


def reader_of(*, strict: bool = False) -> StreamReader:
    return StreamReader(now=0.0, strict=strict)


def passed(reader: StreamReader, *parts: bytes) -> bytes:
    raw = b"".join(reader.feed(part).raw for part in parts)
    return raw if reader.done else raw + reader.end()


@pytest.mark.parametrize("tape", TAPES.values(), ids=TAPES)
def test_a_recorded_stream_passes_to_the_byte_however_it_is_cut(tape: bytes) -> None:
    """In two at every place: the same bytes, complete, done, and meaningful."""
    for cut in range(len(tape)):
        reader = reader_of()
        assert tape == passed(reader, tape[:cut], tape[cut:])
        assert (True, True, None) == (reader.complete, reader.meaningful, reader.failure)
        assert (True, True) == (reader.ended, reader.told)


LIVELY = b"".join(
    [
        *(b": hi\n\n", event(start()), event(PING), b"data: no json\n\n", wire(HELLO)),
        *(event({"type": "of_tomorrow"}), event(PING), event(messages.stop(0))),
        *(wire(messages.last("end_turn")), b"data: after\n\n", event(STOP)),
    ]
)


@given(st.lists(st.integers(0, len(LIVELY)), max_size=20))
def test_any_cut_gives_the_same_passed_bytes(cuts: list[int]) -> None:
    """Comments, garbage and events of tomorrow included; nothing after message_stop."""
    reader = reader_of()
    parts = [LIVELY[a:b] for a, b in pairwise([0, *sorted(cuts), len(LIVELY)])]

    assert LIVELY[: LIVELY.index(event(STOP)) + len(event(STOP))] == passed(reader, *parts)
    assert Usage(44, 12, cached_tokens=30, cache_write_tokens=5) == reader.usage


MEANING = {
    "a start": (start(), False),
    "a ping": (PING, False),
    "an empty text": (messages.begin(0, {"type": "text", "text": ""}), False),
    "an empty thought": (messages.begin(0, {"type": "thinking", "thinking": ""}), False),
    "an empty piece": (messages.delta(0, "text_delta", text=""), False),
    "a text that begins": (messages.begin(0, {"type": "text", "text": "x"}), True),
    "text": (messages.delta(0, "text_delta", text="x"), True),
    "thinking": (messages.delta(0, "thinking_delta", thinking="x"), True),
    "a signature": (messages.delta(0, "signature_delta", signature="x"), True),
    "a tool call": (messages.tool(0, "toolu_1")[0], True),
    "arguments": (messages.delta(0, "input_json_delta", partial_json="{"), True),
    "redacted thinking": (messages.redacted(0)[0], True),
    "a server's tool": (messages.searched(0)[0], True),
    "a block's end": (messages.stop(0), False),
    "usage": ({"type": "message_delta", "delta": {}, "usage": {"output_tokens": 1}}, False),
    "a reason": (messages.last("end_turn")[0], True),
    "what is new": ({"type": "of_tomorrow", "delta": {"text": "x"}}, False),
}


@pytest.mark.parametrize(("body", "expected"), MEANING.values(), ids=MEANING)
def test_the_first_meaningful_event_is_known(body: messages.Json, expected: bool) -> None:
    """Text, thinking, a tool call, a finish; nothing else."""
    reader = reader_of()
    reader.feed(event(body))

    assert expected == reader.meaningful


def test_the_last_count_stands_and_a_missing_one_keeps_the_earlier() -> None:
    """Counts in message_delta are totals; an explicit zero is one, and null is none."""
    counts: messages.Json = {"cache_read_input_tokens": 0, "cache_creation_input_tokens": None}
    reader = reader_of()
    reader.feed(wire([start(), *messages.last("end_turn", **counts)]))

    assert Usage(14, 12, cache_write_tokens=5) == reader.usage


def test_pieces_are_about_a_token_each() -> None:
    """Events that carried content; pings and ends are none."""
    reader = reader_of()
    reader.feed(wire(messages.STREAMS["parallel tools"]))

    assert 5 == reader.pieces


def test_what_came_of_a_cut_stream_is_estimated() -> None:
    """What went in as message_start says; its count of what comes is a word or two too early."""
    reader = reader_of()
    reader.feed(wire([start(), *messages.text(0, "a", "b", "c")]))
    before = reader_of()
    before.feed(event(start()))

    assert Usage(44, 3, cached_tokens=30, cache_write_tokens=5, estimated=True) == reader.usage
    assert before.usage is None


def test_pings_are_comments() -> None:
    """They are no events; before the answer begins a few of them pass and the rest do not."""
    reader = reader_of()
    early = reader.feed(event(start()) + event(PING) * 20)
    late = reader.feed(wire(HELLO) + event(PING) * 20)

    assert (1, event(start()) + event(PING) * 16) == (early.events, early.raw)
    assert (2, wire(HELLO) + event(PING) * 20) == (late.events, late.raw)


def test_a_stream_that_ends_early_is_cut() -> None:
    """Also after its reason, and also within its last event: only message_stop ends an answer."""
    bodies = messages.STREAMS["text"]
    early = [wire(bodies[:count]) for count in range(len(bodies))]
    for tape in (*early, wire(bodies)[:-4]):
        reader = reader_of()
        reader.feed(tape)
        with pytest.raises(Cut):
            reader.end()


def test_a_last_event_without_its_blank_line_counts() -> None:
    """It was complete all the same."""
    tape = wire(messages.STREAMS["text"])
    reader = reader_of()

    assert tape == reader.feed(tape[:-2]).raw + reader.end()
    assert reader.complete


FAILURES = {
    "overloaded": (event(OVERLOADED), ServerFailed),
    "without a name": (b"data: " + messages.dump(OVERLOADED) + b"\n\n", ServerFailed),
    "a limit": (b'data: {"error": {"type": "rate_limit_error"}}\n\n', RateLimited),
    "no JSON": (b"event: error\ndata: broken\n\n", StreamFailed),
    "of no known kind": (b'event: error\ndata: {"error": {"type": "x"}}\n\n', BadAnswer),
}


@pytest.mark.parametrize(("raw", "expected"), FAILURES.values(), ids=FAILURES)
@pytest.mark.parametrize("before", [[start()], [start(), *HELLO]], ids=["early", "late"])
def test_an_error_event_is_a_failure_and_does_not_pass(
    raw: bytes, expected: type[Exception], before: list[messages.Json]
) -> None:
    """Nor does what follows it."""
    reader = reader_of()
    reader.feed(wire(before))

    assert b"" == reader.feed(raw + event(STOP)).raw
    assert (expected, False) == (type(reader.failure), reader.complete)
    with pytest.raises(expected):
        reader.end()


def test_words_about_errors_are_no_errors() -> None:
    """What stands inside a string is the model's."""
    said = messages.text(0, '"type":"error" {"error": {"type":"message_stop"}}')
    reader = reader_of()

    assert wire([start(), *said]) == reader.feed(wire([start(), *said])).raw
    assert (None, False) == (reader.failure, reader.done)


def test_an_event_without_end_is_refused() -> None:
    """Over 4 MiB."""
    with pytest.raises(BadAnswer):
        reader_of().feed(b"data: " + b"x" * LARGEST_EVENT)


@given(st.lists(st.sampled_from(sorted(messages.STREAMS)), max_size=3), st.binary(max_size=40))
def test_any_bytes_are_read(names: list[str], noise: bytes) -> None:
    """Whatever comes, nothing is raised but what a stream may do."""
    reader = reader_of()
    for name in names:
        reader.feed(wire(messages.STREAMS[name][:3]) + noise)
    reader.feed(noise)
    if not reader.done and reader.failure is None:
        with pytest.raises((Cut, BadAnswer)):
            reader.end()
