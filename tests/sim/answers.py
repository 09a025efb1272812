"""What a provider says, in the dialect that it speaks."""

import json
from random import Random
from typing import Protocol

from src.domain.blocks import Dialect
from src.domain.receipt import Usage

from . import speaks_anthropic, speaks_openai
from .speech import Asked, Frame, Json


class Tongue(Protocol):
    """One dialect; its module is one."""

    def whole(self, mark: str, ask: Asked, dice: Random) -> tuple[Json, Usage | None]: ...

    def stream(self, mark: str, ask: Asked, dice: Random, *, usage: bool = True) -> list[Frame]: ...

    def roles(self, mark: str, ask: Asked, count: int) -> list[Frame]: ...

    def pings(self, count: int) -> list[Frame]: ...

    def error_frame(self, scene_secret: str, dice: Random) -> Frame: ...

    def noise(self, dice: Random) -> Frame: ...

    def error(self, status: int, error: Json) -> Json: ...


TONGUES: dict[Dialect, Tongue] = {
    "openai_chat": speaks_openai,
    "anthropic_messages": speaks_anthropic,
}


def whole(mark: str, ask: Asked, dice: Random) -> tuple[bytes, Usage | None]:
    """A whole answer, and what it says it used."""
    said, used = TONGUES[ask.dialect].whole(mark, ask, dice)
    return json.dumps(said, ensure_ascii=False, indent=dice.choice((None, 1))).encode(), used


def torn(frames: list[Frame], dice: Random) -> list[Frame] | None:
    """Some bytes of two events got lost on their way: the end of one and perhaps the beginning of
    the next are one event now. None where there are no such events."""
    pieces = [n for n, frame in enumerate(frames) if frame.kind == "piece"]
    if len(pieces) < 2:
        return None
    place = dice.choice(pieces[1:])
    bare, end = frames[place].bare(), frames[place].data[len(frames[place].bare()) :]
    inside = bare.index(b'{"') + 1
    quotes = [n for n in range(inside, len(bare)) if bare[n : n + 1] == b'"' and bare[n - 1] != 92]
    at = dice.choice(quotes)
    if dice.random() < 0.5:
        lost = Frame(bare[at:] + end, "noise")  # its beginning is lost
        return [*frames[:place], lost, *frames[place + 1 :]]
    spoilt = Frame(bare[:at] + frames[place + 1].data, "noise")  # its end
    return [*frames[:place], spoilt, *frames[place + 2 :]]
