"""Thoughts between words and calls keep their place through a caller of OpenAI's dialect."""

import json
from typing import Any

import pytest
from openai.lib.streaming.chat import ChatCompletionStreamState
from openai.types.chat import ChatCompletionChunk

from src.domain import strict_json
from src.domain.answers import Answer, Choice
from src.domain.blocks import (
    Block,
    CacheMark,
    RedactedThinking,
    Refused,
    Text,
    Thinking,
    ToolCall,
)
from src.domain.dialects.anthropic_messages import answer_in as claude
from src.domain.dialects.anthropic_messages import request_out as to_claude
from src.domain.dialects.anthropic_messages.stream_in import Decoder
from src.domain.dialects.openai_chat import answer_out, request_in
from src.domain.dialects.openai_chat.stream_out import Encoder
from src.domain.sse import Reader
from tests.support import messages
from tests.support.claude import whole
from tests.support.messages import Json, last, redacted, start, text, thinking, tool

#: A turn as Claude writes it with interleaved thinking; each thought is signed for its place.
TURN = [
    *(start(), *thinking(0, "First", signature="s0"), *text(1, "Grüße 🌍", " und")),
    *(*thinking(2, "then", signature="s1"), *text(3, " more"), *tool(4, "toolu_1", '{"a":1}')),
    *(*thinking(5, "and", signature="s2"), *redacted(6), *tool(7, "toolu_2", "{}")),
    *(*tool(8, "toolu_3", "{}"), *last("tool_use")),
]


def gathered(events: list[Json]) -> Json:
    """The message as OpenAI's SDK puts it together from a stream."""
    decoder, encoder = Decoder(0.0), Encoder(include_usage=True, now_created=1)
    read = [one for event in Reader().feed(messages.wire(events)) for one in decoder.feed(event)]
    raw = b"".join(encoder.write(event) for event in read)
    state: ChatCompletionStreamState[None] = ChatCompletionStreamState()
    for event in Reader().feed(raw):
        if event.data and event.data != b"[DONE]":
            chunk = ChatCompletionChunk.model_validate(json.loads(event.data), strict=True)
            list(state.handle_chunk(chunk))
    return state.current_completion_snapshot.choices[0].message.model_dump(exclude_none=True)


def given(events: list[Json]) -> Json:
    """The same from a whole answer."""
    answer = claude.read(messages.dump(whole(events)), now=0.0)
    return json.loads(answer_out.write(answer).body)["choices"][0]["message"]


def sent_back(message: Json) -> Json:
    """What Claude reads of it in the next request."""
    made = message.get("tool_calls") or ()
    results = [{"role": "tool", "tool_call_id": call["id"], "content": "x"} for call in made]
    said = [{"role": "user", "content": "Hi"}, message, *results]
    body = json.dumps({"model": "m", "messages": said}).encode()
    written = to_claude.write(request_in.read(strict_json.read(body)), "claude-opus-4-6")
    assert () == written.lost
    return json.loads(written.body)["messages"][1]["content"]


@pytest.mark.parametrize("through", [given, gathered], ids=["whole", "stream"])
def test_a_turn_comes_back_as_it_was(through: Any) -> None:
    """Every block in its place: Claude refuses a thought that was moved."""
    assert whole(TURN)["content"] == sent_back(through(TURN))


@pytest.mark.parametrize("through", [given, gathered], ids=["whole", "stream"])
@pytest.mark.parametrize("name", ["interleaved thinking", "redacted thinking", "text"])
def test_recorded_answers_come_back_as_they_were(name: str, through: Any) -> None:
    """And a thought that comes first says nothing of its place."""
    events = messages.STREAMS[name]
    message = through(events)

    assert whole(events)["content"] == sent_back(message)
    assert all("after" not in block for block in message.get("thinking_blocks", ())[:1])


def read(**message: Json) -> tuple[Block, ...]:
    said = [{"role": "user", "content": "Hi"}, {"role": "assistant"} | message]
    body = json.dumps({"model": "m", "messages": said}).encode()
    return request_in.read(strict_json.read(body)).turns[1].blocks


def thought(**after: int) -> Json:
    place = {"after": after} if after else {}
    return {"type": "thinking", "thinking": "T", "signature": "s"} | place


T = Thinking("T", "s")
PLACES: list[tuple[Json, tuple[Block, ...]]] = [
    ({"content": "ab", "thinking_blocks": [thought(content=1)]}, (Text("a"), T, Text("b"))),
    ({"content": "ab", "thinking_blocks": [thought(content=2)]}, (Text("ab"), T)),
    ({"content": "ab", "thinking_blocks": [thought(content=99)]}, (Text("ab"), T)),
    ({"content": "ab", "thinking_blocks": [thought(content=-4)]}, (T, Text("ab"))),
    ({"content": None, "thinking_blocks": [thought(content=3, tool_calls=2)]}, (T,)),
    ({"content": "ab", "thinking_blocks": [thought(content=1), thought()]},
     (Text("a"), T, T, Text("b"))),
    ({"content": "ab", "refusal": "no", "thinking_blocks": [thought(content=3)]},
     (Text("ab"), T, Refused("no"))),
    ({"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "bc"}],
      "thinking_blocks": [thought(content=2)]}, (Text("a"), Text("b"), T, Text("c"))),
    ({"content": [{"type": "text", "text": "ab", "cache_control": {"type": "ephemeral"}}],
      "thinking_blocks": [thought(content=1)]}, (Text("ab", CacheMark()), T)),
]  # fmt: skip


@pytest.mark.parametrize(("message", "blocks"), PLACES)
def test_a_place_is_where_it_can_be(message: Json, blocks: tuple[Block, ...]) -> None:
    """Whatever became of the words meanwhile: nothing is lost, and thoughts keep their order."""
    assert blocks == read(**message)


def test_calls_between_thoughts() -> None:
    """Told by their number, as words are by their characters."""
    choice = Choice((ToolCall("a", "f", "{}"), T, RedactedThinking("x"), Text("b")), "tool_calls")
    body = json.loads(answer_out.write(Answer("i", "m", (choice,))).body)

    after = {"content": 0, "tool_calls": 1}
    assert [after, after] == [
        block["after"] for block in body["choices"][0]["message"]["thinking_blocks"]
    ]
