"""A chat request as a conversation: what each field means."""

import json
from typing import Any

import pytest

from src.domain import strict_json
from src.domain.blocks import (
    Audio,
    Block,
    CacheMark,
    Data,
    Document,
    Extras,
    FileId,
    Foreign,
    Image,
    Link,
    RedactedThinking,
    Refused,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from src.domain.conversation import (
    Conversation,
    Reasoning,
    Sampling,
    Structured,
    Tool,
    ToolChoice,
    Turn,
)
from src.domain.dialects.openai_chat import request_in

HI = {"role": "user", "content": "hi"}
DOG = "data:image/png;base64,iVBORw0KGgo="
LOOK = {"type": "function", "function": {"name": "look"}}


def read(*messages: Any, **fields: Any) -> Conversation:
    body = {"model": "m", "messages": list(messages) or [HI]} | fields
    return request_in.read(strict_json.read(json.dumps(body).encode()))


def own(**fields: Any) -> Extras:
    return Extras("openai_chat", fields)


PARTS: list[tuple[Any, tuple[Block, ...]]] = [
    ("", (Text(""),)),
    ([], ()),
    ([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}], (Text("a"), Text("b"))),
    (
        [{"type": "text", "text": "a", "cache_control": {"type": "ephemeral", "ttl": "1h"}}],
        (Text("a", CacheMark("1h")),),
    ),
    (
        [{"type": "text", "text": "a", "prompt_cache_breakpoint": {"mode": "explicit"}, "x": None}],
        (Text("a", extras=own(prompt_cache_breakpoint={"mode": "explicit"})),),
    ),
    (
        [{"type": "image_url", "image_url": {"url": DOG, "detail": "low"}}],
        (Image(Data("image/png", "iVBORw0KGgo="), "low"),),
    ),
    (
        [{"type": "image_url", "image_url": "data:image/jpg;x=1;base64,AA=="}],
        (Image(Data("image/jpeg", "AA==")),),
    ),
    (
        [{"type": "image_url", "image_url": {"url": "HTTPS://x/y"}}],
        (Image(Link("HTTPS://x/y")),),
    ),
    (
        [{"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}}],
        (Audio(Data("audio/wav", "AA==")),),
    ),
    (
        [{"type": "file", "file": {"file_data": "data:application/pdf;base64,AA==",
                                   "filename": "a.pdf"}}],
        (Document(Data("application/pdf", "AA=="), "a.pdf"),),
    ),
    (
        [{"type": "file", "file": {"file_id": "file-1"}}],
        (Document(FileId("file-1", "openai_chat")),),
    ),
    ([{"type": "hologram", "x": 1}], (Foreign("openai_chat", {"type": "hologram", "x": 1}),)),
]  # fmt: skip


@pytest.mark.parametrize(("content", "blocks"), PARTS)
def test_content_is_read_part_by_part(content: Any, blocks: tuple[Block, ...]) -> None:
    """A string or parts; what only OpenAI knows rides along."""
    assert (Turn("user", blocks),) == read({"role": "user", "content": content}).turns


CALL = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"a": 1}'}}
CUSTOM = {"id": "c2", "type": "custom", "custom": {"name": "sh", "input": "ls"}}
SIGNED = {"type": "thinking", "thinking": "hm", "signature": "s"}
SAID: list[tuple[dict[str, Any], tuple[Block, ...]]] = [
    ({"content": "a", "refusal": None, "audio": None, "tool_calls": None}, (Text("a"),)),
    ({"content": None, "refusal": "no"}, (Refused("no"),)),
    ({"content": [{"type": "refusal", "refusal": "no"}]}, (Refused("no"),)),
    ({"reasoning_content": "hm", "content": "a"}, (Thinking("hm"), Text("a"))),
    ({"reasoning": "hm", "content": "a"}, (Thinking("hm"), Text("a"))),
    (
        {
            "content": "a",
            "reasoning_content": "hm",
            "thinking_blocks": [SIGNED, {"type": "redacted_thinking", "data": "xx"}],
        },
        (Thinking("hm", "s"), RedactedThinking("xx"), Text("a")),
    ),
]


@pytest.mark.parametrize(("message", "blocks"), SAID)
def test_what_an_assistant_said(message: dict[str, Any], blocks: tuple[Block, ...]) -> None:
    """Thinking first, as it came back; nulls say nothing."""
    turns = read(HI, {"role": "assistant", "name": "bo"} | message).turns

    assert Turn("assistant", blocks, name="bo") == turns[1]


def test_calls_and_results_in_every_way() -> None:
    """Functions, custom tools, and the legacy functions that have no ids."""
    turns = read(
        {"role": "assistant", "content": "", "tool_calls": [CALL, CUSTOM]},
        {"role": "tool", "tool_call_id": "c2", "content": ""},
        {"role": "tool", "tool_call_id": "c1", "content": [{"type": "text", "text": "x"}]},
        {"role": "assistant", "function_call": {"name": "old", "arguments": "{}"}},
        {"role": "function", "name": "old", "content": "y"},
    ).turns

    assert (
        (ToolCall("c1", "look", '{"a": 1}'), Foreign("openai_chat", CUSTOM)),
        (ToolResult("c2"),),
        (ToolResult("c1", (Text("x"),)),),
        (ToolCall("function_call_3", "old", "{}"),),
        (ToolResult("function_call_3", (Text("y"),)),),
    ) == tuple(turn.blocks for turn in turns)
    assert [0, 1, 2, 3, 4] == [turn.at for turn in turns]


def test_system_and_developer_messages_stay_where_they_are() -> None:
    """Each is a turn of its own role, in order."""
    turns = read(
        {"role": "system", "content": "a"}, HI, {"role": "developer", "content": "b"}
    ).turns

    assert ["system", "user", "developer"] == [turn.role for turn in turns]


def test_a_mark_on_a_message_stands_on_its_last_block() -> None:
    """As clients of other gateways send it."""
    mark = {"type": "ephemeral"}
    parts = [{"type": "text", "text": "a"}, {"type": "hologram"}]
    turns = read(
        {"role": "system", "content": parts[:1] * 2, "cache_control": mark},
        {"role": "user", "content": parts, "cache_control": mark},
        {"role": "assistant", "tool_calls": [CALL | {"cache_control": mark}]},
        {"role": "tool", "tool_call_id": "c1", "content": "x", "cache_control": mark},
    ).turns

    assert (Text("a"), Text("a", CacheMark())) == turns[0].blocks
    assert Text("a", CacheMark()) == turns[1].blocks[0]
    assert ToolCall("c1", "look", '{"a": 1}', CacheMark()) == turns[2].blocks[0]
    assert ToolResult("c1", (Text("x"),), cache=CacheMark()) == turns[3].blocks[0]


SCHEMA = {"type": "object"}
FIELDS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"stream": True, "stream_options": {"include_usage": True}},
     {"stream": True, "include_usage": True}),
    ({"stream_options": {"include_obfuscation": False}},
     {"extras": own(stream_options={"include_obfuscation": False})}),
    ({"max_tokens": 5}, {"max_tokens": 5}),
    ({"max_tokens": 7, "max_completion_tokens": 7.0}, {"max_tokens": 7}),
    ({"temperature": 0, "top_p": 0.5, "top_k": 3, "seed": 1, "n": 2, "stop": "x",
      "frequency_penalty": 1, "presence_penalty": -1},
     {"sampling": Sampling(0, 0.5, 3, ("x",), 1, 1, -1, 2)}),
    ({"stop": ["a", "b"], "n": None}, {"sampling": Sampling(stop=("a", "b"))}),
    ({"user": "u"}, {"user": "u"}),
    ({"reasoning_effort": "high"}, {"reasoning": Reasoning(effort="high")}),
    ({"reasoning_effort": "none"}, {"reasoning": Reasoning("off", "none")}),
    ({"response_format": {"type": "text"}}, {}),
    ({"response_format": {"type": "json_object"}}, {"structured": Structured()}),
    ({"response_format": {"type": "json_schema",
                          "json_schema": {"name": "n", "schema": SCHEMA, "strict": True}}},
     {"structured": Structured(SCHEMA, "n", True)}),
    ({"response_format": {"type": "ebnf"}}, {"extras": own(response_format={"type": "ebnf"})}),
    ({"logprobs": True, "store": None}, {"extras": own(logprobs=True)}),
    ({"tools": [LOOK], "tool_choice": "required"},
     {"tools": (Tool("look"),), "choice": ToolChoice("required")}),
    ({"tools": [LOOK], "tool_choice": LOOK, "parallel_tool_calls": False},
     {"tools": (Tool("look"),), "choice": ToolChoice("one", "look", False)}),
    ({"tools": [LOOK], "parallel_tool_calls": False},
     {"tools": (Tool("look"),), "choice": ToolChoice(parallel=False)}),
    ({"tools": [{"type": "custom", "custom": {"name": "sh"}}],
      "tool_choice": {"type": "custom", "custom": {"name": "sh"}}},
     {"tools": (Foreign("openai_chat", {"type": "custom", "custom": {"name": "sh"}}),),
      "extras": own(tool_choice={"type": "custom", "custom": {"name": "sh"}})}),
    ({"tools": [LOOK, {"type": "function", "function": {"name": "b"}}],
      "tool_choice": {"type": "allowed_tools",
                      "allowed_tools": {"mode": "required", "tools": [LOOK]}}},
     {"tools": (Tool("look"),), "choice": ToolChoice("required")}),
    ({"functions": [{"name": "old", "parameters": SCHEMA}], "function_call": {"name": "old"}},
     {"tools": (Tool("old", schema=SCHEMA),), "choice": ToolChoice("one", "old")}),
    ({"tools": [{"type": "function", "cache_control": {"type": "ephemeral"}, "x": 1,
                 "function": {"name": "a", "description": "d", "parameters": SCHEMA,
                              "strict": True, "y": 2}}]},
     {"tools": (Tool("a", "d", SCHEMA, True, CacheMark(), own(x=1, function={"y": 2})),)}),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "read_as"), FIELDS)
def test_what_is_asked_for(fields: dict[str, Any], read_as: dict[str, Any]) -> None:
    """Every field is read, or rides along for OpenAI alone."""
    plain = Conversation("openai_chat", "m", (Turn("user", (Text("hi"),)),))
    expected = {name: read_as.get(name, getattr(plain, name)) for name in KEPT}

    assert expected == {name: getattr(read(**fields), name) for name in KEPT}


KEPT = ("turns", "stream", "include_usage", "tools", "choice", "structured", "sampling",
        "max_tokens", "reasoning", "user", "extras")  # fmt: skip
