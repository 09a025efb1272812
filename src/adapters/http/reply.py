"""Whole responses of the gate's own."""

from .errors import Written
from .house import Visit

Headers = list[tuple[bytes, bytes]]


async def send_json(visit: Visit, body: bytes) -> None:
    """200, JSON, not to be cached."""
    await send(visit, Written(200, body), [(b"x-request-id", visit.id.encode())])


async def send(visit: Visit, written: Written, headers: Headers) -> None:
    """A whole response, with `headers` besides its own."""
    own = [
        (b"content-type", written.content_type.encode("latin-1", "replace")),
        (b"content-length", str(len(written.body)).encode()),
        (b"cache-control", b"no-store"),
        *((name.encode(), value.encode("latin-1", "replace")) for name, value in written.headers),
    ]
    start = {"type": "http.response.start", "status": written.status, "headers": [*headers, *own]}
    await visit.send(start)
    await visit.send({"type": "http.response.body", "body": written.body})
