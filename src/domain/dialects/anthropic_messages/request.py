"""What the relay reads of a messages request, and the request as the provider gets it.

https://platform.claude.com/docs/en/api/messages/create
"""

import msgspec
from attrs import frozen

from ... import strict_json
from ...strict_json import Document
from .. import reading


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
    model = reading.model(document)
    reading.check_messages(document)
    return MessagesRequest(
        document=document,
        model=model,
        stream=reading.optional(document, "stream", bool, "true or false") or False,
        max_tokens=reading.tokens(document, "max_tokens"),
    )


def write(request: MessagesRequest, model: str) -> bytes:
    """The provider's bytes: the caller's own, with the model's name replaced in place. Cache marks
    and signatures hold for the bytes they were made from, so nothing else may change."""
    if model == request.model:
        return request.document.body
    return request.document.replaced({"model": msgspec.json.encode(model)})
