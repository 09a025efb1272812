"""Events as a stream of Anthropic's."""

import json

import pytest

from src.domain import sse
from src.domain.answers import (
    BlockEnded,
    BlockStarted,
    Delta,
    Ended,
    Event,
    Failed,
    Finished,
    ForeignDelta,
    Started,
    UsageSaid,
)
from src.domain.blocks import Foreign
from src.domain.dialects.anthropic_messages.stream_in import Decoder
from src.domain.dialects.anthropic_messages.stream_out import Encoder
from src.domain.errors import BadAnswer, Cut, ServerFailed
from src.domain.receipt import Usage
from tests.support import messages
from tests.support.messages import Json, begin, delta, stop

START = Started("chatcmpl-1", "gpt-x")
END: list[Event] = [Finished("stop"), Ended()]
CALL = {"type": "tool_use", "name": "f", "input": {}}


def encode(*events: Event) -> list[Json]:
    """What is written, as events; each is named as its type says."""
    encoder = Encoder()
    raw = b"".join(encoder.write(event) for event in events)
    found = sse.Reader().feed(raw)
    bodies = [json.loads(event.data or b"") for event in found]
    assert [body["type"] for body in bodies] == [event.name for event in found]
    return bodies


def blocks(*events: Event, finish: Event = END[0]) -> list[Json]:
    """What stands between message_start and message_delta."""
    return encode(START, *events, finish, Ended())[1:-2]


def call(index: int, id: str) -> BlockStarted:
    return BlockStarted(index, "tool_call", id, "f")


def test_a_text_is_written() -> None:
    """Every event that Anthropic's own streams have; usage may come after the reason."""
    said: list[Event] = [BlockStarted(0, "text"), Delta(0, "text", "A"), BlockEnded(0)]
    usage = UsageSaid(Usage(44, 12, cached_tokens=30, cache_write_tokens=5))

    assert [
        {
            "type": "message_start",
            "message": {
                "id": "chatcmpl-1",
                "type": "message",
                "role": "assistant",
                "model": "gpt-x",
                "content": [],
                "stop_reason": None,
                "stop_sequence": None,
                "usage": {
                    "input_tokens": 0,
                    "cache_creation_input_tokens": 0,
                    "cache_read_input_tokens": 0,
                    "output_tokens": 0,
                },
            },
        },
        *messages.text(0, "A"),
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": {
                "input_tokens": 9,
                "cache_creation_input_tokens": 5,
                "cache_read_input_tokens": 30,
                "output_tokens": 12,
            },
        },
        messages.STOP,
    ] == encode(START, *said, END[0], usage, Ended())


@pytest.mark.parametrize("name", messages.STREAMS)
def test_a_stream_there_and_back_says_the_same(name: str) -> None:
    """Anthropic's own, read and written and read."""

    def decode(raw: bytes) -> list[Event]:
        decoder = Decoder(now=0.0)
        return [said for came in sse.Reader().feed(raw) for said in decoder.feed(came)]

    encoder = Encoder()
    first = decode(messages.wire(messages.STREAMS[name]))
    assert first == decode(b"".join(encoder.write(event) for event in first))


def test_calls_that_are_told_at_once_wait_for_each_other() -> None:
    """Here no two blocks may overlap; text after a call is a new block."""
    found = blocks(
        *(call(0, "a"), call(1, "b"), Delta(1, "arguments", "{"), Delta(0, "arguments", '{"x"')),
        *(BlockStarted(2, "text"), Delta(2, "text", "A"), Delta(1, "arguments", "}")),
        *(BlockEnded(2), Delta(0, "arguments", ":1}"), BlockEnded(0), BlockEnded(1)),
    )

    assert [
        begin(0, CALL | {"id": "a"}),
        delta(0, "input_json_delta", partial_json='{"x"'),
        delta(0, "input_json_delta", partial_json=":1}"),
        stop(0),
        begin(1, CALL | {"id": "b"}),
        delta(1, "input_json_delta", partial_json="{"),
        delta(1, "input_json_delta", partial_json="}"),
        stop(1),
        *messages.text(2, "A"),
    ] == found


