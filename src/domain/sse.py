"""Server-Sent Events: bytes to events, cut anywhere, bounded; the bytes themselves are kept.

WHATWG HTML section 9.2.6: lines end in LF, CR or CRLF and nothing else (U+2028 and U+0085 may stand
inside JSON), a blank line ends an event, a line that begins with a colon is a comment, one byte
order mark may come first. https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import re

from attrs import frozen

from .errors import BadAnswer

#: An event larger than this is not an event but an attack on memory, or a broken provider.
LARGEST_EVENT = 4 * 1024 * 1024

# Atomic groups: a CRLF must never be read as two line ends.
_BLANK_LINE = re.compile(rb"(?>\r\n|\r|\n)(?>\r\n|\r|\n)")
_LINE_END = re.compile(rb"\r\n|\r|\n")
_BOM = b"\xef\xbb\xbf"


@frozen
class Event:
    """One event, or a block of comments (`data is None`). `raw` is what came, to the byte."""

    raw: bytes
    data: bytes | None
    name: str = ""


class Reader:
    """Takes bytes cut anywhere, returns the events that are complete."""

    def __init__(self) -> None:
        #: What is not yet an event. Grown in place: a large event in small pieces must not be
        #: copied with each of them.
        self._rest = bytearray()
        self._began = False

    def feed(self, data: bytes) -> list[Event]:
        """The events that `data` completes. Raises BadAnswer when one grows over the bound."""
        rest = self._rest
        # Three bytes back: a blank line may be cut anywhere.
        search_from = max(0, len(rest) - 3)
        buffer: bytes | bytearray = data
        if rest:
            rest += data
            buffer = rest
        events: list[Event] = []
        start = 0
        match = _BLANK_LINE.search(buffer, search_from)
        while match is not None and not _waits(buffer, match):
            events.append(self._event(bytes(buffer[start : match.end()])))
            start = match.end()
            match = _BLANK_LINE.search(buffer, start)
        self._keep(buffer, start)
        if len(rest) > LARGEST_EVENT:
            raise BadAnswer("an event in the stream is larger than 4 MiB")
        return events

    def flush(self) -> Event | None:
        """What is left at the end of the stream, as if a blank line followed; None if nothing."""
        rest = bytes(self._rest)
        self._rest.clear()
        return self._event(rest + b"\n\n") if rest.strip(b"\r\n") else None

    def _keep(self, buffer: bytes | bytearray, start: int) -> None:
        if buffer is self._rest:
            del self._rest[:start]
        elif start < len(buffer):
            self._rest += buffer[start:]

    def _event(self, raw: bytes) -> Event:
        if not self._began:
            # Dropped: behind a comment of ours it would no longer be first, and spoil the event.
            self._began = True
            raw = raw.removeprefix(_BOM)
        body = raw.strip(b"\r\n")
        # Nearly every event of every provider is one `data:` line.
        if body.startswith(b"data:") and b"\n" not in body and b"\r" not in body:
            return Event(raw, body[6:] if body[5:6] == b" " else body[5:])
        return _parse(raw, body)


def _waits(buffer: bytes | bytearray, match: re.Match[bytes]) -> bool:
    """`\\r\\n\\r` at the very end: its LF is surely on its way, and belongs to this event."""
    return match.end() == len(buffer) and match[0] == b"\r\n\r"


def _parse(raw: bytes, body: bytes) -> Event:
    data: list[bytes] = []
    name = ""
    for line in _LINE_END.split(body):
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            data.append(value)
        elif field == b"event":
            name = value.decode("utf-8", "replace")
    return Event(raw, b"\n".join(data) if data else None, name)


def comment(text: str) -> bytes:
    """A comment block: keeps connections open and is ignored by every client."""
    return f": {text}\n\n".encode()


def data_event(payload: bytes) -> bytes:
    """One event with `payload`, which holds no line ends, as its data."""
    return b"data: " + payload + b"\n\n"
