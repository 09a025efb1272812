"""A conversation of another dialect as a messages request: the rules that bite."""

import json

import pytest

from src.domain.blocks import (
    Block,
    CacheMark,
    Extras,
    RedactedThinking,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from src.domain.conversation import Conversation, Role, Turn, Written
from src.domain.dialects.anthropic_messages import request_out
from src.domain.errors import InvalidRequest
from tests.support.messages import Json


def write(*turns: Turn) -> Written:
    placed = [Turn(t.role, t.blocks, t.name, t.extras, at=i) for i, t in enumerate(turns)]
    return request_out.write(Conversation("openai_chat", "m", tuple(placed)), "claude-x")


def turn(role: Role, *blocks: Block | str) -> Turn:
    return Turn(role, tuple(Text(b) if isinstance(b, str) else b for b in blocks))


def body(*turns: Turn) -> Json:
    return json.loads(write(*turns).body)


def text(words: str, **more: object) -> Json:
    return {"type": "text", "text": words} | more


def chat(*messages: tuple[str, list[Json]]) -> list[Json]:
    return [{"role": role, "content": content} for role, content in messages]


HI = turn("user", "Hi")


def test_only_what_is_said_is_written() -> None:
    """And the bound, which Anthropic demands."""
    expected = {
        "model": "claude-x",
        "max_tokens": 8192,
        "messages": chat(("user", [text("Hi")])),
    }

    assert Written(json.dumps(expected, separators=(",", ":")).encode()) == write(HI)


def test_every_system_message_goes_into_system() -> None:
    """In order, marks kept; one that stood in the middle is named."""
    marked = Turn("developer", (Text("B", CacheMark()),))
    written = write(turn("system", "A"), marked, HI, turn("system", "C"))

    assert [
        *(text("A"), text("B", cache_control={"type": "ephemeral"}), text("C")),
    ] == json.loads(written.body)["system"]
    assert ("messages[3] (moved to system)",) == written.dropped


def test_turns_of_one_role_are_merged() -> None:
    """Anthropic wants them to alternate."""
    turns = (HI, turn("user", "there"), turn("assistant", "A"), turn("assistant", "B"), HI)

    assert (
        chat(
            ("user", [text("Hi"), text("there")]),
            ("assistant", [text("A"), text("B")]),
            ("user", [text("Hi")]),
        )
        == body(*turns)["messages"]
    )


def test_results_come_first_and_in_the_order_of_the_calls() -> None:
    """Whatever came between them."""
    calls = turn("assistant", ToolCall("a", "f", ""), ToolCall("b", "f", '{"x":1}'))
    results = (turn("user", ToolResult("b", (Text("B"),))), turn("user", ToolResult("a")))
    found = body(HI, calls, turn("user", "And"), *results, turn("user", "now?"))["messages"]

    assert (
        chat(
            ("user", [text("Hi")]),
            (
                "assistant",
                [
                    {"type": "tool_use", "id": "a", "name": "f", "input": {}},
                    {"type": "tool_use", "id": "b", "name": "f", "input": {"x": 1}},
                ],
            ),
            (
                "user",
                [
                    {"type": "tool_result", "tool_use_id": "a"},
                    {"type": "tool_result", "tool_use_id": "b", "content": "B"},
                    *(text("And"), text("now?")),
                ],
            ),
        )
        == found
    )


def test_blank_texts_and_turns_are_left_out() -> None:
    """Anthropic refuses both, and a mark on one."""
    blank = Turn("user", (Text(" \n", CacheMark()), Text("")))
    written = write(HI, turn("assistant", ""), blank, turn("user", "", "there"))

    assert chat(("user", [text("Hi"), text("there")])) == json.loads(written.body)["messages"]
    assert ("messages[2].content[0].cache_control",) == written.dropped


@pytest.mark.parametrize("turns", [(), (turn("system", "A"),), (turn("user", " "),)])
def test_nothing_to_answer_is_refused(turns: tuple[Turn, ...]) -> None:
    """Nothing is invented to fill the gap."""
    with pytest.raises(InvalidRequest) as caught:
        write(*turns)

    assert "messages" == caught.value.param


def test_a_prefill_is_kept_without_its_trailing_space() -> None:
    """Anthropic refuses white space at the end of what is to be continued."""
    found = body(HI, turn("assistant", "A ", "{ \n"))["messages"]

    assert [text("A "), text("{")] == found[1]["content"]


def test_thinking_stays_in_its_place() -> None:
    """Signed and redacted thinking word for word; what nobody signed is left out and named."""
    signed = Thinking("T", "s", Extras("anthropic_messages", {"x": 1}))
    said = turn("assistant", signed, "A", RedactedThinking("d"), Thinking("U"), "B")
    written = write(HI, said, HI)

    assert [
        {"type": "thinking", "thinking": "T", "signature": "s", "x": 1},
        *(text("A"), {"type": "redacted_thinking", "data": "d"}, text("B")),
    ] == json.loads(written.body)["messages"][1]["content"]
    assert ("messages[1].reasoning_content",) == written.dropped


def test_ids_are_made_fit() -> None:
    """Call and result alike; two that look alike then stay two."""
    ids = ("a.b", "a_b", "a b", "")
    calls = turn("assistant", *(ToolCall(id, "f", "{}") for id in ids))
    results = turn("user", *(ToolResult(id) for id in reversed(ids)))
    found = body(HI, calls, results)["messages"]

    assert ["a_b_2", "a_b", "a_b_3", "_"] == [block["id"] for block in found[1]["content"]]
    assert ["a_b_2", "a_b", "a_b_3", "_"] == [b["tool_use_id"] for b in found[2]["content"]]


@pytest.mark.parametrize("arguments", ["{", "[]", "4", "null", "[" * 100_000, '{"a":1e999}'])
def test_broken_arguments_are_named(arguments: str) -> None:
    """Anthropic takes objects only."""
    with pytest.raises(InvalidRequest) as caught:
        write(HI, turn("assistant", ToolCall("a", "f", "{}"), ToolCall("b", "f", arguments)))

    assert "messages[1].tool_calls[1].function.arguments" == caught.value.param
