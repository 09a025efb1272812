"""Turns as Anthropic's `system` and `messages`: alternating, tool results first, nothing empty.

https://platform.claude.com/docs/en/api/messages/create
"""

from attrs import frozen

from ...blocks import Block, Json, ToolCall, ToolResult
from ...conversation import Conversation, Turn
from ..names import Notes, message_path, nothing_left
from . import blocks_out
from .content_out import Content
from .ids import Ids
from .media import DIALECT


@frozen
class Prompt:
    """What goes before the answer. `messages` are objects with a list of blocks each."""

    system: list[Json]
    messages: list[Json]


def write(conversation: Conversation, notes: Notes) -> Prompt:
    """Raises InvalidRequest that names the block that cannot be sent, or says that nothing is."""
    blocks = [block for turn in conversation.turns for block in turn.blocks]
    calls = [block.id for block in blocks if isinstance(block, ToolCall)]
    ids = Ids.of(id for id in map(_id, blocks) if id is not None)
    content = Content(conversation.dialect, frozenset(calls), ids, notes)
    prompt = Prompt([], [])
    for place, turn in enumerate(conversation.turns):
        _add(prompt, turn, place, content)
    for before, message in zip([{}, *prompt.messages], prompt.messages, strict=False):
        _results_first(before, message)
    _prefill(prompt.messages)
    if not prompt.messages:
        raise nothing_left(notes)
    return prompt


def _id(block: Block) -> str | None:
    match block:
        case ToolCall(id=id) | ToolResult(call_id=id):
            return id
        case _:
            return None


def _add(prompt: Prompt, turn: Turn, place: int, content: Content) -> None:
    message = message_path(turn, place)
    blocks = content.of(turn, place)
    if turn.name is not None:
        content.notes.drop(f"{message}.name")
    if turn.extras is not None and turn.extras.dialect != DIALECT:
        content.notes.extras(turn.extras, message)
    if not blocks:
        return
    if turn.role in ("system", "developer"):
        if prompt.messages:
            content.notes.drop(f"{message} (moved to system)")
        prompt.system.extend(block for block in blocks if _is_text(block, message, content.notes))
    elif prompt.messages and prompt.messages[-1]["role"] == turn.role:
        prompt.messages[-1]["content"] += blocks
    else:
        extras = blocks_out.own(turn.extras)
        prompt.messages.append({"role": turn.role, "content": blocks} | extras)


def _is_text(block: Json, message: str, notes: Notes) -> bool:
    """`system` takes nothing but texts."""
    if block.get("type") == "text":
        return True
    notes.lose(f"{message}.content")
    return False


def _results_first(before: Json, message: Json) -> None:
    """In the order of the calls; the rest keeps its order behind them."""
    if message["role"] != "user":
        return
    asked = [b.get("id") for b in before.get("content", ()) if b.get("type") == "tool_use"]
    places = {id: place for place, id in enumerate(asked)}

    def rank(block: Json) -> int:
        if block.get("type") != "tool_result":
            return len(places) + 1
        return places.get(block["tool_use_id"], len(places))

    message["content"].sort(key=rank)


def _prefill(messages: list[Json]) -> None:
    """An assistant's message at the end is to be continued; it may not end in white space."""
    if not messages or messages[-1]["role"] != "assistant":
        return
    last = messages[-1]["content"][-1]
    if last.get("type") == "text":
        last["text"] = last["text"].rstrip()
