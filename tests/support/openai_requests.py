"""Conversations of Anthropic's side, and the chat requests that are written of them."""

import json
from collections.abc import Iterable
from typing import Any, Literal, TypedDict, Unpack

from src.domain.blocks import Block
from src.domain.conversation import Conversation, Role, Turn, Written
from src.domain.dialects.openai_chat import request_out


class Traits(TypedDict, total=False):
    ask_usage: bool
    max_field: Literal["max_tokens", "max_completion_tokens"]
    replays_reasoning: bool
    carries_cache_marks: bool
    reasons: bool
    texts_only: bool


def write(conversation: Conversation, **traits: Unpack[Traits]) -> Written:
    usual: Traits = {
        "ask_usage": False,
        "max_field": "max_tokens",
        "replays_reasoning": False,
        "carries_cache_marks": False,
        "reasons": False,
    }
    return request_out.write(conversation, "deepseek-chat", **(usual | traits))


def turns(*said: tuple[Role, Iterable[Block]], **fields: Any) -> Conversation:
    """A conversation of Anthropic's; a system turn that comes first is its `system`."""
    made: list[Turn] = []
    place = 0
    for role, blocks in said:
        is_field = role == "system" and not made
        made.append(Turn(role, tuple(blocks), at=None if is_field else place))
        place += not is_field
    return Conversation("anthropic_messages", "claude", tuple(made), **fields)


def messages(written: Written) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(written.body)["messages"]
    return found


def text(said: str) -> dict[str, str]:
    return {"type": "text", "text": said}
