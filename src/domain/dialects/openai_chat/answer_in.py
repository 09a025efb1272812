"""A whole answer of an OpenAI-like provider, as a value.

https://platform.openai.com/docs/api-reference/chat/object
"""

from collections.abc import Iterable

import msgspec
from attrs import evolve

from ...answers import Answer, Choice
from ...blocks import Block, Extras, Foreign, Json, Refused, Text, Thinking, ToolCall
from ...errors import BadAnswer
from . import answer, finishes, pieces
from .parts_in import DIALECT
from .pieces import a_list, a_string, an_object, broken

_OF_ANSWER = ("id", "object", "created", "model", "choices", "usage")
_OF_CHOICE = ("index", "message", "finish_reason")
_OF_MESSAGE = (
    *("role", "content", "refusal", "tool_calls", "function_call"),
    *("reasoning_content", "reasoning", "thinking_blocks"),
)


def read(body: bytes, *, now: float) -> Answer:
    """Raises the UpstreamError that a 200 with an error or with no answer stands for."""
    usage = answer.read({}, body, now=now)
    said = an_object(_decoded(body), "an answer")
    choices = a_list(said.get("choices"), "a list of choices")
    if not choices:
        raise BadAnswer("an answer without choices", status=200)
    created = said.get("created")
    answer_id = a_string(said.get("id"))
    return Answer(
        id=answer_id,
        model=a_string(said.get("model")),
        choices=tuple(_choice(an_object(one, "a choice"), answer_id) for one in choices),
        usage=usage,
        created=int(created) if isinstance(created, int | float) else None,
        extras=_extras(_rest(said, _OF_ANSWER)),
    )


def _decoded(body: bytes) -> object:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadAnswer("something that is no JSON instead of an answer", status=200) from None


def _choice(choice: Json, answer_id: str) -> Choice:
    if choice.get("message") is None:
        raise BadAnswer("a choice without a message", status=200)
    message = an_object(choice["message"], "a message")
    blocks = _blocks(message, answer_id)
    called = any(isinstance(block, ToolCall | Foreign) for block in blocks)
    refused = any(isinstance(block, Refused) for block in blocks)
    rest = _rest(choice, _OF_CHOICE)
    if left := _rest(message, _OF_MESSAGE):
        rest["message"] = left
    return Choice(
        blocks=tuple(blocks),
        finish=finishes.read(choice.get("finish_reason"), called=called, refused=refused),
        extras=_extras(rest),
    )


def _blocks(message: Json, answer_id: str) -> list[Block]:
    blocks: list[Block] = [*pieces.kept(message)]
    thought = bool(blocks)
    for kind, text in pieces.spoken(message):
        if kind == "text":
            blocks.append(Text(text))
        elif not thought:
            blocks.append(Thinking(text))
    refusal = a_string(message.get("refusal"))
    if refusal:
        blocks.append(Refused(refusal))
    calls = a_list(message.get("tool_calls"), "a list of tool calls")
    if message.get("function_call") is not None:
        calls = [*calls, {"function": message["function_call"]}]
    taken: set[str] = set()
    for place, call in enumerate(calls):
        made = _call(an_object(call, "a tool call"), place, answer_id)
        if isinstance(made, ToolCall):
            made = evolve(made, id=pieces.unlike(made.id, taken, place))
            taken.add(made.id)
        blocks.append(made)
    return blocks


def _call(call: Json, place: int, answer_id: str) -> ToolCall | Foreign:
    if call.get("type") == "custom":
        return Foreign(DIALECT, call)
    function = an_object(call.get("function"), "a function")
    name = a_string(function.get("name"))
    if not name:
        raise broken("a tool call")
    call_id = a_string(call.get("id")) or f"call_{place}_{answer_id}"
    return ToolCall(call_id, name, pieces.arguments(function))


def _rest(holder: Json, known: Iterable[str]) -> Json:
    skipped = set(known)
    return {
        name: value for name, value in holder.items() if name not in skipped and value is not None
    }


def _extras(fields: Json) -> Extras | None:
    return Extras(DIALECT, fields) if fields else None
