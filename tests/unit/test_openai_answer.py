"""Whole answers: of OpenAI-like providers as values, and values as OpenAI writes them."""

import json
from typing import Any

import pytest
from openai.types.chat import ChatCompletion

from src.domain.answers import Answer, Choice, Finish
from src.domain.blocks import (
    Block,
    Extras,
    Foreign,
    Json,
    RedactedThinking,
    Refused,
    Text,
    Thinking,
    ToolCall,
)
from src.domain.dialects.openai_chat import answer_in, answer_out
from src.domain.errors import BadAnswer, OutOfCredit, UpstreamError
from src.domain.receipt import Usage
from tests.support import golden


def read(message: Any, finish: str | None = "stop", **more: Any) -> Answer:
    choice = {"index": 0, "message": message, "finish_reason": finish}
    body = {"id": "x1", "model": "m", "created": 7, "choices": [choice]} | more
    return answer_in.read(json.dumps(body).encode(), now=0.0)


CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}
CALLED = ToolCall("c", "f", '{"a":1}')
CUSTOM = {"id": "c2", "type": "custom", "custom": {"name": "sh", "input": "ls"}}
SIGNED = {"type": "thinking", "thinking": "hm", "signature": "s"}
SAID: list[tuple[dict[str, Any], str | None, tuple[Block, ...], Finish]] = [
    ({"content": "a"}, "stop", (Text("a"),), "stop"),
    ({"content": "a"}, "length", (Text("a"),), "length"),
    ({"content": "a"}, "content_filter", (Text("a"),), "filtered"),
    ({"content": "a"}, "eos", (Text("a"),), "stop"),
    ({"content": "a"}, None, (Text("a"),), "stop"),
    ({"content": "a"}, "tool_calls", (Text("a"),), "stop"),
    ({"content": "", "tool_calls": []}, "stop", (), "stop"),
    ({"content": None, "refusal": "no"}, "stop", (Refused("no"),), "refusal"),
    ({"refusal": "no"}, "content_filter", (Refused("no"),), "refusal"),
    ({"content": "a", "tool_calls": [CALL]}, "tool_calls", (Text("a"), CALLED), "tool_calls"),
    ({"tool_calls": [CALL]}, "stop", (CALLED,), "tool_calls"),
    ({"tool_calls": [CALL]}, "length", (CALLED,), "length"),
    ({"tool_calls": [CUSTOM]}, "tool_calls", (Foreign("openai_chat", CUSTOM),), "tool_calls"),
    ({"tool_calls": [{"function": {"name": "f", "arguments": {"a": 1}}}]}, "tool_calls",
     (ToolCall("call_0_x1", "f", '{"a":1}'),), "tool_calls"),
    ({"function_call": {"name": "f", "arguments": ""}}, "function_call",
     (ToolCall("call_0_x1", "f", ""),), "tool_calls"),
    ({"content": "a", "reasoning_content": "hm"}, "stop", (Thinking("hm"), Text("a")), "stop"),
    ({"content": "a", "reasoning": "hm", "reasoning_content": None}, "stop",
     (Thinking("hm"), Text("a")), "stop"),
    ({"content": "a", "reasoning_content": "hm", "thinking_blocks": [
        SIGNED, {"type": "redacted_thinking", "data": "x"}, 5]}, "stop",
     (Thinking("hm", "s"), RedactedThinking("x"), Text("a")), "stop"),
    ({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
                  {"type": "text", "text": "a"}]}, "stop", (Thinking("hm"), Text("a")), "stop"),
]  # fmt: skip


@pytest.mark.parametrize(("message", "word", "blocks", "finish"), SAID)
def test_what_a_provider_said(
    message: dict[str, Any], word: str | None, blocks: tuple[Block, ...], finish: Finish
) -> None:
    """Whichever way it says it; a finish that does not fit the tool calls is set right."""
    assert (Choice(blocks, finish),) == read(message, word).choices


def test_the_answer_keeps_what_is_the_providers_own() -> None:
    """Id, model and time are the provider's; what only OpenAI knows rides along."""
    message: Json = {"content": "a", "annotations": [], "audio": None}
    found = read(
        message, usage={"prompt_tokens": 3, "completion_tokens": 0}, system_fingerprint="f"
    )

    assert ("x1", "m", 7, Usage(3)) == (found.id, found.model, found.created, found.usage)
    assert Extras("openai_chat", {"system_fingerprint": "f"}) == found.extras
    assert Extras("openai_chat", {"message": {"annotations": []}}) == found.choices[0].extras


