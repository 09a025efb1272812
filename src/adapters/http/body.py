"""The request body: bounded in size and in time, of the media type the endpoint reads."""

from collections.abc import Mapping
from contextlib import suppress

from ...domain.errors import BodyTooSlow, InvalidRequest, TooLarge, UnsupportedMedia
from ...domain.ports import Clock
from .asgi import Receive

#: Seconds without a byte, and for the whole body (reliability 2.5, T14).
IDLE, WHOLE = 15.0, 120.0
#: How much of a body that is refused is still read, and how long.
MOST_DRAINED, DRAIN_SECONDS = 64 * 1024 * 1024, 5.0


class ClientGone(Exception):
    """The client left while it was still sending."""


def check_headers(headers: Mapping[str, str]) -> None:
    """Refuses by the headers alone what cannot be read."""
    media, _, parameters = headers.get("content-type", "application/json").partition(";")
    if media.strip().lower() not in ("application/json", "text/json"):
        raise UnsupportedMedia(
            "Send JSON, with 'content-type: application/json'.", param="content-type"
        )
    charset = parameters.lower().replace(" ", "").replace('"', "")
    if "charset=" in charset and not {"charset=utf-8", "charset=utf8"} & set(charset.split(";")):
        raise UnsupportedMedia("Send the body in UTF-8.", param="content-type")
    if headers.get("content-encoding", "identity").lower() not in ("identity", ""):
        raise UnsupportedMedia("Send the body uncompressed.", param="content-encoding")
    length = headers.get("content-length", "")
    if length and not (length.isascii() and length.isdigit()):
        raise InvalidRequest("'content-length' must be a whole number.", param="content-length")


async def read(receive: Receive, most: int, headers: Mapping[str, str], clock: Clock) -> bytes:
    """The whole body. Raises TooLarge, BodyTooSlow, or ClientGone."""
    pieces: list[bytes] = []
    size = 0
    end = clock.monotonic() + WHOLE
    too_large = int(headers.get("content-length", "0")[:19]) > most
    while True:
        if too_large:
            await _let_finish(receive, clock)
            raise _too_large(most)
        try:
            async with clock.deadline(min(end, clock.monotonic() + IDLE)):
                message = await receive()
        except TimeoutError:
            raise BodyTooSlow("The body did not arrive in time.") from None
        if message["type"] == "http.disconnect":
            raise ClientGone
        piece = message.get("body", b"")
        size += len(piece)
        too_large = size > most
        if message.get("more_body", False):
            pieces.append(piece)
        elif too_large:
            raise _too_large(most)
        else:
            return piece if not pieces else b"".join((*pieces, piece))


async def _let_finish(receive: Receive, clock: Clock) -> None:
    """Reads on and throws away, within bounds: a client that is still sending when its connection
    closes sees a reset and not the answer."""
    size = 0
    with suppress(TimeoutError):
        async with clock.deadline(clock.monotonic() + DRAIN_SECONDS):
            while size < MOST_DRAINED:
                message = await receive()
                size += len(message.get("body", b""))
                if not message.get("more_body", False):
                    return


def _too_large(most: int) -> TooLarge:
    return TooLarge(
        f"The body is larger than the {most:,} bytes this relay accepts. Send fewer or smaller"
        " pictures and files, their addresses in their place, or less of the conversation; or have"
        " its operator raise RELAY_MAX_REQUEST_BYTES (on Vercel 4.5 MB is the most there is)."
    )
