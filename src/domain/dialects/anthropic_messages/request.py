"""What the relay reads of a messages request, and the request as the provider gets it.

https://platform.claude.com/docs/en/api/messages/create
"""

import re
from typing import TypeVar

import msgspec
from attrs import frozen

from ... import strict_json
from ...errors import InvalidRequest
from ...strict_json import Document

T = TypeVar("T")

_EMPTY_LIST = re.compile(rb"\[[ \t\r\n]*\]")

#: Longer than any model name there is; keeps logs and errors short.
LONGEST_MODEL = 256


@frozen
class MessagesRequest:
    """A request for a message, or for its count of tokens: its bytes, and what steers the relay."""

    document: Document
    model: str
    stream: bool
    #: None where only the tokens are to be counted; else the provider insists on it.
    max_tokens: int | None


def read(body: bytes) -> MessagesRequest:
    """Raises InvalidRequest that names the field. What is not read here, the provider judges."""
    document = strict_json.read(body)
    model = _required(document, "model", str, "a string")
    if not model.strip() or len(model) > LONGEST_MODEL:
        raise InvalidRequest(f"'model' must have 1 to {LONGEST_MODEL} characters.", param="model")
    _check_messages(document)
    return MessagesRequest(
        document=document,
        model=model,
        stream=_optional(document, "stream", bool, "true or false") or False,
        max_tokens=_tokens(document, "max_tokens"),
    )


def write(request: MessagesRequest, model: str) -> bytes:
    """The provider's bytes: the caller's own, with the model's name replaced in place. Cache marks
    and signatures hold for the bytes they were made from, so nothing else may change."""
    if model == request.model:
        return request.document.body
    return request.document.replaced({"model": msgspec.json.encode(model)})


def _check_messages(document: Document) -> None:
    """By the look of its first bytes: what is in the messages, the provider judges."""
    raw = document.raw("messages")
    if raw is None or not raw.startswith(b"["):
        raise InvalidRequest(
            "'messages' is required and must be a list of messages.", param="messages"
        )
    if _EMPTY_LIST.fullmatch(raw):
        raise InvalidRequest("'messages' must hold at least one message.", param="messages")


def _tokens(document: Document, name: str) -> int | None:
    value = document.value(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise InvalidRequest(f"'{name}' must be a whole number.", param=name)
    return max(int(value), 0)


def _required(document: Document, name: str, kind: type[T], what: str) -> T:
    value = _optional(document, name, kind, what)
    if value is None:
        raise InvalidRequest(f"'{name}' is required and must be {what}.", param=name)
    return value


def _optional(document: Document, name: str, kind: type[T], what: str) -> T | None:
    value = document.value(name)
    if value is None or isinstance(value, kind):
        return value
    raise InvalidRequest(f"'{name}' must be {what}.", param=name)
