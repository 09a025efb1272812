"""A script: what a provider does with one call, and what a truthful relay may make of it."""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from random import Random
from typing import Literal

from attrs import field, frozen

from src.domain.blocks import Dialect
from src.domain.catalogue import Timeouts
from src.domain.errors import UpstreamError
from src.domain.receipt import Usage

from .speech import Asked, Frame

End = Literal["close", "reset", "hang"]
DONE = b"data: [DONE]\n\n"
#: What ends an event that its provider did not end.
_BLANK = b"\n\n"

#: Seconds between pieces: mostly none, sometimes a pause that nobody should mind.
_GAPS = (0.0, 0.0, 0.0, 0.01, 0.05, 0.4)
#: Some answers take their time with their last third; never the 3 s that a
#: caller waits for last words.
_PACES = (1.0, 1.0, 1.0, 7.0)


@frozen
class Scene:
    """A call as its provider sees it. `mark` is in every byte that matters; `now` is Unix time."""

    dice: Random
    mark: str
    asked: Asked
    timeouts: Timeouts
    secret: str = field(repr=False)
    now: float


@frozen
class Piece:
    """Bytes that arrive at once, so many seconds after the piece before."""

    after: float
    data: bytes


@frozen
class Rest:
    """What an answer earns its key: at least so many seconds of rest, for one model or for all."""

    seconds: float
    whole_key: bool = False


@frozen
class Script:
    """`opening`: the error instead of an answer, after `delay`; None of it: the port's own Silent,
    when `delay` is longer than the relay waits. The rest says what the oracle needs."""

    name: str
    delay: float = 0.0
    connect: float = 0.01
    opening: UpstreamError | None = None
    status: int = 200
    headers: Mapping[str, str] = {}
    pieces: tuple[Piece, ...] = ()
    end: End = "close"
    #: A stream's events that arrive whole, and the one that is cut short at its end.
    frames: tuple[Frame, ...] = ()
    tail: Frame | None = None
    #: A whole answer that may be passed on.
    body: bytes | None = None
    #: What it says it used, where all is well.
    used: Usage | None = None
    rest: Rest | None = None
    #: Nothing in it is an error: a caller who waits must get it, if it is whole.
    healthy: bool = False
    #: What an error says, up to what nobody may read.
    words: str = ""
    #: The request itself is judged: nobody else may be asked.
    final: bool = False
    #: The fault that it is, by the name of its function.
    kind: str = "healthy"
    dialect: Dialect = "openai_chat"

    @property
    def seconds(self) -> float:
        """How long all of it takes."""
        return self.connect + self.delay + sum(piece.after for piece in self.pieces)

    def by(self, seconds: float) -> int:
        """How many bytes of it have arrived by then, counted from the call."""
        at, size = self.connect + self.delay, 0
        for piece in self.pieces:
            at += piece.after
            size += len(piece.data) if at <= seconds else 0
        return size

    def fine(self, choices: int, *, strict: bool, passes: bool) -> bool:
        """Must a caller who waits get it? `strict`: held until it is whole; `passes`: to the byte,
        to a caller of the same dialect. What cannot be read can only pass."""
        readable = not any(_breaks(f, strict=strict, passes=passes) for f in self.frames)
        whole = self.body is not None or self.complete(choices, strict=strict, passes=passes)
        return self.healthy and readable and whole

    def heard(self, read: int, *, strict: bool = False, passes: bool = True) -> list[Frame]:
        """The events that are whole in so many bytes of it, up to its end or its error."""
        heard: list[Frame] = []
        for frame in self.frames:
            read -= len(frame.data)
            if read < 0 or _breaks(frame, strict=strict, passes=passes):
                break
            heard.append(frame)
            if frame.kind == "done":
                break
        return heard

    def complete(self, choices: int, *, strict: bool = False, passes: bool = True) -> bool:
        """Does all of an answer arrive? Anthropic's own callers wait for its last word; others
        have the reason for its end."""
        if self.body is not None:
            return True
        last_word = passes and self.dialect == "anthropic_messages"
        finished: set[int] = set()
        for frame in (*self.frames, *((self.tail,) if self.tail else ())):
            if frame.kind == "done" or (len(finished) >= choices and not last_word):
                return True
            if _breaks(frame, strict=strict, passes=passes):
                return False
            if frame.kind == "finish":
                finished.add(frame.choice)
        return len(finished) >= choices and not last_word

    def enough(self, said: bytes, choices: int) -> bool:
        """Do these bytes, of this script, hold all of an answer but what it used?"""
        if self.dialect == "anthropic_messages":
            return False
        own = said.removesuffix(DONE)
        ends = {
            frame.choice for frame in self.frames if frame.kind == "finish" and frame.data in own
        }
        return self.told(hide_usage=False).startswith(own) and len(ends) >= choices

    def told(self, *, hide_usage: bool) -> bytes:
        """All that may reach a caller of a stream before its clean end."""
        return b"".join(self._told(hide_usage))

    def clean(self, *, hide_usage: bool) -> bytes:
        """What a caller of a stream that ended well has got, to the byte."""
        told = self._told(hide_usage)
        if any(frame.kind == "done" for frame in self.frames):
            return b"".join(told)
        if self.tail is not None and not (hide_usage and self.tail.kind == "usage"):
            told.append(self.tail.data + _BLANK)
        over = self.tail is not None and self.tail.kind == "done"
        over = over or self.dialect == "anthropic_messages"
        return b"".join(told) + (b"" if over else DONE)

    def said(self) -> bytes:
        """What of a stream can be told in another dialect."""
        heard = joined(self.heard(sum(len(frame.data) for frame in self.frames), passes=False))
        ended = any(frame.kind in ("done", "error", "noise") for frame in self.frames)
        return heard if self.tail is None or ended else heard + self.tail.data + _BLANK

    def _told(self, hide_usage: bool) -> list[bytes]:
        told: list[bytes] = []
        for frame in self.frames:
            if frame.kind == "error":
                break
            if not (hide_usage and frame.kind == "usage"):
                told.append(frame.data)
            if frame.kind == "done":
                break
        return told


def _breaks(frame: Frame, *, strict: bool, passes: bool) -> bool:
    """Is nothing to be read behind it?"""
    if frame.kind == "noise":
        return strict or not passes
    return frame.kind == "error" or (frame.kind == "odd" and strict and passes)


def cut(data: bytes, dice: Random) -> tuple[Piece, ...]:
    """These bytes in pieces, cut anywhere."""
    most = min(len(data) - 1, dice.choice((0, 1, 3, 12)))
    places = sorted(dice.sample(range(1, len(data)), most)) if most > 0 else []
    edges = [0, *places, len(data)]
    pace, slow = dice.choice(_PACES), dice.random() < 0.15
    return tuple(
        Piece(_gap(dice, pace, slow) if 3 * start > 2 * len(data) else dice.choice(_GAPS), one)
        for start, end in pairwise(edges)
        if (one := data[start:end])
    )


def _gap(dice: Random, pace: float, slow: bool) -> float:
    """Before a piece of the last third."""
    return dice.uniform(0.5, 2.8) if slow else pace * dice.choice(_GAPS)


def joined(frames: Iterable[Frame]) -> bytes:
    return b"".join(frame.data for frame in frames)
