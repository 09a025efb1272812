"""A messages request as a conversation."""

import json

import pytest

from src.domain import strict_json
from src.domain.blocks import (
    Block,
    CacheMark,
    Data,
    Document,
    Extras,
    FileId,
    Foreign,
    Image,
    Link,
    Plain,
    RedactedThinking,
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
from src.domain.dialects.anthropic_messages import request_in
from tests.support.messages import Json

HI: list[Json] = [{"role": "user", "content": "Hi"}]
MARK = {"cache_control": {"type": "ephemeral", "ttl": "1h"}}
PNG = {"type": "base64", "media_type": "image/png", "data": "aaaa"}
PDF = {"type": "base64", "media_type": "application/pdf", "data": "aaaa"}
WEB = {"type": "url", "url": "https://x.example/a"}


def read(messages: object = HI, **members: object) -> Conversation:
    body = {"model": "claude-x", "messages": messages} | members
    return request_in.read(strict_json.read(json.dumps(body).encode()))


def blocks(*content: Json) -> tuple[Block, ...]:
    return read([{"role": "user", "content": list(content)}]).turns[0].blocks


def own(**fields: object) -> Extras:
    return Extras("anthropic_messages", fields)


def foreign(fields: Json) -> Foreign:
    return Foreign("anthropic_messages", fields)


BLOCKS: list[tuple[Json, Block]] = [
    ({"type": "text", "text": "A"}, Text("A")),
    ({"type": "text", "text": "A"} | MARK, Text("A", CacheMark("1h"))),
    ({"type": "text", "text": "A", "cache_control": None, "citations": None}, Text("A")),
    ({"type": "text", "text": "A", "citations": [1]}, Text("A", extras=own(citations=[1]))),
    ({"type": "image", "source": PNG}, Image(Data("image/png", "aaaa"))),
    ({"type": "image", "source": WEB} | MARK, Image(Link(WEB["url"]), cache=CacheMark("1h"))),
    (
        {"type": "image", "source": {"type": "file", "file_id": "f"}},
        Image(FileId("f", "anthropic_messages")),
    ),
    ({"type": "document", "source": PDF}, Document(Data("application/pdf", "aaaa"))),
    (
        {"type": "document", "title": "T", "context": "C", "source": WEB},
        Document(Link(WEB["url"]), "T", extras=own(context="C")),
    ),
    ({"type": "document", "source": {"type": "text", "data": "A"}}, Document(Plain("A"))),
    *(
        (said, foreign(said))
        for said in (
            {"type": "document", "source": {"type": "content", "content": "A"}},
            {"type": "image", "source": {"type": "of_tomorrow"}},
            {"type": "search_result", "title": "T"},
            {"type": "of_tomorrow", "x": [1]},
        )
    ),
]


@pytest.mark.parametrize(("said", "expected"), BLOCKS)
def test_a_block_is_read(said: Json, expected: Block) -> None:
    """What only this dialect knows rides along."""
    assert (expected,) == blocks(said)


def test_a_round_of_tools_is_read() -> None:
    """Thinking in its place, input as compact text, images in results, the error flag."""
    thought = {"type": "thinking", "thinking": "T", "signature": "s"}
    call = {"type": "tool_use", "id": "t", "name": "f", "input": {"a": [1, "ü"]}}
    done = [{"type": "text", "text": "A"}, {"type": "image", "source": PNG}]
    result = {"type": "tool_result", "tool_use_id": "t", "content": done, "is_error": True}
    found = read(
        [
            *HI,
            {
                "role": "assistant",
                "content": [thought, {"type": "redacted_thinking", "data": "d"}, call],
            },
            {"role": "user", "content": [result | MARK]},
        ]
    )

    assert (
        (Thinking("T", "s"), RedactedThinking("d"), ToolCall("t", "f", '{"a":[1,"ü"]}')),
        (ToolResult("t", (Text("A"), Image(Data("image/png", "aaaa"))), True, CacheMark("1h")),),
    ) == tuple(turn.blocks for turn in found.turns[1:])


def test_system_is_a_turn_wherever_it_stands() -> None:
    """The field comes first; version 2026-10-21 also has messages of that role."""
    found = read(
        [*HI, {"role": "system", "content": "B"}, *HI],
        system=[{"type": "text", "text": "A"} | MARK],
    )

    assert (
        Turn("system", (Text("A", CacheMark("1h")),)),
        Turn("user", (Text("Hi"),)),
        Turn("system", (Text("B"),)),
        Turn("user", (Text("Hi"),)),
    ) == found.turns
    assert [None, 0, 1, 2] == [turn.at for turn in found.turns]


TOOL = {"name": "f", "description": "D", "input_schema": {"type": "object"}}
WISHES: list[tuple[str, Json, object]] = [
    ("tools", {"tools": [TOOL]}, (Tool("f", "D", {"type": "object"}),)),
    (
        "tools",
        {"tools": [TOOL | MARK | {"type": "custom", "strict": True, "defer_loading": True}]},
        (Tool("f", "D", {"type": "object"}, True, CacheMark("1h"), own(defer_loading=True)),),
    ),
    (
        "tools",
        {"tools": [{"type": "bash_20250124", "name": "bash"}]},
        (foreign({"type": "bash_20250124", "name": "bash"}),),
    ),
    ("choice", {"tool_choice": {"type": "auto"}}, ToolChoice()),
    ("choice", {"tool_choice": {"type": "none"}}, ToolChoice("none")),
    (
        "choice",
        {"tool_choice": {"type": "any", "disable_parallel_tool_use": True}},
        ToolChoice("required", parallel=False),
    ),
    (
        "choice",
        {"tool_choice": {"type": "tool", "name": "f"}, "tools": [{"name": "f"}]},
        ToolChoice("one", "f"),
    ),
    (
        "sampling",
        {"temperature": 0.5, "top_p": 1, "top_k": 4, "stop_sequences": ["a", "b"]},
        Sampling(0.5, 1, 4, ("a", "b")),
    ),
    (
        "structured",
        {"output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}}},
        Structured({"type": "object"}),
    ),
    (
        "structured",
        {"output_format": {"type": "json_schema", "schema": {}}},
        Structured({}),
    ),
    ("reasoning", {"thinking": {"type": "disabled"}}, Reasoning("off")),
    (
        "reasoning",
        {"thinking": {"type": "enabled", "budget_tokens": 2048, "display": "omitted"}},
        Reasoning("on", None, 2048, own(display="omitted")),
    ),
    (
        "reasoning",
        {"thinking": {"type": "adaptive"}, "output_config": {"effort": "max"}},
        Reasoning("adaptive", "max"),
    ),
    (
        "reasoning",
        {"thinking": {"type": "between_tools"}},
        Reasoning(extras=own(type="between_tools")),
    ),
    ("user", {"metadata": {"user_id": "u"}}, "u"),
    ("max_tokens", {"max_tokens": 1}, 1),
    ("stream", {"stream": True}, True),
    (
        "extras",
        {"container": "c", "metadata": {"x": 1}, "output_config": {"task_budget": 9}},
        own(container="c", metadata={"x": 1}, output_config={"task_budget": 9}),
    ),
    ("extras", {"container": None}, None),
]


@pytest.mark.parametrize(("field", "members", "expected"), WISHES)
def test_a_wish_is_read(field: str, members: Json, expected: object) -> None:
    """Each into its place; what is not known here rides along."""
    assert expected == getattr(read(**members), field)
