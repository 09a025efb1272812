"""Content parts of OpenAI's messages as blocks.

https://platform.openai.com/docs/api-reference/chat/create#chat-create-messages
"""

from ...blocks import (
    Audio,
    Block,
    CacheMark,
    Data,
    Dialect,
    Document,
    FileId,
    Foreign,
    Image,
    Link,
    RedactedThinking,
    Refused,
    Text,
    Thinking,
)
from ..fields import Fields

DIALECT: Dialect = "openai_chat"
#: Not OpenAI's own: clients of other gateways send it, as Anthropic knows it.
MARK = "cache_control"

#: https://platform.openai.com/docs/guides/images-vision
_IMAGES = ("image/jpeg", "image/png", "image/gif", "image/webp")
_FILES = ("application/pdf",)
_SOUNDS = ("wav", "mp3")
_ALIASES = {"image/jpg": "image/jpeg"}


def content(message: Fields) -> tuple[Block, ...]:
    """A string or a list of parts; nothing if it is null or absent."""
    said = message.values.get("content")
    if isinstance(said, str):
        return (Text(said),)
    if said is not None and not isinstance(said, list):
        raise message.wrong("content", "must be a string or a list of parts")
    return tuple(_block(part) for part in message.objects("content"))


def cache_mark(fields: Fields) -> CacheMark | None:
    mark = fields.object(MARK)
    return None if mark is None else CacheMark(mark.text("ttl"))


def thoughts(message: Fields) -> tuple[Block, ...]:
    """Reasoning that comes back: Anthropic's blocks where they were kept, else its text."""
    blocks = message.objects("thinking_blocks")
    if blocks:
        return tuple(_thought(block) for block in blocks)
    text = message.text("reasoning_content") or message.text("reasoning")
    return (Thinking(text),) if text else ()


def _thought(fields: Fields) -> Block:
    match fields.needed("type"):
        case "thinking":
            signature = fields.text("signature") or ""
            known = ("type", "thinking", "signature", "index", "after", MARK)
            return Thinking(fields.needed("thinking"), signature, fields.extras(known))
        case "redacted_thinking":
            return RedactedThinking(fields.needed("data"))
        case _:
            raise fields.wrong("type", "must be 'thinking' or 'redacted_thinking'")


def _block(part: Fields) -> Block:
    match part.needed("type"):
        case "text":
            extras = part.extras(("type", "text", MARK))
            return Text(part.needed("text"), cache_mark(part), extras)
        case "image_url":
            return _image(part)
        case "input_audio":
            return _audio(part)
        case "file":
            return _file(part)
        case "refusal":
            return Refused(part.needed("refusal"))
        case _:
            return Foreign(DIALECT, part.values)


def _image(part: Fields) -> Image:
    said = part.values.get("image_url")
    if isinstance(said, str):
        # Not OpenAI's, and common all the same.
        where = Fields({"url": said}, part.at("image_url"), DIALECT)
    else:
        where = part.needed_object("image_url")
    url = where.needed("url")
    rest = part.rest(("type", "image_url", MARK))
    if left := where.rest(("url", "detail")):
        rest["image_url"] = left
    if url[:8].lower().startswith(("http://", "https://")):
        source: Data | Link = Link(url)
    else:
        source = _data(where, "url", _IMAGES)
    return Image(source, where.text("detail"), cache_mark(part), part.own(rest))


def _file(part: Fields) -> Document:
    file = part.needed_object("file")
    file_id = file.text("file_id")
    source = FileId(file_id, DIALECT) if file_id else _data(file, "file_data", _FILES)
    rest = part.rest(("type", "file", MARK))
    if left := file.rest(("file_id", "file_data", "filename")):
        rest["file"] = left
    return Document(source, file.text("filename"), cache_mark(part), part.own(rest))


def _audio(part: Fields) -> Audio:
    sound = part.needed_object("input_audio")
    kind = sound.needed("format")
    if kind not in _SOUNDS:
        raise sound.wrong("format", f"is an unsupported media type; send one of {_words(_SOUNDS)}")
    return Audio(Data(f"audio/{kind}", sound.needed("data")))


def _data(holder: Fields, name: str, allowed: tuple[str, ...]) -> Data:
    """A data URL (RFC 2397) whose bytes are in base64 and of an allowed type."""
    head, comma, data = holder.needed(name).partition(",")
    media_type, *parameters = head[5:].lower().split(";")
    if head[:5].lower() != "data:" or not comma or "base64" not in parameters or not data:
        raise holder.wrong(name, "must be a data URL in base64" + _or_a_link(name))
    media_type = _ALIASES.get(media_type, media_type)
    if media_type not in allowed:
        raise holder.wrong(
            name,
            f"has the unsupported media type '{media_type[:64]}'; send one of {_words(allowed)}",
        )
    return Data(media_type, data)


def _or_a_link(name: str) -> str:
    return " or an http(s) URL" if name == "url" else ""


def _words(names: tuple[str, ...]) -> str:
    return ", ".join(names)
