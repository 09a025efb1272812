"""Anthropic's content blocks as values: of requests and of answers."""

import msgspec

from ...blocks import (
    Block,
    CacheMark,
    Document,
    Foreign,
    Image,
    Plain,
    RedactedThinking,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from ..fields import Fields
from . import media
from .media import DIALECT

_MARK = "cache_control"


def content(holder: Fields, name: str) -> tuple[Block, ...]:
    """A string or a list of blocks."""
    said = holder.values.get(name)
    if isinstance(said, str):
        return (Text(said),)
    if said is not None and not isinstance(said, list):
        raise holder.wrong(name, "must be a string or a list of blocks")
    return tuple(block(fields) for fields in holder.objects(name))


def block(fields: Fields) -> Block:
    match fields.needed("type"):
        case "text":
            extras = fields.extras(("type", "text", _MARK))
            return Text(fields.needed("text"), cache_mark(fields), extras)
        case "image" | "document" as kind:
            return _medium(fields, kind)
        case "tool_use":
            return _call(fields)
        case "tool_result":
            return _result(fields)
        case "thinking":
            return Thinking(
                fields.needed("thinking"),
                fields.text("signature") or "",
                fields.extras(("type", "thinking", "signature")),
            )
        case "redacted_thinking":
            return RedactedThinking(fields.needed("data"))
        case _:
            return Foreign(DIALECT, fields.values)


def cache_mark(fields: Fields) -> CacheMark | None:
    mark = fields.object(_MARK)
    return None if mark is None else CacheMark(mark.text("ttl"))


def arguments(input: object) -> str:
    """JSON text of a call's input, as compact as models write it."""
    return msgspec.json.encode(input).decode()


def _medium(fields: Fields, kind: str) -> Block:
    where = fields.needed_object("source")
    source = media.read(where)
    path = where.at("media_type")
    known = ("type", "source", _MARK)
    if source is None or (kind == "image" and isinstance(source, Plain)):
        return Foreign(DIALECT, fields.values)
    if kind == "document" or isinstance(source, Plain):
        media.check(source, (media.PDF,), path)
        extras = fields.extras((*known, "title"))
        return Document(source, fields.text("title"), cache_mark(fields), extras)
    media.check(source, media.IMAGES, path)
    return Image(source, None, cache_mark(fields), fields.extras(known))


def _call(fields: Fields) -> ToolCall:
    input = fields.object("input")
    return ToolCall(
        id=fields.needed("id"),
        name=fields.needed("name"),
        arguments=arguments({} if input is None else input.values),
        cache=cache_mark(fields),
        extras=fields.extras(("type", "id", "name", "input", _MARK)),
    )


def _result(fields: Fields) -> ToolResult:
    return ToolResult(
        call_id=fields.needed("tool_use_id"),
        blocks=content(fields, "content"),
        is_error=fields.flag("is_error") or False,
        cache=cache_mark(fields),
        extras=fields.extras(("type", "tool_use_id", "content", "is_error", _MARK)),
    )
