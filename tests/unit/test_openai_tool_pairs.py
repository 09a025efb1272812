"""Calls and results: each has the other, or the caller hears which message has not."""

import pytest

from src.domain import tool_pairs
from src.domain.blocks import Block, Foreign, Text, ToolCall, ToolResult
from src.domain.conversation import Turn
from src.domain.errors import InvalidRequest


def said(*blocks: Block) -> Turn:
    return Turn("assistant", blocks)


def told(*blocks: Block) -> Turn:
    return Turn("user", blocks)


def call(call_id: str) -> ToolCall:
    return ToolCall(call_id, "look", "{}")


def result(call_id: str) -> ToolResult:
    return ToolResult(call_id, (Text("seen"),))


CUSTOM = Foreign("openai_chat", {"type": "custom", "id": "c", "custom": {}})
SERVERS = Foreign("anthropic_messages", {"type": "server_tool_use", "id": "s"})
FINE: dict[str, list[Turn]] = {
    "nothing": [],
    "no tools": [told(Text("hi")), said(Text("ho"))],
    "one": [said(call("a")), told(result("a"))],
    "both, the other way round": [said(call("a"), call("b")), told(result("b"), result("a"))],
    "over two turns": [said(call("a"), call("b")), told(result("a")), told(result("b"))],
    "text behind results": [said(call("a")), told(result("a"), Text("and?"))],
    "a system message between": [said(call("a")), Turn("system", (Text("!"),)), told(result("a"))],
    "a custom tool": [said(CUSTOM), told(result("c"))],
    "a tool of the server's": [said(SERVERS), told(Text("ok"))],
}


@pytest.mark.parametrize("turns", FINE.values(), ids=FINE)
def test_pairs_that_providers_accept(turns: list[Turn]) -> None:
    """Results may come in any order and over several user turns in a row."""
    tool_pairs.check(turns, [f"messages[{i}]" for i in range(len(turns))])


WRONG: dict[str, tuple[list[Turn], str, str]] = {
    "no call": ([told(result("a"))], "messages[0]", "'a'"),
    "another call": ([said(call("a")), told(result("b"))], "messages[1]", "'b'"),
    "two results": ([said(call("a")), told(result("a"), result("a"))], "messages[1]", "'a'"),
    "too late": (
        *([said(call("a")), told(Text("hm")), told(result("a"))], "messages[0]", "no result"),
    ),
    "text between": (
        [said(call("a"), call("b")), told(result("a")), told(Text("hm")), told(result("b"))],
        *("messages[0]", "'b'"),
    ),
    "answered by the assistant": ([said(call("a")), said(Text("x"))], "messages[0]", "no result"),
    "never": ([told(Text("hi")), said(call("a"))], "messages[1]", "no result"),
    "an id twice in a turn": ([said(call("a"), call("a"))], "messages[0]", "twice"),
    "an id twice": (
        *([said(call("a")), told(result("a")), said(call("a"))], "messages[2]", "twice"),
    ),
}


@pytest.mark.parametrize(("turns", "param", "says"), WRONG.values(), ids=WRONG)
def test_what_providers_refuse_is_named(turns: list[Turn], param: str, says: str) -> None:
    """The message is named, as its caller knows it, and so is the call."""
    with pytest.raises(InvalidRequest) as caught:
        tool_pairs.check(turns, [f"messages[{i}]" for i in range(len(turns))])

    assert param == caught.value.param
    assert says in caught.value.message


def test_results_stand_in_the_order_of_the_calls() -> None:
    """Strangers come last."""
    ordered = tool_pairs.in_order(map(result, "xba"), ["a", "b"])

    assert ["a", "b", "x"] == [one.call_id for one in ordered]
