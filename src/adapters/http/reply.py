"""Whole responses of the gate's own."""

from .errors import Written
from .house import Visit


async def send_json(visit: Visit, body: bytes) -> None:
    """200, JSON, not to be cached."""
    await send(visit, Written(200, body))


async def send(visit: Visit, written: Written) -> None:
    """A whole response with the request's id on it."""
    headers = [
        (b"content-type", written.content_type.encode("latin-1", "replace")),
        (b"content-length", str(len(written.body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-request-id", visit.id.encode()),
        *((name.encode(), value.encode("latin-1", "replace")) for name, value in written.headers),
    ]
    await visit.send({"type": "http.response.start", "status": written.status, "headers": headers})
    await visit.send({"type": "http.response.body", "body": written.body})
