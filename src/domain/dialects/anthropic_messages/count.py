"""About how many tokens a request has, where no provider can be asked.

https://platform.claude.com/docs/en/build-with-claude/token-counting and .../vision
"""

import re

from ...blocks import Json
from . import picture
from .request import MessagesRequest

#: About so many bytes a token: of ASCII, and of what takes several bytes a character (a Chinese
#: character takes three, and is about a token).
_ASCII, _OTHER = 4, 3
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
#: An image of a size that cannot be told; larger ones are scaled down to about as many.
_IMAGE, _PIXELS = 1600, 750
#: A page of a PDF, as text and as an image; about as many bytes of base64 a page.
_PAGE, _PAGE_BYTES = 2000, 60_000
#: What Anthropic adds: for each message, and once for tools.
_MESSAGE, _TOOLS = 4, 346
#: Not for the model to read.
_SILENT = ("type", "id", "tool_use_id", "signature", "cache_control", "media_type", "file_id")

#: Names of fields that are no text of the caller's.
_USUAL = ("role", "content", "text", "thinking", "name", "input", "is_error", "title", "context")


def estimate(request: MessagesRequest) -> int:
    """Input tokens; more likely too many than too few."""
    document = request.document
    messages = document.value("messages")
    tools = document.raw("tools")
    total = _of(messages) + _of(document.value("system"))
    total += _MESSAGE * (len(messages) if isinstance(messages, list) else 1)
    if tools is not None and document.value("tools"):
        total += _TOOLS + _of_bytes(tools)
    return max(total, 1)


def _of(value: object) -> int:
    if isinstance(value, str):
        return _of_bytes(value.encode())
    if isinstance(value, list):
        return sum(map(_of, value))
    if not isinstance(value, dict):
        return 0 if value is None else 1
    source = value.get("source")
    if value.get("type") in ("image", "document") and isinstance(source, dict):
        rest = {name: held for name, held in value.items() if name != "source"}
        return _of_source(str(value["type"]), source) + _of(rest)
    return sum(
        _of_bytes(str(name).encode()) * (name not in _USUAL) + _of(held)
        for name, held in value.items()
        if name not in _SILENT
    )


def _of_source(kind: str, source: Json) -> int:
    data = source.get("data")
    if not isinstance(data, str):
        inner = _of(source.get("content"))
        return inner or (_IMAGE if kind == "image" else _PAGE)
    if kind == "image":
        found = picture.size(data)
        return min(_IMAGE, -(-found[0] * found[1] // _PIXELS)) if found else _IMAGE
    if source.get("type") == "text":
        return _of(data)
    return _PAGE * (1 + len(data) // _PAGE_BYTES)


def _of_bytes(data: bytes) -> int:
    other = len(_NOT_ASCII.findall(data))
    return -(-(len(data) - other) // _ASCII) + -(-other // _OTHER)
