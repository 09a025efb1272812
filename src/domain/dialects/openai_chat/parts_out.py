"""Blocks as content parts of OpenAI's messages, and what becomes of those that have no such part.

https://platform.openai.com/docs/api-reference/chat/create#chat-create-messages
"""

from collections.abc import Sequence

from attrs import frozen

from ...blocks import (
    Audio,
    Block,
    CacheMark,
    Data,
    Document,
    Extras,
    FileId,
    Foreign,
    Image,
    Json,
    Link,
    Plain,
    Refused,
    Text,
)
from ..names import Notes
from .parts_in import DIALECT, MARK

#: OpenAI wants a name for every file that is sent along.
_UNNAMED = "document.pdf"


@frozen
class Pen:
    """How one provider is written to, and where it is noted what it cannot be told."""

    notes: Notes
    replays_reasoning: bool = False
    carries_cache_marks: bool = False
    #: Content is a string, never a list, where it is all text: DeepSeek and others read nothing
    #: else (https://github.com/BerriAI/litellm/issues/6642).
    texts_only: bool = False

    def finished(
        self, written: Json, path: str, cache: CacheMark | None = None, extras: Extras | None = None
    ) -> Json:
        """`written`, with its cache mark and what only this dialect knows."""
        if extras is not None and extras.dialect == DIALECT:
            written = merged(dict(extras.fields), written)
        else:
            self.notes.extras(extras, path)
        if cache is not None and self.carries_cache_marks:
            mark = {"type": "ephemeral"} | ({"ttl": cache.ttl} if cache.ttl else {})
            return written | {MARK: mark}
        if cache is not None:
            self.notes.drop(f"{path}.{MARK}")
        return written

    def part(self, block: Block, path: str) -> Json | None:
        """None: the block has no part here, which is noted."""
        match block:
            case Text(text=text, cache=cache, extras=extras):
                return self.finished(_text(text), path, cache, extras)
            case Image():
                return self._image(block, path)
            case Document():
                return self._document(block, path)
            case Audio(source=source):
                kind = source.media_type.removeprefix("audio/")
                sound = {"data": source.base64, "format": kind}
                return {"type": "input_audio", "input_audio": sound}
            case Refused(text=text):
                return _text(text)
            case Foreign(dialect="openai_chat", fields=fields):
                return fields
            case _:
                self.notes.lose(path)
                return None

    def content(self, parts: Sequence[Json]) -> str | list[Json]:
        """A string where the parts are a single text, or must be one."""
        bare = all(part.keys() == {"type", "text"} for part in parts)
        if bare and (len(parts) < 2 or self.texts_only):
            return "\n\n".join(part["text"] for part in parts)
        return list(parts)

    def _image(self, image: Image, path: str) -> Json | None:
        match image.source:
            case Link(url=url):
                where = {"url": url}
            case Data() as data:
                where = {"url": _data_url(data)}
            case _:
                self.notes.lose(path)
                return None
        if image.detail is not None:
            where["detail"] = image.detail
        written = {"type": "image_url", "image_url": where}
        return self.finished(written, path, image.cache, image.extras)

    def _document(self, document: Document, path: str) -> Json | None:
        title, source = document.title, document.source
        match source:
            case Plain(text=text):
                written = _text(f"{title}\n{text}" if title else text)
            case Data():
                file = {"filename": title or _UNNAMED, "file_data": _data_url(source)}
                written = {"type": "file", "file": file}
            case FileId(id=file_id, dialect="openai_chat"):
                named = {"filename": title} if title else {}
                written = {"type": "file", "file": {"file_id": file_id} | named}
            case _:
                self.notes.lose(path)
                return None
        return self.finished(written, path, document.cache, document.extras)


def merged(fields: Json, written: Json) -> Json:
    """Both; what is written goes first, also one level down."""
    both = fields | written
    for name in fields.keys() & written.keys():
        if isinstance(fields[name], dict) and isinstance(written[name], dict):
            both[name] = fields[name] | written[name]
    return both


def _text(text: str) -> Json:
    return {"type": "text", "text": text}


def _data_url(data: Data) -> str:
    return f"data:{data.media_type};base64,{data.base64}"
