"""Events as a stream of Anthropic's: one block at a time, counted 0, 1, 2, ...

https://platform.claude.com/docs/en/build-with-claude/streaming
"""

import msgspec
from attrs import define, field

from ...answers import (
    BlockEnded,
    BlockStarted,
    Delta,
    Ended,
    Event,
    Failed,
    Finished,
    ForeignDelta,
    Started,
    UsageSaid,
)
from ...blocks import Foreign, Json
from ...errors import BadAnswer, Cut
from ...receipt import Usage
from ..names import Notes, unsaid
from . import blocks_out, finish, used
from .ids import Ids
from .stream_out_block import Block

_Part = BlockStarted | Delta | ForeignDelta | BlockEnded


@define
class Encoder:
    """Writes one stream. A block that begins while another is open waits for its end: providers of
    other dialects may tell several tool calls at once, and here none may overlap."""

    _began: bool = False
    _over: bool = False
    _written: int = 0
    _current: Block | None = None
    _waiting: dict[int, list[_Part]] = field(factory=dict)
    _ids: Ids = field(factory=Ids)
    _calls: bool = False
    _broken: bool = False
    _usage: Usage | None = None
    _finished: Finished | None = None
    _notes: Notes = field(factory=Notes)

    @property
    def dropped(self) -> tuple[str, ...]:
        return tuple(self._notes.dropped)

    def write(self, event: Event) -> bytes:
        """The bytes that say this; often none yet. Raises BadAnswer for a tool call whose arguments
        turn out to be no JSON object, and Cut for an end without a reason."""
        if self._over:
            return b""
        if not isinstance(event, Started | Failed) and not self._began:
            return self.write(Started("", "")) + self.write(event)
        match event:
            case Started():
                return self._start(event)
            case UsageSaid(usage=usage):
                self._usage = usage
                return b""
            case Finished(choice=0):
                return self._finish(event)
            case Ended():
                return self._end()
            case Failed():  # written by errors.error_event
                self._over = True
                return b""
            case Finished(choice=choice):
                self._notes.drop(f"choices[{choice}]")
                return b""
            case _ if event.choice:
                return b""
            case _:
                self._note(event)
                return self._part(event)

    def _start(self, event: Started) -> bytes:
        self._began = True
        self._usage = event.usage
        message: Json = {
            "id": event.id,
            "type": "message",
            "role": "assistant",
            "model": event.model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": used.write(event.usage),
        }
        return written("message_start", {"message": message})

    def _note(self, event: _Part) -> None:
        """What this dialect has no words for."""
        match event:
            case BlockStarted(index=index, foreign=Foreign(dialect="openai_chat") as block):
                self._notes.drop(unsaid(index, block))
            case ForeignDelta(foreign=Foreign(dialect="openai_chat", fields=fields)):
                for name in fields:
                    self._notes.drop(name)
            case _:
                pass

    def _part(self, event: _Part) -> bytes:
        return self._apply(event) + self._advance()

    def _apply(self, event: _Part) -> bytes:
        """Nothing comes of what belongs to a block that never began, or is over."""
        current = self._current
        if current is None:
            return self._open(event) if isinstance(event, BlockStarted) else b""
        if event.index != current.started.index:
            if isinstance(event, BlockStarted) or event.index in self._waiting:
                self._waiting.setdefault(event.index, []).append(event)
            return b""
        match event:
            case Delta():
                return self._events(current.delta(event))
            case ForeignDelta():
                return self._events(current.foreign(event))
            case BlockEnded():
                return self._close(current)
            case _:
                return b""

    def _advance(self) -> bytes:
        """The blocks that have waited longest, as far as they are told."""
        said: list[bytes] = []
        while self._current is None and self._waiting:
            parts = self._waiting.pop(next(iter(self._waiting)))
            said += [self._apply(part) for part in parts]
        return b"".join(said)

    def _open(self, event: BlockStarted) -> bytes:
        self._current = Block(event)
        self._calls |= event.kind == "tool_call"
        return self._events(self._current.begin(self._ids))

    def _close(self, block: Block) -> bytes:
        said = self._events(block.end())
        self._broken |= block.broken
        self._written += block.shown
        self._current = None
        return said

    def _finish(self, event: Finished) -> bytes:
        """What is still open ends now."""
        said: list[bytes] = []
        while self._current is not None:
            said += (self._close(self._current), self._advance())
        if self._broken and event.finish != "length":
            raise BadAnswer("tool call arguments that are no JSON object", status=200)
        self._finished = event
        return b"".join(said)

    def _end(self) -> bytes:
        """The last words wait for the end, since usage may come after the reason."""
        if self._finished is None:
            raise Cut("the stream ended before the answer was complete")
        self._over = True
        word = finish.write(self._finished.finish, calls=self._calls)
        delta = {"stop_reason": word, "stop_sequence": self._finished.stop_sequence}
        delta |= blocks_out.own(self._finished.extras)
        last = written("message_delta", {"delta": delta, "usage": used.write(self._usage)})
        return last + written("message_stop", {})

    def _events(self, bodies: list[Json]) -> bytes:
        """Each body names its event, and gets the place of its block."""
        return b"".join(written(body["type"], {"index": self._written} | body) for body in bodies)


def written(name: str, body: Json) -> bytes:
    """One event; the SDKs go by its name as well as by its type."""
    data = msgspec.json.encode({"type": name} | body)
    return b"event: " + name.encode() + b"\ndata: " + data + b"\n\n"
