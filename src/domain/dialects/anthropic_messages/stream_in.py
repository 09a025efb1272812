"""A stream of Anthropic's as events in no provider's words.

https://platform.claude.com/docs/en/build-with-claude/streaming
"""

from ... import loose_json, sse
from ...answers import (
    Ended,
    Event,
    Failed,
    Finished,
    Started,
    UsageSaid,
)
from ...blocks import Json
from ...errors import BadAnswer, Cut, InvalidRequest, StreamFailed
from ..fields import Fields
from . import errors, failure, finish, used
from .media import DIALECT
from .stream_in_block import Block


class Decoder:
    """Follows one stream. What it does not know it passes over, as Anthropic asks of clients; what
    breaks the grammar raises BadAnswer."""

    def __init__(self, now: float) -> None:
        self._now = now
        self._began = False
        self._over = False
        self._finished: Finished | None = None
        self._calls = False
        self._blocks = 0
        self._said: Json = {}
        self._open: dict[int, Block] = {}

    @property
    def complete(self) -> bool:
        """All of the answer is there: what may still come says nothing new."""
        return self._finished is not None or self._over

    def feed(self, event: sse.Event) -> list[Event]:
        """What this event says. Nothing follows Failed and Ended."""
        if self._over or event.data is None or event.name == "ping":
            return []
        said = loose_json.decode(event.data)
        if event.name == "error" or failure.of(said):
            return [self._fail(event.data)]
        if not isinstance(said, dict):
            raise BadAnswer("an event in the stream is no JSON object", status=200)
        try:
            return self._read(Fields(said, "", DIALECT), event.name)
        except InvalidRequest as error:
            raise BadAnswer(f"an event with a wrong '{error.param}'", status=200) from None

    def is_whole(self, event: sse.Event) -> bool:
        return event.data is not None and loose_json.is_json(event.data)

    def end(self) -> list[Event]:
        """The bytes are over. Raises Cut unless the answer had come to its end."""
        if self._over:
            return []
        if self._finished is None:
            raise Cut("the stream ended before the answer was complete")
        return self._stop()

    def _fail(self, data: bytes) -> Failed:
        self._over = True
        found = errors.classify_in_answer(data, now=self._now)
        return Failed(found or StreamFailed("the provider sent an error event", status=200))

    def _read(self, said: Fields, name: str) -> list[Event]:
        kind = said.text("type") or name
        if kind == "message_start":
            return self._start(said)
        if kind.startswith(("content_block_", "message_")) and not self._began:
            raise BadAnswer("a stream that does not begin with message_start", status=200)
        match kind:
            case "content_block_start":
                return self._open_block(said)
            case "content_block_delta":
                return self._block(said).delta(said.needed_object("delta"))
            case "content_block_stop":
                return self._stop_block(said)
            case "message_delta":
                return self._delta(said)
            case "message_stop":
                return self._stop()
            case _:
                return []

    def _start(self, said: Fields) -> list[Event]:
        if self._began:
            raise BadAnswer("a stream that begins twice", status=200)
        self._began = True
        message = said.needed_object("message")
        self._said = used.merged({}, message.values.get("usage"))
        id, model = message.text("id") or "", message.text("model") or ""
        return [Started(id, model, used.read(self._said))]

    def _open_block(self, said: Fields) -> list[Event]:
        index = _index(said)
        if index in self._open:
            raise BadAnswer("a block that begins twice", status=200)
        block = Block.of(index, said.needed_object("content_block"))
        self._open[index] = block
        self._blocks += 1
        self._calls |= block.started.kind == "tool_call"
        return block.begin()

    def _block(self, said: Fields) -> Block:
        found = self._open.get(_index(said))
        if found is None:
            raise BadAnswer("a delta of a block that is not open", status=200)
        return found

    def _stop_block(self, said: Fields) -> list[Event]:
        block = self._block(said)
        del self._open[block.started.index]
        return block.end()

    def _delta(self, said: Fields) -> list[Event]:
        events: list[Event] = []
        if said.values.get("usage"):
            self._said = used.merged(self._said, said.values["usage"])
            usage = used.read(self._said)
            events += [] if usage is None else [UsageSaid(usage)]
        delta = said.object("delta")
        reason = delta.text("stop_reason") if delta else None
        if delta and reason:
            extras = delta.extras(("stop_reason", "stop_sequence"))
            sequence = delta.text("stop_sequence")
            self._finished = Finished(finish.read(reason), sequence, extras=extras)
        return events

    def _stop(self) -> list[Event]:
        """Without a reason before it: it is complete all the same, the provider says. The last
        reason stands: there may be several `message_delta`."""
        self._over = True
        if self._finished is None and not self._blocks:
            raise BadAnswer("a stream without an answer", status=200)
        usual = Finished("tool_calls" if self._calls else "stop")
        return [*self._close_all(), self._finished or usual, Ended()]

    def _close_all(self) -> list[Event]:
        """Imitators of this dialect forget to."""
        left, self._open = self._open, {}
        return [event for block in left.values() for event in block.end()]


def _index(said: Fields) -> int:
    found = said.whole("index")
    if found is None:
        raise said.wrong("index", "is required")
    return found
