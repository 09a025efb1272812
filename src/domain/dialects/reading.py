"""What the relay reads of a request in every dialect; the rest the provider judges."""

import re
from typing import TypeVar

from ..errors import InvalidRequest
from ..strict_json import Document

T = TypeVar("T")

_EMPTY_LIST = re.compile(rb"\[[ \t\r\n]*\]")

#: Longer than any model name there is; keeps logs and errors short.
LONGEST_MODEL = 256


def model(document: Document) -> str:
    """Raises InvalidRequest, as all of these do, naming the field."""
    name = required(document, "model", str, "a string")
    if not name.strip() or len(name) > LONGEST_MODEL:
        raise InvalidRequest(f"'model' must have 1 to {LONGEST_MODEL} characters.", param="model")
    return name


def check_messages(document: Document) -> None:
    """By the look of its first bytes: what is in the messages, the provider judges."""
    raw = document.raw("messages")
    if raw is None or not raw.startswith(b"["):
        raise InvalidRequest(
            "'messages' is required and must be a list of messages.", param="messages"
        )
    if _EMPTY_LIST.fullmatch(raw):
        raise InvalidRequest("'messages' must hold at least one message.", param="messages")


def tokens(document: Document, name: str) -> int | None:
    """A bound on tokens; None if it is not said, negative ones are 0."""
    value = document.value(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise InvalidRequest(f"'{name}' must be a whole number.", param=name)
    return max(int(value), 0)


def required(document: Document, name: str, kind: type[T], what: str) -> T:
    """`what` is the type in words: `a string`."""
    value = optional(document, name, kind, what)
    if value is None:
        raise InvalidRequest(f"'{name}' is required and must be {what}.", param=name)
    return value


def optional(document: Document, name: str, kind: type[T], what: str) -> T | None:
    """None for null, and where it is left out."""
    value = document.value(name)
    if value is None or isinstance(value, kind):
        return value
    raise InvalidRequest(f"'{name}' must be {what}.", param=name)
