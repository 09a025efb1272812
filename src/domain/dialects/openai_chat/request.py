"""What the relay reads of a chat request, and the request as the provider gets it.

https://platform.openai.com/docs/api-reference/chat/create
"""

import msgspec
from attrs import frozen

from ... import strict_json
from ...errors import InvalidRequest
from ...strict_json import Document
from .. import reading


@frozen
class ChatRequest:
    """A chat request: its bytes, and the few fields that steer the relay."""

    document: Document
    model: str
    stream: bool
    #: The caller asked for the usage chunk itself.
    include_usage: bool
    max_tokens: int | None
    choices: int


def read(body: bytes) -> ChatRequest:
    """Raises InvalidRequest that names the field. What is not read here, the provider judges."""
    document = strict_json.read(body)
    model = reading.model(document)
    reading.check_messages(document)
    options = reading.optional(document, "stream_options", dict, "an object")
    n = document.value("n")
    return ChatRequest(
        document=document,
        model=model,
        stream=reading.optional(document, "stream", bool, "true or false") or False,
        include_usage=_include_usage(options or {}),
        max_tokens=reading.tokens(document, "max_completion_tokens")
        or reading.tokens(document, "max_tokens"),
        choices=n if isinstance(n, int) and 1 <= n <= 1024 else 1,
    )


def write(request: ChatRequest, model: str, *, ask_usage: bool) -> bytes:
    """The provider's bytes: the caller's own, with the model's name replaced in place, and, in a
    stream whose usage the relay needs, `stream_options.include_usage` set."""
    changes: dict[str, bytes] = {}
    if model != request.model:
        changes["model"] = msgspec.json.encode(model)
    if ask_usage and request.stream and not request.include_usage:
        changes["stream_options"] = _with_usage(request.document)
    return request.document.replaced(changes) if changes else request.document.body


def _with_usage(document: Document) -> bytes:
    options = document.value("stream_options")
    known = options if isinstance(options, dict) else {}
    return msgspec.json.encode({**known, "include_usage": True})


def _include_usage(options: dict[str, object]) -> bool:
    wanted = options.get("include_usage")
    if wanted is not None and not isinstance(wanted, bool):
        raise InvalidRequest(
            "'stream_options.include_usage' must be true or false.",
            param="stream_options.include_usage",
        )
    return bool(wanted)
