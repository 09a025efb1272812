"""Answers of providers, as bytes, and what they mean."""

from attrs import frozen

from .outbound_wire import Behaviour, saying, saying_once

OK = b"HTTP/1.1 200 OK\r\n"


@frozen
class Case:
    """Bytes of a provider, whether it keeps the connection, and what they mean."""

    said: bytes
    body: bytes = b""
    status: int = 200
    failure: str = ""
    keeps: bool = True
    reset: bool = False
    method: str = "POST"

    def behaviour(self, *pieces: bytes) -> Behaviour:
        if self.keeps:
            return saying(*pieces)
        return saying_once(*pieces, reset=self.reset)


CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
CASES = {
    "length": Case(OK + b"Content-Length: 5\r\n\r\nhello", b"hello"),
    "empty": Case(OK + b"Content-Length: 0\r\n\r\n"),
    "chunked": Case(CHUNKED + b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", b"hello world"),
    "chunk extensions and trailers": Case(
        CHUNKED + b'5;a=b;c="d"\r\nhello\r\n0\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n', b"hello"
    ),
    "capital chunk sizes": Case(CHUNKED + b"0A\r\n0123456789\r\n0\r\n\r\n", b"0123456789"),
    "until the end": Case(OK + b"X-A: 1\r\n\r\nhello", b"hello", keeps=False),
    "HTTP/1.0 until the end": Case(b"HTTP/1.0 200 OK\r\n\r\nhello", b"hello", keeps=False),
    "HTTP/1.0 with length": Case(
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", b"ok", keeps=False
    ),
    "connection: close": Case(
        OK + b"Connection: close\r\nContent-Length: 2\r\n\r\nok", b"ok", keeps=False
    ),
    "interim answers first": Case(
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
        + OK
        + b"Content-Length: 2\r\n\r\nok",
        b"ok",
    ),
    "204": Case(b"HTTP/1.1 204 No Content\r\n\r\n", status=204),
    "304": Case(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", status=304),
    "no reason": Case(b"HTTP/1.1 429 \r\nContent-Length: 2\r\n\r\nno", b"no", status=429),
    "HEAD": Case(OK + b"Content-Length: 9\r\n\r\n", method="HEAD"),
    "redirects stay": Case(
        b"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n", status=302
    ),
    "garbage after the answer": Case(OK + b"Content-Length: 2\r\n\r\nok\x00\x01garbage", b"ok"),
    "cut in length": Case(
        OK + b"Content-Length: 9\r\n\r\nhello", b"hello", failure="broken", keeps=False
    ),
    "cut in a chunk": Case(CHUNKED + b"9\r\nhello", b"hello", failure="broken", keeps=False),
    "cut between chunks": Case(
        CHUNKED + b"5\r\nhello\r\n", b"hello", failure="broken", keeps=False
    ),
    "broken chunk size": Case(CHUNKED + b"5\r\nhello\r\nzz\r\n", b"hello", failure="broken"),
    "stalled": Case(OK + b"Content-Length: 9\r\n\r\nhello", b"hello", failure="silent"),
    "silent": Case(b"", status=0, failure="silent"),
    "slow head": Case(b"HTTP/1.1 200 OK\r\nX-A:", status=0, failure="silent"),
    "closed without an answer": Case(b"", status=0, failure="broken", keeps=False),
    "reset without an answer": Case(b"", status=0, failure="broken", keeps=False, reset=True),
    "no HTTP": Case(b"220 mail.example ESMTP\r\n\r\n", status=0, failure="broken"),
    "two lengths": Case(
        OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nok!", status=0, failure="broken"
    ),
}
