"""A conversation as a chat request, mostly one that came from Anthropic's side."""

import json
from typing import Any

import pytest

from src.domain.blocks import (
    Block,
    CacheMark,
    Data,
    Document,
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
    Tool,
)
from tests.support.openai_requests import messages, text, turns, write

PNG = Image(Data("image/png", "AA=="))
SHOWN = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}
TALK = turns(
    ("system", [Text("be brief"), Text("be kind")]),
    ("user", [Text("look"), PNG]),
    ("assistant", [Thinking("hm", "sig"), Text("I "), Text("look."), ToolCall("a", "f", ""),
                   ToolCall("b", "f", '{"x":1}')]),
    ("user", [ToolResult("b", (Text("bad"),), is_error=True),
              ToolResult("a", (Text("seen"), PNG)), Text("and?")]),
    ("assistant", [Text("Well")]),
)  # fmt: skip


def test_a_conversation_with_tools() -> None:
    """Results right behind their calls and in their order, pictures of results behind them, then
    what the user says; an error says so; empty arguments are an empty object."""
    calls = [
        {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}},
        {"id": "b", "type": "function", "function": {"name": "f", "arguments": '{"x":1}'}},
    ]
    written = write(TALK)

    assert [
        {"role": "system", "content": [text("be brief"), text("be kind")]},
        {"role": "user", "content": [text("look"), SHOWN]},
        {"role": "assistant", "content": "I look.", "tool_calls": calls},
        {"role": "tool", "tool_call_id": "a", "content": "seen"},
        {"role": "tool", "tool_call_id": "b", "content": "Error: bad"},
        {"role": "user", "content": [text("Tool result a:"), SHOWN, text("and?")]},
        {"role": "assistant", "content": "Well"},
    ] == messages(written)
    assert (("messages[1].content[0]",), ()) == (written.dropped, written.lost)


def test_a_provider_that_wants_its_reasoning_back_gets_it() -> None:
    """As `reasoning_content`, without a signature of another's; the unreadable is named."""
    thinking: list[Block] = [
        Thinking("a", "s"),
        RedactedThinking("x"),
        Thinking("b"),
        ToolCall("c", "f", ""),
    ]
    written = write(
        turns(("assistant", thinking), ("user", [ToolResult("c")])), replays_reasoning=True
    )

    assert ("ab", None) == tuple(messages(written)[0][k] for k in ("reasoning_content", "content"))
    assert ("messages[0].content[1]",) == written.dropped


def test_results_over_several_turns_come_first() -> None:
    """Also where a message stands between; other results of one turn are one message each."""
    said = turns(
        ("assistant", [ToolCall("a", "f", "{}"), ToolCall("b", "f", "{}")]),
        ("user", [ToolResult("a", (Text("1"), Text("2"))), Text("hm")]),
        ("system", [Text("be kind")]),
        ("user", [ToolResult("b")]),
    )
    found = messages(write(said))

    assert ["assistant", "tool", "tool", "user", "system"] == [one["role"] for one in found]
    assert [[text("1"), text("2")], "", "hm", "be kind"] == [one["content"] for one in found[1:]]
    assert "1\n\n2" == messages(write(said, texts_only=True))[1]["content"]


def test_an_error_says_so_once() -> None:
    """By the word that begins it; also where there is nothing else to say."""
    results = [ToolResult("a", (Text("Error: no"),), is_error=True), ToolResult("b", (), True)]
    calls = (ToolCall("a", "f", "{}"), ToolCall("b", "f", "{}"))
    found = messages(write(turns(("assistant", calls), ("user", results))))

    assert ["Error: no", "Error: "] == [one["content"] for one in found[1:]]


PDF = Data("application/pdf", "AA==")
FILE = {"filename": "document.pdf", "file_data": "data:application/pdf;base64,AA=="}
SOURCES: list[tuple[Block, Any, tuple[str, ...]]] = [
    (Image(Link("http://x"), "low"),
     {"type": "image_url", "image_url": {"url": "http://x", "detail": "low"}}, ()),
    (Image(FileId("f", "anthropic_messages")), None, ("messages[0].content[1]",)),
    (Document(PDF), {"type": "file", "file": FILE}, ()),
    (Document(PDF, "a.pdf"), {"type": "file", "file": FILE | {"filename": "a.pdf"}}, ()),
    (Document(Plain("words"), "Title"), text("Title\nwords"), ()),
    (Document(Plain("words")), text("words"), ()),
    (Document(Link("http://x")), None, ("messages[0].content[1]",)),
    (Foreign("anthropic_messages", {"type": "search_result"}), None, ("messages[0].content[1]",)),
]  # fmt: skip


@pytest.mark.parametrize(("block", "part", "lost"), SOURCES)
def test_what_has_a_part_and_what_is_lost(block: Block, part: Any, lost: tuple[str, ...]) -> None:
    """What cannot be sent is named by its path, as a caller of its dialect knows it."""
    written = write(turns(("user", [Text("a"), block])))

    assert ("a" if part is None else [text("a"), part]) == messages(written)[0]["content"]
    assert lost == written.lost


def test_cache_marks_go_where_they_are_read() -> None:
    """And are named where they are not."""
    mark = CacheMark("1h")
    said = turns(
        ("system", [Text("a", mark)]),
        ("assistant", [ToolCall("c", "f", "{}", CacheMark())]),
        ("user", [ToolResult("c", (Text("x"),), cache=mark)]),
        tools=(Tool("f", cache=mark),),
    )
    kept = json.loads(write(said, carries_cache_marks=True).body)
    one_hour = {"type": "ephemeral", "ttl": "1h"}

    assert one_hour == kept["messages"][0]["content"][0]["cache_control"]
    assert {"type": "ephemeral"} == kept["messages"][1]["tool_calls"][0]["cache_control"]
    assert one_hour == kept["messages"][2]["cache_control"]
    assert one_hour == kept["tools"][0]["cache_control"]
    assert {
        "system[0].cache_control",
        "messages[0].content[0].cache_control",
        "messages[1].content[0].cache_control",
        "tools[0].cache_control",
    } == set(write(said).dropped)
