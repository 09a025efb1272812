"""What the caller calls a message or a block, and what could not be carried of them."""

from collections.abc import Container, Iterable

from attrs import Factory, define

from ..blocks import (
    Block,
    Dialect,
    Extras,
    Foreign,
    RedactedThinking,
    Refused,
    Thinking,
    ToolCall,
    ToolResult,
)
from ..conversation import Turn
from ..errors import InvalidRequest

#: What says nothing, or what is so anyway.
_EMPTY: tuple[object, ...] = (None, False, "", [], {})
_USUAL: tuple[tuple[str, object], ...] = (
    ("service_tier", "auto"),
    ("service_tier", "default"),
    ("caller", {"type": "direct"}),
    ("citations", {"enabled": False}),
)


#: Names are the other side's words and go into receipts: so many are told, and so much of each.
_MOST, _LONGEST = 100, 128
_MORE = "and more"


@define
class Notes:
    """Gathers names, each once, in the order they came up."""

    dropped: dict[str, None] = Factory(dict)
    lost: dict[str, None] = Factory(dict)

    def drop(self, name: str) -> None:
        _note(self.dropped, name)

    def lose(self, name: str) -> None:
        _note(self.lost, name)

    def extras(self, extras: Extras | None, path: str, *, but: Container[str] = ()) -> None:
        """Fields of another dialect; those that say nothing are not missed. `but`: told apart."""
        for name, value in (extras.fields if extras else {}).items():
            if (
                name not in but
                and value not in _EMPTY
                and (name, value) not in _USUAL
                and name != "stream_options"
            ):
                self.drop(f"{path}.{name}" if path else name)


def _note(names: dict[str, None], name: str) -> None:
    names[name[:_LONGEST] if len(names) < _MOST else _MORE] = None


def check_names(tools: Iterable[tuple[str, object]]) -> None:
    """Raises InvalidRequest for a name that two tools have: Anthropic refuses them, and nobody
    could tell which one a call is for. `tools`: each with its path."""
    seen: set[str] = set()
    for path, name in tools:
        if not isinstance(name, str):
            continue  # no name at all: said where the tool is read
        if name in seen:
            message = f"'{path}' has the name '{name[:64]}' of a tool before it."
            raise InvalidRequest(message, param=path)
        seen.add(name)


def nothing_left(notes: Notes) -> InvalidRequest:
    """Names what cannot be said, where that was all there was."""
    for name in notes.lost:
        return InvalidRequest(
            f"'{name}' cannot be said in the provider's dialect, and nothing else is there.",
            param=name,
        )
    return InvalidRequest(
        "'messages' must hold a message of the user's that is not empty.", param="messages"
    )


def unsaid(place: int, block: Block) -> str:
    """A block of an answer that its caller's dialect has no words for."""
    kind = block.fields.get("type") if isinstance(block, Foreign) else None
    return f"content[{place}]" + (f" ({kind})" if isinstance(kind, str) else "")


def message_path(turn: Turn, place: int) -> str:
    """`messages[2]`; `system` for Anthropic's own field. `place` is the turn's."""
    if turn.at is None and turn.role == "system" and place == 0:
        return "system"
    return f"messages[{place if turn.at is None else turn.at}]"


def block_paths(turn: Turn, place: int, dialect: Dialect) -> list[str]:
    """The path of each block, as a caller of that dialect wrote it."""
    message = message_path(turn, place)
    if dialect == "anthropic_messages":
        holder = message if message == "system" else f"{message}.content"
        return [f"{holder}[{i}]" for i in range(len(turn.blocks))]
    counts: dict[str, int] = {}
    return [_openai_path(block, turn, place, counts) for block in turn.blocks]


def _openai_path(block: Block, turn: Turn, place: int, counts: dict[str, int]) -> str:
    first = place if turn.at is None else turn.at
    match block:
        case ToolResult():  # each is a message of its own
            return f"messages[{first + _next(counts, 'message')}]"
        case ToolCall() | Foreign(dialect="openai_chat", fields={"type": "custom"}):
            return f"messages[{first}].tool_calls[{_next(counts, 'tool_calls')}]"
        case Thinking(signature="", extras=None):
            return f"messages[{first}].reasoning_content"
        case Thinking() | RedactedThinking():
            return f"messages[{first}].thinking_blocks[{_next(counts, 'thinking_blocks')}]"
        case Refused():
            return f"messages[{first}].refusal"
        case _:
            after = first + counts.get("message", 0)
            return f"messages[{after}].content[{_next(counts, 'content')}]"


def _next(counts: dict[str, int], name: str) -> int:
    found = counts.get(name, 0)
    counts[name] = found + 1
    return found