NO_ANSWERS: list[tuple[bytes, type[UpstreamError]]] = [
    (b"", BadAnswer),
    (b"<html>", BadAnswer),
    (b"[]", BadAnswer),
    (b'{"choices": []}', BadAnswer),
    (b'{"choices": [5]}', BadAnswer),
    (b'{"choices": [{}]}', BadAnswer),
    (b'{"choices": [{"message": 5}]}', BadAnswer),
    (b'{"choices": [{"message": {"content": 5}}]}', BadAnswer),
    (b'{"choices": [{"message": {"content": [5]}}]}', BadAnswer),
    (b'{"choices": [{"message": {"tool_calls": 5}}]}', BadAnswer),
    (b'{"choices": [{"message": {"tool_calls": [5]}}]}', BadAnswer),
    (b'{"choices": [{"message": {"tool_calls": [{"id": "c"}]}}]}', BadAnswer),
    (b'{"choices": [{"message": ' + b"[" * 9999 + b"]" * 9999 + b"}]}", BadAnswer),
    (b'{"choices": [{"message": {"content": 1e999}}]}', BadAnswer),
    (b'{"error": {"code": "insufficient_quota"}}', OutOfCredit),
]


@pytest.mark.parametrize(("body", "kind"), NO_ANSWERS)
def test_what_is_no_answer(body: bytes, kind: type[UpstreamError]) -> None:
    """A named error, never another exception."""
    with pytest.raises(kind):
        answer_in.read(body, now=0.0)


THOUGHT = (Thinking("a", "s"), RedactedThinking("x"), Thinking("b", "t"))
USED = Usage(10, 5, 4, 2, cache_write_tokens=3)


def test_an_answer_of_anothers_is_one_of_openais() -> None:
    """The official SDK reads it; thinking can be sent back word for word."""
    blocks = (*THOUGHT, Text("I "), ToolCall("c", "f", ""), Text("look."))
    written = answer_out.write(Answer("msg", "claude", (Choice(blocks, "tool_calls"),), USED, 9))
    body = json.loads(written.body)
    found = ChatCompletion.model_validate(body, strict=True)

    assert ("I look.", "{}") == (
        found.choices[0].message.content,
        body["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"],
    )
    assert "ab" == body["choices"][0]["message"]["reasoning_content"]
    assert [
        {"type": "thinking", "thinking": "a", "signature": "s"},
        {"type": "redacted_thinking", "data": "x"},
        {"type": "thinking", "thinking": "b", "signature": "t"},
    ] == body["choices"][0]["message"]["thinking_blocks"]
    assert {
        "prompt_tokens": 10,
        "completion_tokens": 5,
        "total_tokens": 15,
        "prompt_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 3},
        "completion_tokens_details": {"reasoning_tokens": 2},
    } == body["usage"]


FINISHES: list[tuple[Finish, str]] = [
    *(("stop", "stop"), ("length", "length"), ("tool_calls", "stop")),
    *(("stop_sequence", "stop"), ("filtered", "content_filter"), ("refusal", "content_filter")),
    *(("pause", "length"), ("window", "length")),
]


@pytest.mark.parametrize(("finish", "word"), FINISHES)
def test_every_end_has_its_word(finish: Finish, word: str) -> None:
    """And a time that the provider does not say is ours."""
    body = json.loads(answer_out.write(Answer("i", "m", (Choice((), finish),)), now_created=5).body)

    assert (word, 5, "") == (
        body["choices"][0]["finish_reason"],
        body["created"],
        body["choices"][0]["message"]["content"],
    )


def test_what_has_no_place_is_named() -> None:
    """Foreign blocks, and what is of a text besides its citations."""
    search = Foreign("anthropic_messages", {"type": "server_tool_use", "id": "s"})
    strange = Text("a", extras=Extras("anthropic_messages", {"citations": [{}], "mood": "x"}))
    written = answer_out.write(Answer("i", "m", (Choice((search, strange), "stop"),)))

    assert ("content[0] (server_tool_use)", "content[1].mood") == written.dropped


WHOLE = (golden.TEXT_ANSWER, golden.TOOL_ANSWER, golden.STRUCTURED_ANSWER, golden.REFUSAL_ANSWER,
         golden.LOGPROBS_ANSWER, golden.REASONING_ANSWER, golden.TWO_ANSWERS)  # fmt: skip


@pytest.mark.parametrize("whole", WHOLE)
def test_recorded_answers_survive(whole: golden.Json) -> None:
    """Read, written and read again they say the same."""
    found = answer_in.read(golden.dump(whole), now=0.0)

    assert found == answer_in.read(answer_out.write(found).body, now=0.0)
