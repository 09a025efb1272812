"""A conversation as a messages request.

https://platform.claude.com/docs/en/api/messages/create
"""

import msgspec

from ...blocks import Json
from ...conversation import Conversation, Written
from ..names import Notes
from . import thinking_out, turns_out, wishes_out


def write(conversation: Conversation, model: str) -> Written:
    """Raises InvalidRequest that names what cannot be sent at all."""
    notes = Notes()
    prompt = turns_out.write(conversation, notes)
    thinking = thinking_out.of(conversation, model, prompt.messages, notes)
    tools = wishes_out.tools(conversation, notes)
    body: Json = {
        "model": model,
        "max_tokens": thinking_out.max_tokens(conversation, thinking, notes),
        "system": prompt.system,
        "messages": prompt.messages,
        "tools": tools,
        "tool_choice": wishes_out.choice(conversation.choice, has_tools=bool(tools)),
        "thinking": thinking.config,
        "stream": conversation.stream or None,
    }
    body |= wishes_out.sampling(conversation, model, thinks=thinking.on, notes=notes)
    extras = wishes_out.extras(conversation, notes)
    format = wishes_out.format(conversation, notes)
    config = {"effort": thinking.effort, "format": format} | extras.pop("output_config", {})
    metadata = {"user_id": conversation.user} | extras.pop("metadata", {})
    body |= extras | {"output_config": _said(config), "metadata": _said(metadata)}
    return Written(msgspec.json.encode(_said(body)), tuple(notes.dropped), tuple(notes.lost))


def _said(fields: Json) -> Json:
    """Without what was not said."""
    return {name: value for name, value in fields.items() if value not in (None, [], {})}
