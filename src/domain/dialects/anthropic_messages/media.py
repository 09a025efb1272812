"""Images and documents: their sources there and back, and the media types that Anthropic reads."""

from typing import Final

from ...blocks import Data, FileId, Json, Link, Plain, Source
from ...errors import InvalidRequest
from ..fields import Fields

DIALECT: Final = "anthropic_messages"

#: https://platform.claude.com/docs/en/build-with-claude/vision and .../pdf-support
IMAGES = ("image/jpeg", "image/png", "image/gif", "image/webp")
PDF = "application/pdf"
_ALIASES = {"image/jpg": "image/jpeg"}


def read(source: Fields) -> Source | None:
    """None: a source that only this dialect knows."""
    match source.values.get("type"):
        case "base64":
            return Data(media_type=source.needed("media_type"), base64=source.needed("data"))
        case "url":
            return Link(source.needed("url"))
        case "file":
            return FileId(source.needed("file_id"), DIALECT)
        case "text":
            return Plain(source.needed("data"))
        case _:
            return None


def write(source: Source) -> Json | None:
    """None: a file that the provider of another dialect keeps."""
    match source:
        case Data(media_type=media_type, base64=data):
            kind = _ALIASES.get(media_type, media_type)
            return {"type": "base64", "media_type": kind, "data": data}
        case Link(url=url):
            return {"type": "url", "url": url}
        case Plain(text=text):
            return {"type": "text", "media_type": "text/plain", "data": text}
        case FileId(id=id, dialect="anthropic_messages"):
            return {"type": "file", "file_id": id}
        case _:
            return None


def check(source: Source, allowed: tuple[str, ...], path: str) -> None:
    """Raises InvalidRequest for data of a media type that is not one of these."""
    if not isinstance(source, Data):
        return
    if _ALIASES.get(source.media_type, source.media_type) not in allowed:
        raise InvalidRequest(
            f"'{path}' has the unsupported media type '{source.media_type[:64]}'."
            f" Send one of: {', '.join(allowed)}.",
            param=path,
        )
