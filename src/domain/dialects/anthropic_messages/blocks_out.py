"""Values as Anthropic's content blocks, in requests and in answers; what needs no more to be known
than the block."""

import msgspec

from ...blocks import (
    CacheMark,
    Extras,
    Foreign,
    Json,
    RedactedThinking,
    Thinking,
    ToolCall,
)
from .ids import Ids
from .media import DIALECT


class Unreadable(ValueError):
    """Arguments of a tool call that are no JSON object."""


def input_of(arguments: str) -> Json:
    """A call's input. Raises Unreadable; no arguments at all are an empty object."""
    if not arguments.strip():
        return {}
    try:
        found = msgspec.json.decode(arguments)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise Unreadable from None
    if not isinstance(found, dict):
        raise Unreadable
    return found


def text(words: str, *, cache: CacheMark | None = None, extras: Extras | None = None) -> Json:
    return {"type": "text", "text": words} | marked(cache) | own(extras)


def thinking(block: Thinking) -> Json:
    said = {"type": "thinking", "thinking": block.text, "signature": block.signature}
    return said | own(block.extras)


def redacted(block: RedactedThinking) -> Json:
    return {"type": "redacted_thinking", "data": block.data}


def call(block: ToolCall, ids: Ids) -> Json:
    """Raises Unreadable."""
    said = {"id": ids.write(block.id), "name": block.name, "input": input_of(block.arguments)}
    return {"type": "tool_use"} | said | marked(block.cache) | own(block.extras)


def foreign(block: Foreign) -> Json | None:
    """None: it is another dialect's."""
    return block.fields if block.dialect == DIALECT else None


def marked(cache: CacheMark | None) -> Json:
    if cache is None:
        return {}
    ttl = {} if cache.ttl is None else {"ttl": cache.ttl}
    return {"cache_control": {"type": "ephemeral"} | ttl}


def own(extras: Extras | None) -> Json:
    """What this dialect alone knows, given back."""
    return dict(extras.fields) if extras and extras.dialect == DIALECT else {}
