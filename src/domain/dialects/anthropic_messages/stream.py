"""A stream in Anthropic's dialect: what passes to the caller, when it began to mean something, how
it ended, and what it used.

https://platform.claude.com/docs/en/build-with-claude/streaming
"""

import re

import msgspec

from ...blocks import Json
from ...errors import BadAnswer, Cut, StreamFailed, UpstreamError
from ...receipt import Usage
from ...sse import Event, Reader
from ..codec import Passed
from . import errors, failure, used

__all__ = ["Passed", "StreamReader"]

#: Once the answer has begun, only these are looked into: parsing each event would cost more than
#: everything else. Inside a JSON string the quotes would be escaped.
_WORTH_READING = re.compile(rb'"type"\s*:\s*"(?:error|message_[a-z]+|ping)"|"error"\s*:')
_DELTA = b'"content_block_delta"'
#: By the event's name, where its data does not say a type.
_NAMED = ("error", "ping", "message_start", "message_delta", "message_stop")

#: What of a delta is an answer; an empty one says nothing yet.
_CONTENT = ("text", "thinking", "partial_json", "signature", "citation")
#: Blocks that begin empty: the first delta means something, their start does not.
_FILLED_LATER = ("text", "thinking")

_MOST_COMMENTS = 16

#: A line that is no comment and no field of an event stream: what is left of a torn event, say.
_NO_FIELD = re.compile(rb"(?:\A|[\r\n])(?!:|(?:data|event|id|retry)(?:[:\r\n]|\Z))[^\r\n]")


class StreamReader:
    """Follows one stream. `strict`: what is no event of this dialect is a failure; it can still be
    mended where nothing has gone out.

    After each `feed`: `done` (the provider said message_stop; whatever follows is ignored),
    `failure` (it sent an error event), `usage` (the last one said), `pieces` (events that carried
    content: about a token each).
    """

    def __init__(self, *, now: float, strict: bool = False) -> None:
        self.done = False
        #: Nothing more is to be read: the provider said so, or its body is over.
        self.ended = False
        self.failure: UpstreamError | None = None
        self.usage: Usage | None = None
        self.meaningful = False
        self.events = 0
        self.pieces = 0
        self.strict = strict
        self._said: Json = {}
        self._reader = Reader()
        self._now = now
        self._comments = 0

    @property
    def complete(self) -> bool:
        """The answer is whole: message_stop, and nothing else, says so."""
        return self.done

    @property
    def told(self) -> bool:
        """Nothing is to come."""
        return self.done

    def feed(self, data: bytes) -> Passed:
        """What passes of these bytes. Raises BadAnswer for an event over the bound."""
        return self._take(self._reader.feed(data))

    def end(self) -> bytes:
        """The stream has ended: what is still to be sent for a clean end. Raises the error that
        an incomplete stream is; half an event is never passed on."""
        last = self._reader.flush()
        self.ended = True
        rest = b""
        if last is not None and not self.done and _whole(last):
            rest = self._take([last]).raw
        if self.failure is not None:
            raise self.failure
        if not self.done:
            raise Cut("the stream ended before the answer was complete")
        return rest

    def _take(self, events: list[Event]) -> Passed:
        raw: list[bytes] = []
        before = self.events
        for event in events:
            if self.done or self.failure is not None:
                break
            if event.data is None and _NO_FIELD.search(event.raw) and not self._foreign():
                break
            if event.data is None or _is_ping(event, event.data):
                raw += self._comment(event)
            elif self._passes(event, event.data):
                raw.append(event.raw)
                self.events += 1
        return Passed(b"".join(raw), self.events - before)

    def _comment(self, event: Event) -> list[bytes]:
        """Keep-alives before the answer begins: a few go on, the rest say nothing new."""
        self._comments += 1
        return [event.raw] if self.meaningful or self._comments <= _MOST_COMMENTS else []

    def _passes(self, event: Event, data: bytes) -> bool:
        if event.name == "error":
            return self._fail(data)
        if self._is_only_content(event, data):
            self.pieces += _DELTA in data
            return True
        try:
            said = msgspec.json.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return self._foreign()
        if not isinstance(said, dict):
            return self._foreign()
        return self._fail(data) if failure.of(said) else self._read(said, event.name)

    def _is_only_content(self, event: Event, data: bytes) -> bool:
        if not self.meaningful or self.strict or event.name in _NAMED:
            return False
        return _WORTH_READING.search(data) is None

    def _foreign(self) -> bool:
        """No event of this dialect. Not ours to judge: it goes on as it is, and does not end the
        stream, unless the caller is to have a complete answer or none."""
        if self.strict:
            self.failure = BadAnswer("an event in the stream is not of this dialect", status=200)
        return not self.strict

    def _read(self, said: Json, name: str) -> bool:
        match said.get("type", name):
            case "message_start":
                message = said.get("message")
                self._count(message.get("usage") if isinstance(message, dict) else None)
            case "content_block_start":
                self._mean(_begins(said.get("content_block")))
            case "content_block_delta":
                delta = said.get("delta")
                self._mean(isinstance(delta, dict) and any(map(delta.get, _CONTENT)))
            case "message_delta":
                self._count(said.get("usage"))
                delta = said.get("delta")
                self.meaningful |= bool(isinstance(delta, dict) and delta.get("stop_reason"))
            case "message_stop":
                self.done = self.ended = True
        return True

    def _mean(self, said_something: bool) -> None:
        self.pieces += said_something
        self.meaningful |= said_something

    def _count(self, usage: object) -> None:
        self._said = used.merged(self._said, usage)
        self.usage = used.read(self._said)

    def _fail(self, data: bytes) -> bool:
        found = errors.classify_in_answer(data, now=self._now)
        self.failure = found or StreamFailed("the provider sent an error event", status=200)
        return False


def _is_ping(event: Event, data: bytes) -> bool:
    """Pings are Anthropic's comments: they may stand anywhere and say nothing."""
    if event.name == "ping":
        return True
    if len(data) > 64 or b'"ping"' not in data:
        return False
    try:
        said = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return isinstance(said, dict) and said.get("type") == "ping"


def _begins(block: object) -> bool:
    if not isinstance(block, dict):
        return False
    kind = block.get("type")
    return bool(block.get(str(kind))) if kind in _FILLED_LATER else True


def _whole(event: Event) -> bool:
    """Was an event that lacked its blank line complete all the same?"""
    if event.data is None:
        return False
    try:
        msgspec.json.decode(event.data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True
