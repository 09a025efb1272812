"""A whole answer of any dialect: is it one at all?"""

from collections.abc import Mapping
from typing import TypeVar

import msgspec

from ..errors import BadAnswer
from . import encoding

T = TypeVar("T")


def decoded(headers: Mapping[str, str], body: bytes, shape: type[T]) -> T:
    """What of the answer is looked at. Raises BadAnswer for what is compressed, empty, HTML, or
    anything else that is no JSON of that shape."""
    encoding.check(headers)
    if not body.strip():
        raise BadAnswer("an empty answer", status=200)
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadAnswer(f"{_looks_like(headers, body)} instead of an answer", status=200) from None


def _looks_like(headers: Mapping[str, str], body: bytes) -> str:
    html = "html" in headers.get("content-type", "") or body.lstrip()[:1] == b"<"
    return "HTML" if html else "something that is no JSON"
