"""Blocks of another dialect as Anthropic's: what becomes of each, and what is named."""

import json

import pytest

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
    Plain,
    Refused,
    Text,
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


def text(words: str, **more: object) -> Json:
    return {"type": "text", "text": words} | more


HI = turn("user", "Hi")
DATA = Data("image/jpg", "aaaa")
MEDIA: list[tuple[Block, Json]] = [
    (
        Image(DATA, cache=CacheMark("5m")),
        {
            "type": "image",
            "source": {"type": "base64", "media_type": "image/jpeg", "data": "aaaa"},
            "cache_control": {"type": "ephemeral", "ttl": "5m"},
        },
    ),
    (
        Image(Link("https://x.example/a"), detail="auto"),
        {"type": "image", "source": {"type": "url", "url": "https://x.example/a"}},
    ),
    (
        Document(Data("application/pdf", "aaaa"), "T"),
        {
            "type": "document",
            "source": {"type": "base64", "media_type": "application/pdf", "data": "aaaa"},
            "title": "T",
        },
    ),
    (
        Document(Plain("A")),
        {
            "type": "document",
            "source": {"type": "text", "media_type": "text/plain", "data": "A"},
        },
    ),
    (Refused("No."), text("No.")),
]


@pytest.mark.parametrize(("block", "expected"), MEDIA)
def test_a_block_is_written(block: Block, expected: Json) -> None:
    """With nothing dropped."""
    written = write(turn("user", block))

    assert [expected] == json.loads(written.body)["messages"][0]["content"]
    assert ((), ()) == (written.dropped, written.lost)


@pytest.mark.parametrize(
    ("block", "name"),
    [
        (Image(Data("image/tiff", "aaaa")), "messages[0].content[0].image_url.url"),
        (Document(Data("text/html", "aaaa")), "messages[0].content[0].file.file_data"),
    ],
)
def test_unsupported_media_are_refused(block: Block, name: str) -> None:
    """By the caller's name of it."""
    with pytest.raises(InvalidRequest, match="unsupported") as caught:
        write(turn("user", block))

    assert name == caught.value.param


THEIRS = Extras("openai_chat", {"x": 1, "y": None})
LEFT_OUT: list[tuple[Turn, tuple[str, ...], tuple[str, ...]]] = [
    (turn("user", Audio(Data("audio/wav", "a"))), (), ("messages[1].content[0].input_audio",)),
    (
        turn("user", "x", Document(FileId("f", "openai_chat"))),
        (),
        ("messages[1].content[1].file.file_id",),
    ),
    (turn("user", Foreign("openai_chat", {"type": "x"})), (), ("messages[1].content[0]",)),
    (turn("user", Image(DATA, "high")), ("messages[1].content[0].image_url.detail",), ()),
    (turn("user", Text("A", extras=THEIRS)), ("messages[1].content[0].x",), ()),
    (Turn("user", (Text("A"),), name="Ann"), ("messages[1].name",), ()),
    (Turn("user", (Text("A"),), extras=THEIRS), ("messages[1].x",), ()),
    (turn("user", ToolResult("gone")), (), ("messages[1]",)),
    (
        turn("system", "A", Image(DATA)),
        ("messages[1] (moved to system)",),
        ("messages[1].content",),
    ),
]


@pytest.mark.parametrize(("said", "dropped", "lost"), LEFT_OUT)
def test_what_is_left_out_is_named(
    said: Turn, dropped: tuple[str, ...], lost: tuple[str, ...]
) -> None:
    """Lost is what changes the meaning."""
    written = write(HI, said)

    assert (dropped, lost) == (written.dropped, written.lost)


def test_a_result_holds_images_and_says_that_it_failed() -> None:
    """As Anthropic alone has it."""
    result = ToolResult("a", (Text("A"), Text(""), Image(DATA)), True, CacheMark())
    found = json.loads(
        write(HI, turn("assistant", ToolCall("a", "f", "{}")), turn("user", result)).body
    )

    assert {
        "type": "tool_result",
        "tool_use_id": "a",
        "content": [
            text("A"),
            {
                "type": "image",
                "source": {"type": "base64", "media_type": "image/jpeg", "data": "aaaa"},
            },
        ],
        "is_error": True,
        "cache_control": {"type": "ephemeral"},
    } == found["messages"][2]["content"][0]
