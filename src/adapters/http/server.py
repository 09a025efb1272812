"""uvicorn's HTTP/1.1 protocol, speaking JSON where it would speak plain text."""

import secrets

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ...domain.dialects import openai_chat

#: Names and values of all headers of a request together, and how many there may be.
MOST_HEADER_BYTES, MOST_HEADERS = 64 * 1024, 128


class TooManyHeaders(Exception):
    """The header block is larger than any honest one."""


class Protocol(HttpToolsProtocol):
    """What cannot be parsed is answered in the callers' dialect; header blocks are bounded."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._header_bytes = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        self._header_bytes += len(name) + len(value)
        if self._header_bytes > MOST_HEADER_BYTES or len(self.headers) >= MOST_HEADERS:
            raise TooManyHeaders
        super().on_header(name, value)

    def connection_lost(self, exc: Exception | None) -> None:
        # uvicorn leaves the keep-alive timer of a connection that was reset to run out, and with
        # it all that the connection held: a minute's worth of callers that left.
        super().connection_lost(exc)
        self._unset_keepalive_if_required()

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
