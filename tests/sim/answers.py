"""Answers and streams as providers send them, each event with a tag: what the oracle knows."""

import json
from random import Random
from typing import Any, Literal

from attrs import evolve, frozen

from src.domain.receipt import Usage

Kind = Literal["role", "piece", "finish", "usage", "done", "comment", "noise", "error"]
Json = dict[str, Any]

WORDS = (
    "Grüße",
    " 你好",
    " 🌍🏽",
    " a\u2028b\u0085c",
    " plain",
    ' "quoted\\',
    " [DONE]",
    " data: x",
)
ENDS = (b"\n\n", b"\r\n\r\n", b"\r\r")


@frozen
class Asked:
    """What a provider reads of a request."""

    model: str
    stream: bool
    choices: int
    usage: bool


@frozen
class Frame:
    """One event of a stream, to the byte. `choice`: the choice that it ends."""

    data: bytes
    kind: Kind
    choice: int = 0

    def bare(self) -> bytes:
        """Without the blank line that ends it."""
        return self.data.rstrip(b"\r\n")


def asked(body: bytes) -> Asked:
    """The request as its provider understands it."""
    read = json.loads(body)
    options = read.get("stream_options") or {}
    return Asked(
        read["model"],
        bool(read.get("stream")),
        read.get("n", 1),
        bool(options.get("include_usage")),
    )


def whole(mark: str, ask: Asked, dice: Random) -> tuple[bytes, tuple[int, int] | None]:
    """A whole answer, and the tokens that it says it used."""
    tokens = (dice.randint(1, 500), dice.randint(1, 500)) if dice.random() < 0.9 else None
    answer: Json = {"id": mark, "object": "chat.completion", "model": ask.model}
    answer["choices"] = [
        {
            "index": n,
            "message": {"role": "assistant", "content": _say(dice)},
            "finish_reason": "stop",
        }
        for n in range(ask.choices)
    ]
    if tokens is not None:
        answer["usage"] = _usage(tokens)
    return json.dumps(answer, ensure_ascii=False, indent=dice.choice((None, 1))).encode(), tokens


def stream(
    mark: str, ask: Asked, dice: Random, *, usage: bool = True
) -> tuple[list[Frame], tuple[int, int] | None]:
    """The events of a whole stream, and the tokens that it says it used."""
    end = dice.choice(ENDS)
    frames = [_role(mark, ask, n) for n in range(ask.choices)]
    for _ in range(dice.randint(1, 6)):
        frames.append(_frame(mark, ask, dice.randrange(ask.choices), _delta(dice)))
        if dice.random() < 0.1:
            frames.append(Frame(b": keep-alive", "comment"))
    finishes = [_frame(mark, ask, n, {}, finish=True) for n in range(ask.choices)]
    dice.shuffle(finishes)
    frames += finishes
    tokens = (dice.randint(1, 500), dice.randint(1, 500)) if ask.usage and usage else None
    if tokens is not None:
        chunk = {"id": mark, "model": ask.model, "choices": [], "usage": _usage(tokens)}
        frames.append(Frame(_data(chunk), "usage"))
    frames.append(Frame(b"data: [DONE]", "done"))
    return [evolve(frame, data=frame.data + end) for frame in frames], tokens


def used(tokens: tuple[int, int]) -> Usage:
    """What a provider that says so many tokens means, in full."""
    return Usage(
        *tokens,
        cached_tokens=tokens[0] // 3,
        cache_write_tokens=tokens[0] // 5,
        reasoning_tokens=tokens[1] // 2,
    )


def roles(mark: str, ask: Asked, count: int) -> list[Frame]:
    """Events that say nothing yet."""
    frame = _role(mark, ask, 0)
    return [evolve(frame, data=frame.data + b"\n\n")] * count


def pings(count: int) -> list[Frame]:
    return [Frame(b": ping\n\n", "comment")] * count


def plain_error() -> Frame:
    """An error that only its event's name tells."""
    return Frame(b'event: error\ndata: {"message": "Something broke."}\n\n', "error")


def error_frame(error: Json, *, named: bool) -> Frame:
    """An error inside a stream, as one event."""
    name = b"event: error\n" if named else b""
    return Frame(name + _data({"error": error}) + b"\n\n", "error")


def noise(dice: Random) -> Frame:
    """An event that is no chunk and no error."""
    kinds: tuple[tuple[bytes, Kind], ...] = (
        (b"data: {not json", "noise"),
        (b"data: 17", "noise"),
        (b"event: x\ndata: hello", "noise"),
        (b"data: {\ndata: }", "noise"),  # an empty object: nothing of a chunk is in it
        (b"id: 3", "comment"),  # no data: no event
    )
    said, kind = dice.choice(kinds)
    return Frame(said + b"\n\n", kind)


def _role(mark: str, ask: Asked, choice: int) -> Frame:
    frame = _frame(mark, ask, choice, {"role": "assistant", "content": ""})
    return evolve(frame, kind="role")


def _frame(mark: str, ask: Asked, choice: int, delta: Json, *, finish: bool = False) -> Frame:
    said = {"index": choice, "delta": delta, "finish_reason": "stop" if finish else None}
    chunk = {"id": mark, "object": "chat.completion.chunk", "model": ask.model, "choices": [said]}
    return Frame(_data(chunk), "finish" if finish else "piece", choice)


def _delta(dice: Random) -> Json:
    kind = dice.random()
    if kind < 0.1:
        return {"reasoning_content": _say(dice)}
    if kind < 0.2:
        call = {"index": 0, "id": "call_1", "function": {"name": "f", "arguments": '{"a": 1}'}}
        return {"tool_calls": [call]}
    return {"content": _say(dice)}


def _say(dice: Random) -> str:
    return "".join(dice.choices(WORDS, k=dice.randint(1, 4)))


def _usage(tokens: tuple[int, int]) -> Json:
    cached = {"cached_tokens": tokens[0] // 3, "cache_write_tokens": tokens[0] // 5}
    return {
        "prompt_tokens": tokens[0],
        "completion_tokens": tokens[1],
        "total_tokens": sum(tokens),
        "prompt_tokens_details": cached,
        "completion_tokens_details": {"reasoning_tokens": tokens[1] // 2},
    }


def _data(chunk: Json) -> bytes:
    return b"data: " + json.dumps(chunk, ensure_ascii=False, separators=(",", ":")).encode()
