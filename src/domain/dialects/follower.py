"""Following a stream whose bytes pass: what is the same in every dialect of events.

What each dialect says in its events is its own: `openai_chat/stream.py`, `anthropic_messages/...`.
"""

from abc import ABC, abstractmethod

from .. import loose_json
from ..errors import BadAnswer, Cut, StreamFailed, UpstreamError
from ..sse import Event, Reader
from .codec import Passed

#: How the lines of an event stream begin (a colon alone: a comment), and what a line may be. Any
#: other is what is left of a torn event, say.
_FIELDS = (b":", b"data:", b"event:", b"id:", b"retry:")
_BARE = (b"", b"data", b"event", b"id", b"retry")
_MOST_COMMENTS = 16


def is_torn(event: Event) -> bool:
    """Is there a line in it that clients skip unseen?"""
    # Of bytes, these are the three line ends of event streams and no others.
    lines = event.raw.splitlines()
    return any(not line.startswith(_FIELDS) and line not in _BARE for line in lines)


class Follower(ABC):
    """The protocol `Reader` of `codec.py`, but for what its dialect says in events."""

    dropped: tuple[str, ...] = ()  # bytes pass

    def __init__(self, *, now: float, strict: bool) -> None:
        self.done = False
        #: Nothing more is to be read: the provider said so, or its body is over.
        self.ended = False
        self.failure: UpstreamError | None = None
        self.meaningful = False
        self.events = 0
        self.pieces = 0
        self.strict = strict  # until something has gone out, if it is at all
        self._reader = Reader()
        self._now = now
        self._comments = 0

    @property
    @abstractmethod
    def complete(self) -> bool:
        """The answer is whole."""

    def feed(self, data: bytes) -> Passed:
        """What passes of these bytes. Raises BadAnswer for an event over the bound."""
        return self._take(self._reader.feed(data))

    def end(self) -> bytes:
        """The stream has ended: what is still to be sent for a clean end. Raises the error that
        an incomplete stream is; half an event is never passed on."""
        last = self._reader.flush()
        self.ended = True
        rest = b""
        if last is not None and not self.done and self._is_whole(last):
            rest = self._take([last]).raw
        if self.failure is not None:
            raise self.failure
        if not self.complete:
            raise Cut("the stream ended before the answer was complete")
        return rest if self.done else rest + self._last_word()

    @abstractmethod
    def _passes(self, event: Event, data: bytes) -> bool:
        """Reads an event with data; whether it goes on to the caller."""

    def _is_whole(self, event: Event) -> bool:
        """Was an event that lacked its blank line complete all the same?"""
        return event.data is not None and loose_json.is_json(event.data)

    def _says_nothing(self, event: Event, data: bytes) -> bool:
        """Is it a comment in the clothes of an event?"""
        return False

    def _last_word(self) -> bytes:
        """What a complete stream ends with where its provider did not say it."""
        return b""

    @abstractmethod
    def _classified(self, data: bytes) -> UpstreamError | None:
        """What an error event means."""

    def _take(self, events: list[Event]) -> Passed:
        raw: list[bytes] = []
        before = self.events
        for event in events:
            if self.done or self.failure is not None:
                break
            if self._torn(event) and not self._foreign():
                break
            if event.data is None or self._says_nothing(event, event.data):
                # Keep-alives before the answer begins: a few go on, the rest say nothing new.
                self._comments += 1
                if self.meaningful or self._comments <= _MOST_COMMENTS:
                    raw.append(event.raw)
            elif self._passes(event, event.data):
                raw.append(event.raw)
                self.events += 1
        return Passed(b"".join(raw), self.events - before)

    def _torn(self, event: Event) -> bool:
        """Is there a line in it that clients skip unseen? Nobody looks where nothing can be done
        about it any more."""
        return (event.data is None or self.strict) and is_torn(event)

    def _foreign(self) -> bool:
        """Nothing of this dialect. Not ours to judge: it goes on as it is, and does not end the
        stream, unless the caller is to have a complete answer or none."""
        if self.strict:
            self.failure = BadAnswer("an event in the stream is not a chunk", status=200)
        return not self.strict

    def _fail(self, data: bytes) -> bool:
        found = self._classified(data)
        self.failure = found or StreamFailed("the provider sent an error event", status=200)
        return False
