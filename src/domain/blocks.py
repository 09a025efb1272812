"""Blocks: what turns and answers are made of, in no provider's words.

What only one dialect knows rides along in `extras` or as a Foreign block, and is given back to that
dialect alone.
"""

from collections.abc import Mapping
from typing import Any, Literal

from attrs import field, frozen

#: A JSON object as it came.
Json = dict[str, Any]
Dialect = Literal["openai_chat", "anthropic_messages"]


@frozen
class Extras:
    """Fields that one dialect alone knows, as they came."""

    dialect: Dialect
    fields: Mapping[str, Any] = field(factory=dict)


@frozen
class CacheMark:
    """Cache what comes up to here. `ttl`: `5m` or `1h`; None: the provider's default."""

    ttl: str | None = None


# --- what images, documents and sounds are made of -------------------------------------------


@frozen
class Data:
    """Bytes within the request: `base64` as it came."""

    media_type: str
    base64: str = field(repr=False)


@frozen
class Link:
    """Bytes elsewhere; the provider fetches them."""

    url: str


@frozen
class FileId:
    """Bytes that the provider has already, under a name of its own."""

    id: str
    dialect: Dialect


@frozen
class Plain:
    """Words, as a document."""

    text: str


Source = Data | Link | FileId | Plain

# --- blocks ----------------------------------------------------------------------------------


@frozen
class Text:
    text: str
    cache: CacheMark | None = None
    extras: Extras | None = None  # citations


@frozen
class Image:
    source: Data | Link | FileId
    detail: str | None = None
    cache: CacheMark | None = None
    extras: Extras | None = None


@frozen
class Document:
    source: Source
    title: str | None = None
    cache: CacheMark | None = None
    extras: Extras | None = None


@frozen
class Audio:
    """A sound. `source.media_type` is `audio/wav` or `audio/mp3`."""

    source: Data


@frozen
class ToolCall:
    """`arguments` is JSON text as the model wrote it, which may be broken."""

    id: str
    name: str
    arguments: str
    cache: CacheMark | None = None
    extras: Extras | None = None


@frozen
class ToolResult:
    """What came of a call. Blocks are texts, images and documents."""

    call_id: str
    blocks: "tuple[Block, ...]" = ()
    is_error: bool = False
    cache: CacheMark | None = None
    extras: Extras | None = None


@frozen
class Thinking:
    """The model's own reasoning. Signed, it must go back word for word; `signature` "" where the
    provider signs nothing."""

    text: str
    signature: str = ""
    extras: Extras | None = None


@frozen
class RedactedThinking:
    """Reasoning that only the provider can read."""

    data: str


@frozen
class Refused:
    """The model would not."""

    text: str


@frozen
class Foreign:
    """A block that only one dialect knows, as it came."""

    dialect: Dialect
    fields: Json


Block = (
    Text
    | Image
    | Document
    | Audio
    | ToolCall
    | ToolResult
    | Thinking
    | RedactedThinking
    | Refused
    | Foreign
)
