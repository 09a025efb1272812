"""Calls and results: does each have the other, as every provider demands?

https://platform.openai.com/docs/guides/function-calling and
https://docs.claude.com/en/docs/agents-and-tools/tool-use/implement-tool-use
"""

from collections.abc import Iterable, Sequence

from .blocks import Foreign, ToolCall, ToolResult
from .conversation import Turn
from .errors import InvalidRequest


def check(turns: Sequence[Turn], names: Sequence[str]) -> None:
    """Raises InvalidRequest that names the message: a result without its call or a second one, a
    call id used twice, a call that the next turns do not answer. `names[i]` is how the caller
    knows turn i (`messages[2]`). Results may be spread over several user turns in a row."""
    seen: set[str] = set()
    waiting: dict[str, str] = {}
    for turn, name in zip(turns, names, strict=True):
        if turn.role == "assistant":
            _answered(waiting)
            waiting = _made(turn, name, seen)
        elif turn.role == "user":
            _take(turn, name, waiting)
    _answered(waiting)


def calls(turn: Turn) -> list[str]:
    """The ids of the calls that want a result from the caller, in their order."""
    found = (_call_id(block) for block in turn.blocks)
    return [call for call in found if call is not None]


def in_order(results: Iterable[ToolResult], wanted: Sequence[str]) -> list[ToolResult]:
    """Results in the order of the calls `wanted`; strangers last, as they came."""
    places = {call: place for place, call in enumerate(wanted)}
    return sorted(results, key=lambda result: places.get(result.call_id, len(places)))


def _call_id(block: object) -> str | None:
    match block:
        case ToolCall(id=call):
            return call
        # OpenAI's custom tools are called and answered like functions; Anthropic's foreign calls
        # are its own server's, and answered by it.
        case Foreign(dialect="openai_chat", fields={"type": "custom", "id": str(call)}):
            return call
        case _:
            return None


def _made(turn: Turn, name: str, seen: set[str]) -> dict[str, str]:
    made: dict[str, str] = {}
    for call in calls(turn):
        if call in seen:
            raise _wrong(f"The tool call id '{call[:64]}' in {name} is used twice.", name)
        seen.add(call)
        made[call] = name
    return made


def _take(turn: Turn, name: str, waiting: dict[str, str]) -> None:
    results = [block for block in turn.blocks if isinstance(block, ToolResult)]
    for result in results:
        if waiting.pop(result.call_id, None) is None:
            raise _wrong(
                f"The tool result in {name} answers '{result.call_id[:64]}', "
                "which is no open call of the assistant turn before it.",
                name,
            )
    if not results:
        _answered(waiting)


def _answered(waiting: dict[str, str]) -> None:
    for call, name in waiting.items():
        raise _wrong(
            f"The tool call '{call[:64]}' in {name} has no result in the messages right after it.",
            name,
        )


def _wrong(message: str, name: str) -> InvalidRequest:
    return InvalidRequest(message, param=name)
