"""One HTTP/1.1 answer: bytes in, cut anywhere; status, headers and body out. Knows no socket."""

import httptools

#: A head larger than this is an attack or a mistake; real ones stay under 8 KiB. The same bound
#: holds for everything else that is not body: interim answers, chunk extensions, trailers.
MAX_HEAD = 32 * 1024


class Answer:
    """What one request gets back, as far as it has arrived.

    `feed` and `end` take what the connection brings; neither raises. `opened` turns true with
    the final status and headers, `complete` with a proper end, `flaw` names what is wrong, and
    `ended_early` says that it is the connection's end, not what came over it.
    Body bytes that arrived before a flaw are still given out.
    """

    def __init__(self, method: str) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.opened = False
        self.complete = False
        self.keep_alive = False
        self.flaw: str | None = None
        self.ended_early = False
        self.buffered = 0
        self._head_only = method == "HEAD"
        self._delimited = False
        self._overhead = 0
        self._field_bytes = 0
        self._parts: list[bytes] = []
        # Holds this object's callbacks: a cycle, broken as soon as the answer is over.
        self._parser: httptools.HttpResponseParser | None = httptools.HttpResponseParser(self)

    @property
    def over(self) -> bool:
        """Nothing more will come: it is complete, or it never will be."""
        return self.complete or self.flaw is not None

    def feed(self, data: bytes) -> None:
        """Takes the next bytes of the connection."""
        parser = self._parser
        if parser is None:
            self._surplus()
            return
        self._overhead += len(data)
        try:
            parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._fail("it switched protocols unasked")
        except httptools.HttpParserError:
            self._fail_or_surplus("it is not HTTP")
        if self._overhead > MAX_HEAD and not self.over:
            self._fail("it goes on without a body")
        if self.over:
            self._parser = None

    def end(self, *, clean: bool) -> None:
        """The connection ended; not `clean` when it was reset."""
        self.keep_alive = False
        if self.over:
            return
        if self.opened and clean and not self._delimited:
            self.complete = True  # RFC 9112, 6.3, rule 8: the end of the connection is the end
        else:
            self.flaw, self.ended_early = "the connection ended before it was complete", True
        self._parser = None

    def close(self) -> None:
        """Drops the parser: this answer is of no more use to anybody."""
        self._parser = None

    def take(self) -> bytes:
        """All body bytes that have arrived and were not taken yet."""
        parts = self._parts
        data = parts[0] if len(parts) == 1 else b"".join(parts)
        parts.clear()
        self.buffered = 0
        return data

    # What httptools calls, in the order of the message.

    def on_message_begin(self) -> None:
        if self.complete:
            self._surplus()

    def on_header(self, name: bytes, value: bytes) -> None:
        if self.complete:
            return
        self._field_bytes += len(name) + len(value) + 4
        if self._field_bytes > MAX_HEAD:
            self._fail("its headers are too large")
        if self.opened:
            return  # a trailer: nothing here needs one
        key, text = name.decode("latin-1").lower(), value.decode("latin-1").rstrip(" \t")
        if key == "set-cookie":
            return  # the relay keeps no cookies and passes none on
        known = self.headers.get(key)
        self.headers[key] = text if known is None else f"{known}, {text}"

    def on_headers_complete(self) -> None:
        parser = self._parser
        if parser is None or self.over:
            return
        status = parser.get_status_code()
        if 100 <= status < 200 and status != 101:
            self.headers = {}  # an interim answer: the real one follows (RFC 9110, 15.2)
            return
        self._open(status, parser)

    def on_body(self, body: bytes) -> None:
        if self.over:
            return
        self._overhead = 0
        self._parts.append(body)
        self.buffered += len(body)

    def on_message_complete(self) -> None:
        if self.opened and self.flaw is None:
            self.complete = True

    def _open(self, status: int, parser: httptools.HttpResponseParser) -> None:
        coding = self.headers.get("transfer-encoding")
        if status < 200 or parser.get_http_version() not in ("1.1", "1.0"):
            self._fail("it is not HTTP/1.1")
        elif coding is not None and coding.lower() != "chunked":
            self._fail("its transfer coding was not asked for")
        else:
            self.status, self.opened = status, True
            self.keep_alive = parser.should_keep_alive()
            self._delimited = coding is not None or "content-length" in self.headers
            if self._head_only:
                # The parser waits for the body that the headers describe; HEAD has none.
                self.complete, self.keep_alive = True, False

    def _fail_or_surplus(self, flaw: str) -> None:
        if self.complete:
            self._surplus()
        else:
            self._fail(flaw)

    def _fail(self, flaw: str) -> None:
        self.keep_alive = False
        if not self.complete and self.flaw is None:
            self.flaw = flaw

    def _surplus(self) -> None:
        """Bytes nobody asked for follow the answer: it stands, the connection does not."""
        self.keep_alive = False
