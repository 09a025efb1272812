"""A messages request as a conversation.

https://platform.claude.com/docs/en/api/messages/create
"""

from ... import strict_json, tool_pairs
from ...conversation import Conversation, Role, Turn
from ..fields import Fields
from ..names import message_path
from . import wishes_in
from .blocks_in import content
from .media import DIALECT

#: Since version 2026-10-21 a system message may stand among the others.
_ROLES: dict[str, Role] = {"user": "user", "assistant": "assistant", "system": "system"}


def read(document: strict_json.Document) -> Conversation:
    """Raises InvalidRequest that names the field."""
    request = Fields({name: document.value(name) for name in document.spans}, "", DIALECT)
    turns = (*_system(request), *_messages(request))
    tool_pairs.check(turns, [message_path(turn, i) for i, turn in enumerate(turns)])
    return Conversation(
        dialect=DIALECT,
        model=request.needed("model"),
        turns=turns,
        stream=request.flag("stream") or False,
        include_usage=True,  # a stream of this dialect always says it
        tools=wishes_in.tools(request),
        choice=wishes_in.choice(request),
        structured=wishes_in.structured(request),
        sampling=wishes_in.sampling(request),
        max_tokens=request.whole("max_tokens"),
        reasoning=wishes_in.reasoning(request),
        user=wishes_in.user(request),
        extras=wishes_in.extras(request),
    )


def _system(request: Fields) -> tuple[Turn, ...]:
    blocks = content(request, "system")
    return (Turn("system", blocks),) if blocks else ()


def _messages(request: Fields) -> list[Turn]:
    messages = request.objects("messages")
    if not messages:
        raise request.wrong("messages", "must hold at least one message")
    return [_turn(message, i) for i, message in enumerate(messages)]


def _turn(message: Fields, at: int) -> Turn:
    role = _ROLES.get(message.needed("role"))
    if role is None:
        raise message.wrong("role", "must be one of: user, assistant, system")
    if message.values.get("content") is None:
        raise message.wrong("content", "is required and must be a string or a list of blocks")
    extras = message.extras(("role", "content"))
    return Turn(role, content(message, "content"), extras=extras, at=at)
