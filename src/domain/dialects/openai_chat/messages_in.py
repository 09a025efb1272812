"""OpenAI's messages as turns: one turn a message, so that a turn's place is its message's."""

from collections.abc import Sequence

from attrs import evolve

from ... import tool_pairs
from ...blocks import Block, Document, Foreign, Image, Refused, Text, ToolCall, ToolResult
from ...conversation import Role, Turn
from ..fields import Fields
from .parts_in import DIALECT, MARK, cache_mark, content, thoughts
from .thoughts import woven

_SAID = ("role", "content", "name", MARK)
_ANSWERED = (
    *(*_SAID, "refusal", "tool_calls", "function_call"),
    *("reasoning_content", "reasoning", "thinking_blocks"),
)


def read(request: Fields) -> tuple[Turn, ...]:
    """Raises InvalidRequest that names the message, and in it the field."""
    messages = request.objects("messages")
    if not messages:
        raise request.wrong("messages", "is required and must hold at least one message")
    turns: list[Turn] = []
    for place, message in enumerate(messages):
        turns.append(_turn(message, place, turns))
    tool_pairs.check(turns, [message.path for message in messages])
    return tuple(turns)


def _turn(message: Fields, place: int, before: Sequence[Turn]) -> Turn:
    match message.needed("role"):
        case "system" | "developer" as role:
            return _told(message, role, place)
        case "user":
            return _said(message, "user", _needed(message), place)
        case "assistant":
            blocks = woven(message, thoughts(message), _answer(message), _calls(message, place))
            return _said(message, "assistant", blocks, place)
        case "tool":
            return _result(message, message.needed("tool_call_id"), place, ())
        case "function":
            name = message.needed("name")
            return _result(message, _legacy_id(name, before), place, ("name",))
        case _:
            roles = "system, developer, user, assistant, tool"
            raise message.wrong("role", f"must be one of: {roles}")


def _told(message: Fields, role: Role, place: int) -> Turn:
    blocks = _needed(message)
    for i, block in enumerate(blocks):
        if not isinstance(block, Text):
            raise message.wrong(f"content[{i}].type", "must be 'text' in a system message")
    return _said(message, role, blocks, place)


def _said(message: Fields, role: Role, blocks: tuple[Block, ...], place: int) -> Turn:
    return Turn(
        role,
        _marked(blocks, message),
        name=message.text("name"),
        extras=message.extras(_ANSWERED if role == "assistant" else _SAID),
        at=place,
    )


def _needed(message: Fields) -> tuple[Block, ...]:
    if message.values.get("content") is None:
        raise message.wrong("content", "is required and must be a string or a list of parts")
    return content(message)


def _answer(message: Fields) -> tuple[Block, ...]:
    """What an assistant said. An empty text beside tool calls is no text."""
    said = tuple(block for block in content(message) if block != Text(""))
    refusal = message.text("refusal")
    return (*said, Refused(refusal)) if refusal else said


def _calls(message: Fields, place: int) -> list[Block]:
    calls: list[Block] = [_call(call) for call in message.objects("tool_calls")]
    legacy = message.object("function_call")
    if legacy is not None:
        calls.append(
            ToolCall(_made_up(place), legacy.needed("name"), legacy.text("arguments") or "")
        )
    return calls


def _call(call: Fields) -> Block:
    kind = call.text("type") or "function"
    if kind not in ("function", "custom"):
        raise call.wrong("type", "must be 'function' or 'custom'")
    if not call.needed("id"):
        raise call.wrong("id", "must not be empty")
    if kind == "custom":
        return Foreign(DIALECT, call.values)
    function = call.needed_object("function")
    rest = call.rest(("id", "type", "function", "index", MARK))
    if left := function.rest(("name", "arguments")):
        rest["function"] = left
    return ToolCall(
        id=call.needed("id"),
        name=function.needed("name"),
        arguments=function.text("arguments") or "",
        cache=cache_mark(call),
        extras=call.own(rest),
    )


def _result(message: Fields, call_id: str, place: int, unsaid: tuple[str, ...]) -> Turn:
    blocks = tuple(block for block in content(message) if block != Text(""))
    known = ("role", "content", "tool_call_id", MARK, *unsaid)
    result = ToolResult(call_id, blocks, cache=cache_mark(message), extras=message.extras(known))
    return Turn("user", (result,), at=place)


def _made_up(place: int) -> str:
    """Calls of the legacy kind have no id; their results name the function."""
    return f"function_call_{place}"


def _legacy_id(name: str, before: Sequence[Turn]) -> str:
    for turn in reversed(before):
        for block in turn.blocks if turn.role == "assistant" else ():
            if isinstance(block, ToolCall) and block.name == name:
                return block.id
        if turn.role == "assistant":
            break
    return name


def _marked(blocks: tuple[Block, ...], message: Fields) -> tuple[Block, ...]:
    """A mark on a whole message stands on its last block that can have one."""
    mark = cache_mark(message)
    if mark is None:
        return blocks
    for i in reversed(range(len(blocks))):
        block = blocks[i]
        if isinstance(block, Text | Image | Document | ToolCall):
            return (*blocks[:i], evolve(block, cache=block.cache or mark), *blocks[i + 1 :])
    return blocks
