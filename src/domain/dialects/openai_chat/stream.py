"""A stream in OpenAI's dialect: what passes to the caller, when it began to mean something, how it
ended, and what it used.

https://platform.openai.com/docs/api-reference/chat/streaming
"""

import re

import msgspec

from ...errors import BadAnswer, Cut, StreamFailed, UpstreamError
from ...receipt import Usage
from ...sse import Event, Reader, data_event
from ..codec import Passed
from . import errors, failure
from .answer import usage_of

DONE = b"[DONE]"

#: Once the answer has begun, only events with one of these are looked into: parsing each would
#: cost more than everything else. Inside a JSON string the quotes would be escaped.
_WORTH_READING = re.compile(
    rb'"error"|"detail"\s*:|"usage"\s*:\s*\{|"finish_reason"\s*:\s*"|"index"\s*:\s*[1-9]'
)

#: What of a delta is an answer. A role alone is not; nor is an empty content.
_CONTENT = (
    "content",
    "reasoning_content",
    "reasoning",
    "refusal",
    "tool_calls",
    "function_call",
    "audio",
)

_MOST_COMMENTS = 16

#: A line that is no comment and no field of an event stream: what is left of a torn event, say.
_NO_FIELD = re.compile(rb"(?:\A|[\r\n])(?!:|(?:data|event|id|retry)(?:[:\r\n]|\Z))[^\r\n]")


class StreamReader:
    """Follows one stream. `hide_usage`: the caller did not ask for the usage chunk. `strict`: what
    is no chunk is a failure; it can still be mended where nothing has gone out.

    After each `feed`: `done` (the provider said [DONE]; whatever follows is ignored), `failure`
    (it sent an error event), `usage` (the last one said), `pieces` (events that carried content:
    about a token each).
    """

    def __init__(self, *, hide_usage: bool, choices: int, now: float, strict: bool = False) -> None:
        self.done = False
        #: Nothing more is to be read: the provider said so, or its body is over.
        self.ended = False
        self.failure: UpstreamError | None = None
        self.usage: Usage | None = None
        self.meaningful = False
        self.events = 0
        self.pieces = 0
        self.strict = strict  # until something has gone out, if it is at all
        self._hide_usage = hide_usage
        self._choices = choices
        self._begun: set[int] = set()
        self._finished: set[int] = set()
        self._reader = Reader()
        self._now = now
        self._comments = 0

    @property
    def complete(self) -> bool:
        """The answer is whole, whether or not the provider said [DONE]."""
        return self.done or len(self._finished) >= max(self._choices, len(self._begun))

    @property
    def told(self) -> bool:
        """Nothing but [DONE] is to come: the answer is whole, and so is what was asked besides."""
        return self.complete and (self._hide_usage or self.usage is not None)

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
        if not self.complete:
            raise Cut("the stream ended before the answer was complete")
        return rest if self.done else rest + data_event(DONE)

    def _take(self, events: list[Event]) -> Passed:
        raw: list[bytes] = []
        before = self.events
        for event in events:
            if self.done or self.failure is not None:
                break
            if self._torn(event) and not self._foreign():
                break
            if event.data is None:
                # Keep-alives before the answer begins: a few go on, the rest say nothing new.
                self._comments += 1
                if self.meaningful or self._comments <= _MOST_COMMENTS:
                    raw.append(event.raw)
            elif self._passes(event, event.data):
                raw.append(event.raw)
                self.events += 1
        return Passed(b"".join(raw), self.events - before)

    def _passes(self, event: Event, data: bytes) -> bool:
        if data.strip() == DONE:
            self.done = self.ended = True
            return True
        if event.name == "error":
            return self._fail(data)
        if self.meaningful and not self.strict and _WORTH_READING.search(data) is None:
            self.pieces += 1
            return True
        try:
            chunk = msgspec.json.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return self._foreign()
        if not isinstance(chunk, dict):
            return self._foreign()
        if failure.of(chunk):
            return self._fail(data)
        known = isinstance(chunk.get("choices"), list) or chunk.get("usage") is not None
        return self._read(chunk) if known or not self.strict else self._foreign()

    def _torn(self, event: Event) -> bool:
        """Is there a line in it that clients skip unseen? Nobody looks where nothing can be done
        about it any more."""
        if event.data is not None and not self.strict:
            return False
        return _NO_FIELD.search(event.raw.rstrip(b"\r\n")) is not None

    def _foreign(self) -> bool:
        """No chunk. Not ours to judge: it goes on as it is, and does not end the stream, unless
        the caller is to have a complete answer or none."""
        if self.strict:
            self.failure = BadAnswer("an event in the stream is not a chunk", status=200)
        return not self.strict

    def _read(self, chunk: dict[str, object]) -> bool:
        choices = chunk.get("choices")
        usage = usage_of(chunk.get("usage"))
        if usage is not None:
            self.usage = usage
        for choice in choices if isinstance(choices, list) else ():
            if isinstance(choice, dict):
                self._choice(choice)
        return not (self._hide_usage and usage is not None and choices == [])

    def _choice(self, choice: dict[str, object]) -> None:
        said = choice.get("index")
        index = said if isinstance(said, int) else 0
        self._begun.add(index)
        delta = choice.get("delta")
        spoken = isinstance(delta, dict) and any(delta.get(name) for name in _CONTENT)
        said_something = bool(spoken or choice.get("text") or choice.get("message"))
        self.pieces += said_something
        self.meaningful |= said_something
        if choice.get("finish_reason"):
            self._finished.add(index)
            self.meaningful = True

    def _fail(self, data: bytes) -> bool:
        found = errors.classify_in_answer(data, now=self._now)
        self.failure = found or StreamFailed("the provider sent an error event", status=200)
        return False


def _whole(event: Event) -> bool:
    """Was an event that lacked its blank line complete all the same?"""
    if event.data is None:
        return False
    if event.data.strip() == DONE:
        return True
    try:
        msgspec.json.decode(event.data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True
