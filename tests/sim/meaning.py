"""What an answer says, whatever dialect it is said in; and whether two say the same.

Read naively, and without the relay's own readers: these are judged by it.
"""

import json
import re

from attrs import define, field, frozen

from src.domain.receipt import Usage

from .speech import Json

_EVENTS = re.compile(rb"\r\n\r\n|\n\n|\r\r")
_LINES = re.compile(rb"\r\n|\n|\r")


@define
class Call:
    """A tool call; its arguments are JSON text."""

    id: str
    name: str
    arguments: str = ""

    def begins(self, other: "Call") -> bool:
        """Is it the other one, or a beginning of it?"""
        known = (self.id, self.name) == (other.id, other.name)
        empty = self.arguments == "{}" and not other.arguments
        return known and (empty or other.arguments.startswith(self.arguments))

    def same(self, other: "Call") -> bool:
        known = (self.id, self.name) == (other.id, other.name)
        return known and self.value() == other.value()

    def value(self) -> object:
        try:
            return json.loads(self.arguments or "{}")
        except ValueError:
            return None


@define
class Meaning:
    """`kept`: thoughts with a signature, and what only their provider reads; `finish`: `stop`,
    `length`, `calls` or `filter`; `strange`: what has no place in its dialect."""

    id: str = ""
    model: str = ""
    text: str = ""
    thinking: str = ""
    calls: list[Call] = field(factory=list)
    kept: list[tuple[str, str]] = field(factory=list)
    finish: str | None = None
    usage: Usage | None = None
    known: Usage | None = None
    ended: bool = False
    error: Json | None = None
    strange: list[str] = field(factory=list)

    def begins(self, other: "Meaning") -> bool:
        """Does it say the other one, as far as it goes?"""
        if self.id and (self.id, self.model) != (other.id, other.model):
            return False
        if self.finish is not None and self.finish != other.finish:
            return False
        if not (other.text.startswith(self.text) and other.thinking.startswith(self.thinking)):
            return False
        if self.kept != other.kept[: len(self.kept)] or len(self.calls) > len(other.calls):
            return False
        return all(
            mine.begins(theirs) for mine, theirs in zip(self.calls, other.calls, strict=False)
        )

    def same(self, other: "Meaning") -> bool:
        """Do both say the same, word for word?"""
        return (
            (self.id, self.model) == (other.id, other.model)
            and (self.text, self.thinking) == (other.text, other.thinking)
            and (self.kept, self.finish) == (other.kept, other.finish)
            and len(self.calls) == len(other.calls)
            and all(a.same(b) for a, b in zip(self.calls, other.calls, strict=True))
        )


@frozen
class Event:
    """One event of a stream. `data` is None for comments and for what has none."""

    name: str
    data: bytes | None
    raw: bytes


def events(stream: bytes) -> list[Event]:
    """Those that are whole."""
    return [_event(raw) for raw in _EVENTS.split(stream)[:-1] if raw]


def decoded(data: bytes) -> object:
    """None: it is no JSON."""
    try:
        return json.loads(data)
    except ValueError:
        return None


def _event(raw: bytes) -> Event:
    name, data = "", []
    for line in _LINES.split(raw):
        if line.startswith(b"event: "):
            name = line[7:].decode()
        elif line.startswith(b"data: "):
            data.append(line[6:])
    return Event(name, b"\n".join(data) if data else None, raw)
