"""What a message or a delta of an OpenAI-like provider says, whichever of its ways it says it in.

`reasoning_content`: DeepSeek and most others; `reasoning`: OpenRouter, Groq; `thinking_blocks`:
LiteLLM (https://docs.litellm.ai/docs/reasoning_content); parts in `content`: Mistral.
"""

from collections.abc import Container
from typing import Literal

import msgspec

from ...blocks import Json, RedactedThinking, Thinking
from ...errors import BadAnswer

#: Of a message or a delta: what no other dialect has.
STRANGE = ("annotations", "audio")

Spoken = tuple[Literal["text", "thinking"], str]


def broken(what: str) -> BadAnswer:
    return BadAnswer(f"{what} that is none", status=200)


def an_object(value: object, what: str) -> Json:
    """Raises BadAnswer for what is no object; null is an empty one."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise broken(what)
    return value


def a_list(value: object, what: str) -> list[object]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise broken(what)
    return value


def a_string(value: object) -> str:
    """ "" for anything else: names and ids that are missing."""
    return value if isinstance(value, str) else ""


def spoken(holder: Json) -> list[Spoken]:
    """Reasoning, then content, as far as there is any."""
    thought = a_string(holder.get("reasoning_content")) or a_string(holder.get("reasoning"))
    said: list[Spoken] = [("thinking", thought)]
    content = holder.get("content")
    if isinstance(content, list):
        said += [_part(an_object(part, "a content part")) for part in content]
    elif content is not None:
        if not isinstance(content, str):
            raise broken("a content")
        said.append(("text", content))
    return [piece for piece in said if piece[1]]


def kept(holder: Json) -> list[Thinking | RedactedThinking]:
    """Anthropic's thinking blocks, where they come along; what is none is no business of ours."""
    blocks = holder.get("thinking_blocks")
    found = [_kept(block) for block in blocks] if isinstance(blocks, list) else []
    return [block for block in found if block is not None]


def unlike(call_id: str, taken: Container[str], place: int) -> str:
    """An id that no other call of the answer has: results could not be told apart."""
    return f"{call_id}_{place}" if call_id in taken else call_id


def arguments(function: Json) -> str:
    """Pieces of JSON text; some providers send the object itself."""
    said = function.get("arguments")
    if isinstance(said, dict):
        return msgspec.json.encode(said).decode()
    return a_string(said)


def _part(part: Json) -> Spoken:
    if part.get("type") == "thinking":
        inner = [
            an_object(piece, "a thought") for piece in a_list(part.get("thinking"), "a thought")
        ]
        return "thinking", "".join(a_string(piece.get("text")) for piece in inner)
    return "text", a_string(part.get("text"))


def _kept(block: object) -> Thinking | RedactedThinking | None:
    match block:
        case {"type": "thinking", **rest}:
            return Thinking(a_string(rest.get("thinking")), a_string(rest.get("signature")))
        case {"type": "redacted_thinking", "data": str(data)}:
            return RedactedThinking(data)
        case _:
            return None
