"""What is left of a request when something of it cannot be said, and the relay is lenient."""

import json

import pytest

from src.domain.blocks import Dialect
from src.domain.dialects import anthropic_messages, openai_chat
from src.domain.dialects.codec import Asked
from src.domain.dialects.wire import Sent, Wire
from src.domain.errors import CannotCarry
from tests.support.messages import Json, dump
from tests.unit.test_translation import OTHER
from tests.unit.test_wire import PROVIDERS

HI: list[Json] = [{"role": "user", "content": "Hi"}]
SOUND = {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}}
SEARCHED = {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}}
HELD = {"type": "image", "source": {"type": "file", "file_id": "f"}}


def said(role: str, *content: Json) -> Json:
    return {"role": role, "content": list(content)}


def text(words: str) -> Json:
    return {"type": "text", "text": words}


def sent(caller: Dialect, *messages: Json, strict: bool = False) -> Sent:
    body = dump({"model": "m", "max_tokens": 9, "messages": messages})
    read = openai_chat.request.read if caller == "openai_chat" else anthropic_messages.request.read
    asked: Asked = read(body)
    provider = PROVIDERS[OTHER[caller]]
    return Wire.between(caller, OTHER[caller], strict=strict).send(asked, provider, "m")


LEFT: list[tuple[Dialect, list[Json], str, list[Json]]] = [
    (
        "openai_chat",
        [*HI, {"role": "assistant", "content": "Yes?"}, said("user", SOUND)],
        "messages[2].content[0].input_audio",
        [said("user", text("Hi")), said("assistant", text("Yes?"))],
    ),
    (
        "openai_chat",
        [said("user", SOUND), {"role": "assistant", "content": "Yes?"}, *HI],
        "messages[0].content[0].input_audio",
        [said("assistant", text("Yes?")), said("user", text("Hi"))],
    ),
    (
        "anthropic_messages",
        [*HI, said("assistant", SEARCHED), *HI],
        "messages[1].content[0]",
        [*HI, *HI],
    ),
    (
        "anthropic_messages",
        [*HI, {"role": "assistant", "content": "Yes?"}, said("user", HELD)],
        "messages[2].content[0]",
        [*HI, {"role": "assistant", "content": "Yes?"}],
    ),
]


@pytest.mark.parametrize(("caller", "messages", "name", "left"), LEFT)
def test_a_message_that_is_empty_then_is_left_out(
    caller: Dialect, messages: list[Json], name: str, left: list[Json]
) -> None:
    """Nothing is put in its place; what was in it is named."""
    found = sent(caller, *messages)

    assert (left, (name,)) == (json.loads(found.body)["messages"], found.dropped)


ALL: list[tuple[Dialect, list[Json], str]] = [
    ("openai_chat", [said("user", SOUND)], "messages[0].content[0].input_audio"),
    (
        "openai_chat",
        [{"role": "system", "content": "Be."}, said("user", SOUND)],
        "messages[1].content[0].input_audio",
    ),
    ("anthropic_messages", [said("user", HELD)], "messages[0].content[0]"),
    ("anthropic_messages", [said("user")], "messages"),
    ("openai_chat", [said("user")], "messages"),
]


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(("caller", "messages", "name"), ALL)
def test_a_conversation_of_nothing_is_refused(
    caller: Dialect, messages: list[Json], name: str, strict: bool
) -> None:
    """However lenient the relay is."""
    with pytest.raises(CannotCarry) as raised:
        sent(caller, *messages, strict=strict)

    assert (400, name) == (raised.value.status, raised.value.param)
