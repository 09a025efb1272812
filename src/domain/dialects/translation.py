"""A stream on its way from one dialect into another: the same to its user as one that passes."""

from collections.abc import Iterable

from ..answers import BlockStarted, Delta, Ended, Event, Failed, Finished, Started, UsageSaid
from ..errors import BadAnswer, Cut, UpstreamError
from ..quota import so_far
from ..receipt import Usage
from ..sse import Event as Bytes
from ..sse import Reader as Splitter
from .codec import Decoder, Encoder, Passed
from .follower import is_torn

#: A block of these is an answer by itself; text and thinking are one with their first words.
_ANSWERS = ("tool_call", "redacted_thinking", "foreign")


def of_answer(names: Iterable[str]) -> tuple[str, ...]:
    """Apart from what was dropped of the request."""
    return tuple(f"answer.{name}" for name in names)


class Translation:
    """The port `Reader` of `codec.py` over a decoder and an encoder."""

    def __init__(self, decoder: Decoder, encoder: Encoder) -> None:
        self.done = False
        self.ended = False
        self.failure: UpstreamError | None = None
        self.meaningful = False
        self.events = 0
        self.pieces = 0
        self.strict = True  # what cannot be read cannot be translated
        self._said: Usage | None = None
        self._known: Usage | None = None
        self._decoder = decoder
        self._encoder = encoder
        self._splitter = Splitter()

    @property
    def complete(self) -> bool:
        return self.done or self._decoder.complete

    @property
    def told(self) -> bool:
        return self.complete and self._said is not None

    @property
    def dropped(self) -> tuple[str, ...]:
        return of_answer(self._encoder.dropped)

    @property
    def usage(self) -> Usage | None:
        """As the provider said; before its last word, what came in as it said, and what went out
        as far as can be told."""
        return self._said or so_far(self._known, self.pieces)

    def feed(self, data: bytes) -> Passed:
        return self._take(self._splitter.feed(data))

    def end(self) -> bytes:
        last = self._splitter.flush()
        self.ended = True
        raw = b""
        if last is not None and not self.done and self._decoder.is_whole(last):
            raw = self._take([last]).raw
        if self.failure is not None:
            raise self.failure
        if not self.done:
            raw += b"".join(self._say(event) for event in self._decoder.end())
        if not self.complete:
            raise Cut("the stream ended before the answer was complete")
        return raw

    def _take(self, events: list[Bytes]) -> Passed:
        before, said = self.events, []
        for event in events:
            if self.done or self.failure is not None:
                break
            if is_torn(event):
                raise BadAnswer("an event in the stream is torn", status=200)
            said += [self._say(one) for one in self._decoder.feed(event)]
        return Passed(b"".join(said), self.events - before)

    def _say(self, event: Event) -> bytes:
        self._note(event)
        raw = b"" if self.failure is not None else self._encoder.write(event)
        self.events += bool(raw)
        return raw

    def _note(self, event: Event) -> None:
        match event:
            case Delta(text=text) if text:
                self.meaningful = True
                self.pieces += 1
            case BlockStarted(kind=kind) if kind in _ANSWERS:
                self.meaningful = True
            case UsageSaid(usage=usage):
                self._said = usage
            case Started(usage=usage):
                self._known = usage
            case Finished():
                self.meaningful = True
            case Failed(error=error):
                self.failure = error
            case Ended():
                self.done = self.ended = True
            case _:
                pass
