"""Events as a stream of OpenAI's, read by the official SDK."""

import json
from collections.abc import Iterable
from typing import Any

import pytest
from openai.lib.streaming.chat import ChatCompletionStreamState
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from src.domain import strict_json
from src.domain.answers import (
    BlockEnded,
    BlockStarted,
    Delta,
    Ended,
    Event,
    Failed,
    Finish,
    Finished,
    ForeignDelta,
    Started,
    UsageSaid,
)
from src.domain.blocks import Foreign, RedactedThinking, Text, Thinking, ToolCall
from src.domain.dialects.openai_chat import request_in
from src.domain.dialects.openai_chat.stream_in import Decoder
from src.domain.dialects.openai_chat.stream_out import Encoder
from src.domain.errors import StreamFailed
from src.domain.receipt import Usage
from src.domain.sse import Reader
from tests.support import golden

USED = Usage(10, 5, 4, 2, cache_write_tokens=3)
SEARCH = Foreign("anthropic_messages", {"type": "server_tool_use"})
CLAUDE: tuple[Event, ...] = (
    Started("msg_1", "claude", Usage(10)),
    BlockStarted(0, "thinking"), Delta(0, "thinking", "h"), Delta(0, "thinking", "m"),
    Delta(0, "signature", "si"), Delta(0, "signature", "g"), BlockEnded(0),
    BlockStarted(1, "redacted_thinking", data="xx"), BlockEnded(1),
    BlockStarted(2, "text"), Delta(2, "text", "I "), ForeignDelta(2, SEARCH), BlockEnded(2),
    BlockStarted(3, "tool_call", call_id="a", name="f"), Delta(3, "arguments", '{"x"'),
    Delta(3, "arguments", ":1}"), BlockEnded(3),
    BlockStarted(4, "foreign", foreign=SEARCH), BlockEnded(4),
    BlockStarted(5, "text"), Delta(5, "text", ""), Delta(5, "text", "look."), BlockEnded(5),
    BlockStarted(6, "tool_call", call_id="b", name="g"), BlockEnded(6),
    UsageSaid(USED), Finished("tool_calls"), Ended(),
)  # fmt: skip


def chunks(events: Iterable[Event], *, include_usage: bool = True) -> list[dict[str, Any]]:
    """What the caller reads; the last event must be [DONE]."""
    encoder = Encoder(include_usage=include_usage, now_created=1_700_000_000)
    raw = b"".join(encoder.write(event) for event in events)
    found = [event.data or b"" for event in Reader().feed(raw)]
    assert golden.DONE == found[-1]
    return [json.loads(data) for data in found[:-1]]


def heard(events: Iterable[Event]) -> ChatCompletion:
    """What the official SDK makes of it."""
    state: ChatCompletionStreamState[None] = ChatCompletionStreamState()
    for chunk in chunks(events):
        list(state.handle_chunk(ChatCompletionChunk.model_validate(chunk, strict=True)))
    return state.current_completion_snapshot


def test_the_sdk_reads_the_whole_answer() -> None:
    """Texts, calls with and without arguments, usage, and the provider's own id and model."""
    found = heard(CLAUDE)
    message = found.choices[0].message

    assert ("msg_1", "claude", "tool_calls", "I look.") == (
        *(found.id, found.model, found.choices[0].finish_reason, message.content),
    )
    assert [("a", "f", '{"x":1}'), ("b", "g", "{}")] == [
        (call.id, call.function.name, call.function.arguments)
        for call in message.tool_calls or ()
        if call.type == "function"
    ]
    assert found.usage is not None
    assert (10, 5, 15) == (
        *(found.usage.prompt_tokens, found.usage.completion_tokens, found.usage.total_tokens),
    )


def deltas(events: Iterable[Event], name: str) -> list[Any]:
    found = (chunk["choices"][0]["delta"] for chunk in chunks(events) if chunk["choices"])
    return [delta[name] for delta in found if name in delta]


