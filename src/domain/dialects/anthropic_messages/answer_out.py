"""A whole answer as Anthropic writes it.

https://platform.claude.com/docs/en/api/messages/create
"""

import msgspec

from ...answers import Answer, Choice
from ...blocks import (
    Block,
    Foreign,
    Json,
    RedactedThinking,
    Refused,
    Text,
    Thinking,
    ToolCall,
)
from ...conversation import Written
from ...errors import BadAnswer
from ..names import Notes, unsaid
from . import blocks_out, finish, used
from .ids import Ids


def write(answer: Answer) -> Written:
    """Raises BadAnswer for a tool call whose arguments are no JSON object, unless the answer was
    cut by its limit of tokens: such a call is left out, and named."""
    notes = Notes()
    choice = answer.choices[0] if answer.choices else Choice((), None)
    for place in range(1, len(answer.choices)):
        notes.lose(f"choices[{place}]")
    content = _content(choice, notes)
    _strange(choice, notes)
    calls = any(block.get("type") == "tool_use" for block in content)
    body: Json = {
        "id": answer.id,
        "type": "message",
        "role": "assistant",
        "model": answer.model,
        "content": content,
        "stop_reason": choice.finish and finish.write(choice.finish, calls=calls),
        "stop_sequence": choice.stop_sequence,
        "usage": used.write(answer.usage),
    }
    body |= blocks_out.own(answer.extras) | blocks_out.own(choice.extras)
    return Written(msgspec.json.encode(body), tuple(notes.dropped), tuple(notes.lost))


def _content(choice: Choice, notes: Notes) -> list[Json]:
    ids = Ids.of(block.id for block in choice.blocks if isinstance(block, ToolCall))
    written: list[Json] = []
    for place, block in enumerate(choice.blocks):
        try:
            found = _block(block, ids)
        except blocks_out.Unreadable:
            if choice.finish != "length":
                raise BadAnswer("tool call arguments that are no JSON object", 200) from None
            notes.drop(f"content[{place}]")
            continue
        if found is not None:
            written.append(found)
        elif not isinstance(block, Text | Refused):
            notes.lose(unsaid(place, block))
    return written


def _strange(choice: Choice, notes: Notes) -> None:
    """What an answer of OpenAI's has besides its blocks; what is about it alone is not missed."""
    message = choice.extras.fields.get("message") if choice.extras else None
    for name in ("annotations", "audio"):
        if isinstance(message, dict) and message.get(name):
            notes.drop(name)


def _block(block: Block, ids: Ids) -> Json | None:
    """None: an empty text, or what this dialect has no words for."""
    match block:
        case Text(text=words, extras=extras):
            return blocks_out.text(words, extras=extras) if words else None
        case Refused(text=words):
            return blocks_out.text(words) if words else None
        case ToolCall():
            return blocks_out.call(block, ids)
        case Thinking():
            return blocks_out.thinking(block)
        case RedactedThinking():
            return blocks_out.redacted(block)
        case Foreign():
            return blocks_out.foreign(block)
        case _:
            return None
