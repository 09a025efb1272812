"""Turns as OpenAI's messages: tool results first, right behind the calls that they answer."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from attrs import frozen

from ... import tool_pairs
from ...blocks import Block, Document, Foreign, Image, Json, Plain, ToolResult
from ...conversation import Conversation, Turn
from ..names import block_paths, message_path, nothing_left
from . import assistant_out
from .parts_in import DIALECT
from .parts_out import Pen

Placed = list[tuple[Block, str]]
_WENT_WRONG = "Error: "


def write(conversation: Conversation, pen: Pen) -> list[Json]:
    """Raises InvalidRequest where nothing is left to say; no message is sent empty."""
    messages: list[Json] = []
    calls: list[str] = []
    turns = enumerate(conversation.turns)
    translated = conversation.dialect != DIALECT
    for answers, run in groupby(turns, key=lambda placed: placed[1].role == "assistant"):
        said = [
            _Said(turn, message_path(turn, place), block_paths(turn, place, conversation.dialect))
            for place, turn in run
        ]
        if answers:
            written = (
                assistant_out.message(one.turn, one.path, one.paths, pen, translated=translated)
                for one in said
            )
            messages += [message for message in written if message is not None]
            calls = [call for one in said for call in tool_pairs.calls(one.turn)]
        else:
            messages += _results(said, calls, pen)
            messages += [message for one in said if (message := _message(one, pen)) is not None]
    told = any(message["role"] not in ("system", "developer") for message in messages)
    if translated and not told:
        raise nothing_left(pen.notes)
    return messages


@frozen
class _Said:
    """A turn, and what its caller calls it and its blocks."""

    turn: Turn
    path: str
    paths: Sequence[str]

    @property
    def blocks(self) -> Placed:
        return list(zip(self.turn.blocks, self.paths, strict=True))


def _results(said: Iterable[_Said], calls: Sequence[str], pen: Pen) -> list[Json]:
    """A `tool` message for each result of these turns, in the order of the calls."""
    paths = {
        block.call_id: (block, path)
        for one in said
        for block, path in one.blocks
        if isinstance(block, ToolResult)
    }
    ordered = tool_pairs.in_order([block for block, _ in paths.values()], calls)
    return [_result(result, paths[result.call_id][1], pen) for result in ordered]


def _result(result: ToolResult, path: str, pen: Pen) -> Json:
    written = [pen.part(block, at) for block, at in _inner(result, path) if not _is_medium(block)]
    parts = [part for part in written if part is not None]
    if result.is_error and not (parts and parts[0]["text"].startswith(_WENT_WRONG)):
        first = parts[0] if parts else {"type": "text", "text": ""}
        parts[:1] = [first | {"text": _WENT_WRONG + first["text"]}]
    message = {"role": "tool", "tool_call_id": result.call_id, "content": pen.content(parts)}
    return pen.finished(message, path, result.cache, result.extras)


def _inner(result: ToolResult, path: str) -> Placed:
    return [(block, f"{path}.content[{i}]") for i, block in enumerate(result.blocks)]


def _is_medium(block: Block) -> bool:
    """A tool message holds text alone: what else came of a call, the user shows."""
    if isinstance(block, Document):
        return not isinstance(block.source, Plain)
    return isinstance(block, Image) or (isinstance(block, Foreign) and block.dialect == DIALECT)


def _message(said: _Said, pen: Pen) -> Json | None:
    """What a turn says besides results; None if that is nothing, or cannot be said here."""
    parts: list[Json] = []
    for block, path in said.blocks:
        if isinstance(block, ToolResult):
            parts += _shown(block, path, pen)
        elif (part := pen.part(block, path)) is not None:
            parts.append(part)
    if not parts:
        return None
    message: Json = {"role": said.turn.role, "content": pen.content(parts)}
    if said.turn.name:
        message["name"] = said.turn.name
    return pen.finished(message, said.path, extras=said.turn.extras)


def _shown(result: ToolResult, path: str, pen: Pen) -> list[Json]:
    """The images and documents of a result, each told apart."""
    shown: list[Json] = []
    for block, at in _inner(result, path):
        part = pen.part(block, at) if _is_medium(block) else None
        if part is not None:
            shown += [{"type": "text", "text": f"Tool result {result.call_id}:"}, part]
    return shown
