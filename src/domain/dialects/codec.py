"""What the relay asks of a dialect, on one page. The codecs of all dialects are in `wire.CODECS`.

Where caller and provider speak the same, `forward`, `follow` and `judge` look at bytes that pass;
else requests and answers go through a conversation (`wire.py`).
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from attrs import frozen

from .. import sse
from ..blocks import Dialect
from ..errors import UpstreamError
from ..receipt import Usage
from ..strict_json import Document

if TYPE_CHECKING:  # what passes needs none of it
    from ..answers import Answer, Event
    from ..conversation import Conversation, Written
    from ..traits import Traits


class Asked(Protocol):
    """What of a request steers the relay."""

    @property
    def document(self) -> Document: ...

    @property
    def model(self) -> str: ...

    @property
    def stream(self) -> bool: ...

    @property
    def max_tokens(self) -> int | None: ...


@frozen
class Passed:
    """What of the fed bytes goes to the caller, and how many events with data that is."""

    raw: bytes = b""
    events: int = 0


class Reader(Protocol):
    """Follows one stream. After each `feed`: `done` (the provider said that it is over; whatever
    follows is ignored), `ended` (nothing more is to be read), `failure` (an error event),
    `meaningful` (an answer has begun), `complete` (all of it is there), `told` (and its usage),
    `usage` (the last one said), `pieces` (events with content: about a token each)."""

    done: bool
    ended: bool
    failure: UpstreamError | None
    meaningful: bool
    events: int
    pieces: int
    #: What breaks the grammar is a failure; switched off once something has gone out.
    strict: bool

    @property
    def usage(self) -> Usage | None: ...

    @property
    def complete(self) -> bool: ...

    @property
    def told(self) -> bool: ...

    @property
    def dropped(self) -> tuple[str, ...]:
        """What of the answer the caller's dialect has no words for."""
        ...

    def feed(self, data: bytes) -> Passed:
        """What passes of these bytes. Raises BadAnswer for what breaks the grammar."""
        ...

    def end(self) -> bytes:
        """The bytes are over: what is still to be sent for a clean end. Raises the error that an
        incomplete stream is."""
        ...


class Decoder(Protocol):
    """A provider's events as events in no provider's words. `complete`: all of the answer came,
    whether or not the provider said its last word."""

    @property
    def complete(self) -> bool: ...

    def feed(self, event: sse.Event) -> "list[Event]": ...

    def is_whole(self, event: sse.Event) -> bool:
        """Was an event that lacked its blank line complete all the same?"""
        ...

    def end(self) -> "list[Event]": ...


class Encoder(Protocol):
    """Events in no provider's words as the caller reads them. `dropped`: what it had no words for
    so far."""

    @property
    def dropped(self) -> tuple[str, ...]: ...

    def write(self, event: "Event") -> bytes: ...


class Codec(Protocol):
    """One dialect."""

    name: Dialect
    #: Below a provider's base URL.
    path: str

    def forward(self, asked: Asked, model: str, *, ask_usage: bool) -> bytes:
        """The caller's own bytes with the provider's name of the model in place."""
        ...

    def follow(self, asked: Asked, *, now: float, strict: bool) -> Reader:
        """A reader of a stream whose bytes pass."""
        ...

    def judge(self, headers: Mapping[str, str], body: bytes, *, now: float) -> Usage | None:
        """The usage of a whole answer. Raises the error that it is instead."""
        ...

    def classify(
        self, status: int, headers: Mapping[str, str], body: bytes, *, now: float
    ) -> UpstreamError:
        """What a status other than 2xx means."""
        ...

    def conversation(self, asked: Asked) -> "Conversation":
        """The request in no provider's words. Raises InvalidRequest."""
        ...

    def request(self, said: "Conversation", model: str, traits: "Traits") -> "Written":
        """A request for a provider of this dialect. Raises InvalidRequest."""
        ...

    def answer(self, body: bytes, *, now: float) -> "Answer":
        """A provider's whole answer. Raises UpstreamError."""
        ...

    def written(self, answer: "Answer", *, now: float) -> "Written":
        """A whole answer for a caller."""
        ...

    def decoder(self, *, now: float) -> Decoder: ...

    def encoder(self, asked: Asked, *, now: float) -> Encoder: ...
