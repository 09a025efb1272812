"""An error of a provider's, whatever its dialect: as an object, as a word, and as a sentence."""

import re
from collections.abc import Mapping

import msgspec

from ..blocks import Json
from ..redaction import scrub

#: Of a provider's words this many characters go on.
_LONGEST = 1000
_WORD = re.compile(r"[\w.-]{1,64}")


def as_object(error: object) -> Json:
    """What stands where an error stands: an object, or else its message."""
    if isinstance(error, dict):
        return {str(name): value for name, value in error.items()}
    return {"message": error if isinstance(error, str) else _text(error)}


def sentence(body: bytes, answer: object, error: Json | None) -> str:
    """What an error body says to a person; "" for a page of HTML or nothing at all. `answer`: the
    body decoded; `error`: the error that its dialect finds in it."""
    if error is None and isinstance(answer, dict):
        error = as_object(answer)
    if error is not None:
        said = error.get("message") or error.get("msg")
        return (said if isinstance(said, str) else _text(error))[:_LONGEST]
    text = body[: _LONGEST * 4].decode("utf-8", "replace").strip()
    return "" if text.startswith("<") else text[:_LONGEST]


def word(error: Mapping[str, object] | None, *names: str) -> str:
    """The first of these fields that is one word: a provider's message may hold anything."""
    for name in names:
        value = (error or {}).get(name)
        if isinstance(value, str) and _WORD.fullmatch(value) and scrub(value) == value:
            return value
    return ""


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()
