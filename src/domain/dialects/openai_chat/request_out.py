"""A conversation as a chat request.

https://platform.openai.com/docs/api-reference/chat/create
"""

from typing import Literal

import msgspec

from ...blocks import Json
from ...conversation import Conversation, Written
from ..names import Notes
from . import messages_out, wishes_out
from .parts_in import DIALECT
from .parts_out import Pen

#: Of Anthropic's fields: what changes the answer when it is left out.
_LOST = ("mcp_servers",)


def write(
    conversation: Conversation,
    model: str,
    *,
    ask_usage: bool,
    max_field: Literal["max_tokens", "max_completion_tokens"],
    replays_reasoning: bool,
    carries_cache_marks: bool,
    reasons: bool,
    texts_only: bool = False,
) -> Written:
    """The bytes for one provider. `ask_usage`: a stream says its usage; `replays_reasoning`: it
    wants back what it thought; `carries_cache_marks`: it reads `cache_control`; `reasons`: it
    takes `reasoning_effort`; `texts_only`: it reads content that is all text as a string alone.
    """
    notes = Notes()
    pen = Pen(notes, replays_reasoning, carries_cache_marks, texts_only)
    rest = _rest(conversation, notes)
    body: Json = rest | {"model": model, "messages": messages_out.write(conversation, pen)}
    body |= wishes_out.streaming(conversation, rest, ask_usage=ask_usage)
    body |= wishes_out.tools(conversation, pen)
    body |= wishes_out.format(conversation.structured)
    body |= wishes_out.sampling(conversation, notes)
    body |= wishes_out.effort(conversation, notes, reasons=reasons)
    body |= wishes_out.user(conversation, notes)
    if conversation.max_tokens is not None:
        body[max_field] = conversation.max_tokens
    return Written(msgspec.json.encode(body), tuple(notes.dropped), tuple(notes.lost))


def _rest(conversation: Conversation, notes: Notes) -> Json:
    """What only this dialect knows; another's is named."""
    extras = conversation.extras
    if extras is not None and extras.dialect == DIALECT:
        return dict(extras.fields)
    for name in _LOST:
        if extras is not None and extras.fields.get(name):
            notes.lose(name)
    notes.extras(extras, "", but=_LOST)
    return {}