def test_what_is_said_is_written_at_once() -> None:
    """A piece of the open block does not wait."""
    encoder = Encoder()
    for event in (START, BlockStarted(0, "text")):
        encoder.write(event)

    assert b"A" in encoder.write(Delta(0, "text", "A"))


def test_empty_blocks_are_not_written() -> None:
    """Sent back, an empty text would be refused; places are counted without gaps."""
    found = blocks(
        *(BlockStarted(0, "text"), Delta(0, "text", ""), BlockEnded(0)),
        *(BlockStarted(1, "thinking"), BlockEnded(1)),
        *(BlockStarted(2, "refusal"), Delta(2, "refusal", "No."), BlockEnded(2)),
    )

    assert messages.text(0, "No.") == found


def test_thinking_is_written() -> None:
    """What nobody signed ends with an empty signature: some SDKs wait for one. A signature alone is
    thinking that was left out."""
    found = blocks(
        *(BlockStarted(0, "thinking"), Delta(0, "thinking", "T"), BlockEnded(0)),
        *(BlockStarted(1, "thinking"), Delta(1, "signature", "s"), BlockEnded(1)),
        *(BlockStarted(2, "redacted_thinking", data="RW5j"), BlockEnded(2)),
    )

    assert [
        *messages.thinking(0, "T", signature=""),
        *messages.thinking(1, signature="s"),
        *messages.redacted(2),
    ] == found


def test_ids_are_made_fit() -> None:
    """And stay two."""
    found = blocks(call(0, "a.b"), BlockEnded(0), call(1, "a b"), BlockEnded(1))

    assert ["a_b", "a_b_2"] == [b["content_block"]["id"] for b in found if "content_block" in b]


def test_what_another_dialect_alone_knows_is_not_written() -> None:
    """Nor does it take a place."""
    theirs = Foreign("openai_chat", {"x": 1})
    found = blocks(
        *(BlockStarted(0, "foreign", foreign=theirs), Delta(0, "text", "x"), BlockEnded(0)),
        *(BlockStarted(1, "text"), Delta(1, "text", "A"), ForeignDelta(1, theirs), BlockEnded(1)),
        *(BlockStarted(0, "text", choice=1), Delta(0, "text", "B", choice=1)),
        Finished("length", choice=1),
    )

    assert messages.text(0, "A") == found


def test_open_and_waiting_blocks_end_with_the_answer() -> None:
    """However many: a thousand of them too."""
    calls = [call(index, f"c{index}") for index in range(1000)]
    found = blocks(*calls, finish=Finished("tool_calls"))

    assert 2000 == len(found)
    assert stop(999) == found[-1]


def test_a_stray_piece_is_left_out() -> None:
    """Of a block that never began, or is over."""
    found = blocks(
        *(Delta(7, "text", "x"), BlockEnded(7), BlockStarted(0, "text"), Delta(7, "text", "x")),
        *(Delta(0, "text", "A"), BlockEnded(0), Delta(0, "text", "x")),
    )

    assert messages.text(0, "A") == found


@pytest.mark.parametrize("arguments", ["{", "[]", "null", '{"a'])
def test_broken_arguments_are_a_broken_answer(arguments: str) -> None:
    """Unless the limit of tokens cut them."""
    said: list[Event] = [call(0, "a"), Delta(0, "arguments", arguments), BlockEnded(0)]
    with pytest.raises(BadAnswer):
        encode(START, *said, Finished("tool_calls"), Ended())

    assert (
        "max_tokens"
        == encode(START, *said, Finished("length"), Ended())[-2]["delta"]["stop_reason"]
    )


def test_a_stop_with_calls_is_tool_use() -> None:
    """Or no agent would run them."""
    found = encode(START, call(0, "a"), BlockEnded(0), *END)

    assert "tool_use" == found[-2]["delta"]["stop_reason"]


def test_an_end_without_a_reason_is_cut() -> None:
    """Never a clean end on a cut answer."""
    with pytest.raises(Cut):
        encode(START, Ended())


def test_nothing_follows_a_failure_or_the_end() -> None:
    """The error itself is written elsewhere."""
    after = [BlockStarted(0, "text"), Delta(0, "text", "A"), *END]

    assert 1 == len(encode(START, Failed(ServerFailed()), *after))
    assert 3 == len(encode(START, *END, *after))
