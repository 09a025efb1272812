"""uvicorn's HTTP/1.1 protocol, speaking JSON where it would speak plain text."""

import asyncio
import re
import secrets

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ...domain.dialects import openai_chat

#: Names and values of all headers of a request together, and how many there may be.
MOST_HEADER_BYTES, MOST_HEADERS = 64 * 1024, 128


_OFFER = b"pgrade:"
_UPGRADE = re.compile(rb"\r\nupgrade:", re.IGNORECASE)


class TooManyHeaders(Exception):
    """The header block is larger than any honest one."""


class Protocol(HttpToolsProtocol):
    """What cannot be parsed is answered in the callers' dialect; header blocks are bounded, and a
    client that takes nothing of its answer for half a minute is let go."""

    #: A client that reads nothing for so many seconds has gone (reliability 2.5, T14).
    write_stall = 30.0
    _stalled: asyncio.TimerHandle | None = None

    def data_received(self, data: bytes) -> None:
        # RFC 9110 section 7.8 lets a server ignore an offer to upgrade, and we do. The parser
        # would stop there, and the body would be lost.
        if _OFFER in data and data[:5] in (b"POST ", b"GET /"):
            head, blank, rest = data.partition(b"\r\n\r\n")
            data = _UPGRADE.sub(b"\r\nx-ignored:", head) + blank + rest
        super().data_received(data)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._header_bytes = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        self._header_bytes += len(name) + len(value)
        if self._header_bytes > MOST_HEADER_BYTES or len(self.headers) >= MOST_HEADERS:
            raise TooManyHeaders
        super().on_header(name, value)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch_stall(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        super().resume_writing()
        self._forget_stall()

    def _watch_stall(self, size: int) -> None:
        self._forget_stall()
        self._stalled = self.loop.call_later(self.write_stall, self._check_stall, size)

    def _check_stall(self, size: int) -> None:
        left = self.transport.get_write_buffer_size()
        if left >= size:
            # To close would wait for the buffer to empty, which it never will.
            self.transport.abort()
        else:
            self._watch_stall(left)

    def _forget_stall(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def connection_lost(self, exc: Exception | None) -> None:
        # uvicorn leaves the keep-alive timer of a connection that was reset to run out, and with
        # it all that the connection held: a minute's worth of callers that left.
        super().connection_lost(exc)
        self._unset_keepalive_if_required()
        self._forget_stall()

    def send_400_response(self, msg: str) -> None:
        """A request that is no HTTP, or whose headers are too large: nothing else to say."""
        body = openai_chat.errors.error_body(
            "The request is not valid HTTP, or its headers are too large.",
            kind="invalid_request_error",
            code="invalid_request",
            param=None,
        )
        head = (
            b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\n"
            b"content-length: %d\r\nx-request-id: %s\r\nconnection: close\r\n\r\n"
            % (len(body), secrets.token_hex(16).encode())
        )
        self.transport.write(head + body)
        self.transport.close()
