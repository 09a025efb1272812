"""A stream in Anthropic's dialect: what passes to the caller, when it began to mean something, how
it ended, and what it used.

https://platform.claude.com/docs/en/build-with-claude/streaming
"""

import re

import msgspec

from ... import loose_json
from ...blocks import Json
from ...errors import UpstreamError
from ...quota import so_far
from ...receipt import Usage
from ...sse import Event
from ..follower import Follower
from . import errors, failure, used

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


class StreamReader(Follower):
    """Follows one stream. `strict`: what is no event of this dialect is a failure; it can still be
    mended where nothing has gone out.

    After each `feed`: `done` (the provider said message_stop; whatever follows is ignored),
    `failure` (it sent an error event), `usage` (the last one said), `pieces` (events that carried
    content: about a token each).
    """

    def __init__(self, *, now: float, strict: bool = False) -> None:
        super().__init__(now=now, strict=strict)
        self._said: Json = {}
        self._counted = False

    @property
    def complete(self) -> bool:
        """The answer is whole: message_stop, and nothing else, says so."""
        return self.done

    @property
    def told(self) -> bool:
        """Nothing is to come."""
        return self.done

    @property
    def usage(self) -> Usage | None:
        """As the provider said; before its last word, what went in as it said, and what came out
        as far as can be told: message_start counts a token or two of what is to come."""
        known = used.read(self._said)
        return known if self._counted else so_far(known, self.pieces)

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
        if failure.of(said):
            return self._fail(data)
        known = isinstance(said.get("type"), str) or event.name in _NAMED
        return self._read(said, event.name) if known or not self.strict else self._foreign()

    def _is_only_content(self, event: Event, data: bytes) -> bool:
        if not self.meaningful or self.strict or event.name in _NAMED:
            return False
        return _WORTH_READING.search(data) is None

    def _read(self, said: Json, name: str) -> bool:
        match said.get("type", name):
            case "message_start":
                message = said.get("message")
                usage = message.get("usage") if isinstance(message, dict) else None
                self._said = used.merged({}, usage)
            case "content_block_start":
                self._mean(_begins(said.get("content_block")))
            case "content_block_delta":
                delta = said.get("delta")
                self._mean(isinstance(delta, dict) and any(map(delta.get, _CONTENT)))
            case "message_delta":
                self._said = used.merged(self._said, said.get("usage"))
                self._counted |= isinstance(said.get("usage"), dict)
                delta = said.get("delta")
                self.meaningful |= bool(isinstance(delta, dict) and delta.get("stop_reason"))
            case "message_stop":
                self.done = self.ended = True
        return True

    def _mean(self, said_something: bool) -> None:
        self.pieces += said_something
        self.meaningful |= said_something

    def _says_nothing(self, event: Event, data: bytes) -> bool:
        return _is_ping(event, data)

    def _classified(self, data: bytes) -> UpstreamError | None:
        return errors.classify_in_answer(data, now=self._now)


def _is_ping(event: Event, data: bytes) -> bool:
    """Pings are Anthropic's comments: they may stand anywhere and say nothing."""
    if event.name == "ping":
        return True
    if len(data) > 64 or b'"ping"' not in data:
        return False
    said = loose_json.decode(data)
    return isinstance(said, dict) and said.get("type") == "ping"


def _begins(block: object) -> bool:
    if not isinstance(block, dict):
        return False
    kind = block.get("type")
    return bool(block.get(str(kind))) if kind in _FILLED_LATER else True