def test_thinking_goes_out_as_it_comes_and_once_as_a_whole() -> None:
    """So that it can be sent back word for word, the unreadable too."""
    assert ["h", "m"] == deltas(CLAUDE, "reasoning_content")
    assert [
        [{"type": "thinking", "thinking": "hm", "signature": "sig", "index": 0}],
        [{"type": "redacted_thinking", "data": "xx", "index": 1}],
    ] == deltas(CLAUDE, "thinking_blocks")


def test_what_the_sdk_gathered_can_be_sent_back() -> None:
    """Word for word: the thinking of a whole turn, and its calls."""
    gathered = heard(CLAUDE).choices[0].message.model_dump()
    results = [{"role": "tool", "tool_call_id": i, "content": ""} for i in "ab"]
    body = golden.dump({"model": "m", "messages": [gathered, *results]})
    found = request_in.read(strict_json.read(body)).turns[0]

    assert (
        *(Thinking("hm", "sig"), RedactedThinking("xx"), Text("I look.")),
        *(ToolCall("a", "f", '{"x":1}'), ToolCall("b", "g", "{}")),
    ) == found.blocks


def test_a_refusal_is_a_refusal() -> None:
    """In its own field."""
    events = (
        *(Started("i", "m"), BlockStarted(0, "refusal"), Delta(0, "refusal", "no")),
        *(BlockEnded(0), Finished("refusal"), Ended()),
    )
    found = heard(events).choices[0]

    assert ("no", "content_filter") == (found.message.refusal, found.finish_reason)


def test_the_role_comes_first_and_once() -> None:
    """For every choice."""
    events = (Started("i", "m"), Finished("stop", choice=1), Finished("stop"), Ended())
    roles = [
        (one["choices"][0]["index"], one["choices"][0]["delta"].get("role"))
        for one in chunks(events)
    ]

    assert [(0, "assistant"), (1, "assistant"), (0, None)] == roles


def test_usage_is_told_to_who_asked() -> None:
    """In a chunk of its own, and null before; to others not at all."""
    asked, not_asked = chunks(CLAUDE), chunks(CLAUDE, include_usage=False)

    assert [] == asked[-1]["choices"]
    assert 3 == asked[-1]["usage"]["prompt_tokens_details"]["cache_write_tokens"]
    assert {None} == {chunk["usage"] for chunk in asked[:-1]}
    assert all("usage" not in chunk for chunk in not_asked)
    assert 10 == chunks([CLAUDE[0], Ended()])[-1]["usage"]["prompt_tokens"]


@pytest.mark.parametrize(
    ("finish", "word"),
    [("stop_sequence", "stop"), ("pause", "length"), ("window", "length"), ("length", "length")],
)
def test_every_end_has_its_word(finish: Finish, word: str) -> None:
    """One that every SDK knows."""
    assert word == heard([CLAUDE[0], Finished(finish), Ended()]).choices[0].finish_reason


def test_nothing_follows_a_failure() -> None:
    """No finish and no [DONE]: the error itself is written elsewhere."""
    encoder = Encoder(include_usage=True, now_created=0)
    encoder.write(CLAUDE[0])
    after = (Failed(StreamFailed("x")), Delta(0, "text", "x"), Finished("stop"), Ended())

    assert b"" == b"".join(encoder.write(event) for event in after)


@pytest.mark.parametrize("name", golden.STREAMS)
def test_a_stream_that_is_read_and_written_says_the_same(name: str) -> None:
    """Also when it is read by another relay behind this one."""
    tape = b"".join(golden.wire([*golden.STREAMS[name], golden.USAGE]))
    first = decoded(tape)
    encoder = Encoder(include_usage=True, now_created=0)

    assert first == decoded(b"".join(encoder.write(event) for event in first))


def decoded(tape: bytes) -> list[Event]:
    decoder = Decoder(0.0)
    return [found for event in Reader().feed(tape) for found in decoder.feed(event)]
