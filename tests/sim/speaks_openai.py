"""Answers and streams of providers that speak OpenAI's dialect."""

from random import Random

from attrs import evolve

from src.domain.receipt import Usage

from .speech import ENDS, Asked, Frame, Json, Kind, arguments, dump, say, tokens

DONE = b"data: [DONE]\n\n"
_FINISHES = ("stop", "stop", "stop", "length", "content_filter")


def whole(mark: str, ask: Asked, dice: Random) -> tuple[Json, Usage | None]:
    """A whole answer, and what it says it used."""
    used = tokens(dice) if dice.random() < 0.9 else None
    answer: Json = {"id": mark, "object": "chat.completion", "model": ask.model}
    answer["choices"] = [_choice(mark, n, dice) for n in range(ask.choices)]
    if used is not None:
        answer["usage"] = _usage(used)
    return answer, used


def stream(mark: str, ask: Asked, dice: Random, *, usage: bool = True) -> list[Frame]:
    """The events of a whole stream."""
    end = dice.choice(ENDS) * 2
    frames = [_role(mark, ask, n) for n in range(ask.choices)]
    plans = [_deltas(mark, n, dice) for n in range(ask.choices)]
    calls = [any(kind == "call" for kind, _ in plan) for plan in plans]
    while left := [n for n, plan in enumerate(plans) if plan]:
        n = dice.choice(left)
        kind, delta = plans[n].pop(0)
        frames.append(_frame(mark, ask, n, delta, kind=kind))
        if dice.random() < 0.1:
            frames.append(Frame(b": keep-alive", "comment"))
    finishes = [
        _frame(mark, ask, n, {}, kind="finish", finish=_finish(called, dice))
        for n, called in enumerate(calls)
    ]
    dice.shuffle(finishes)
    frames += finishes
    if ask.usage and usage:
        used = tokens(dice)
        chunk = {"id": mark, "model": ask.model, "choices": [], "usage": _usage(used)}
        frames.append(Frame(_data(chunk), "usage", usage=used))
    frames.append(Frame(b"data: [DONE]", "done"))
    return [evolve(frame, data=frame.data + end) for frame in frames]


def roles(mark: str, ask: Asked, count: int) -> list[Frame]:
    """Events that say nothing yet."""
    frame = _role(mark, ask, 0)
    return [evolve(frame, data=frame.data + b"\n\n")] * count


def pings(count: int) -> list[Frame]:
    return [Frame(b": ping\n\n", "comment")] * count


def error_frame(scene_secret: str, dice: Random) -> Frame:
    """An error inside a stream, as one event; its name tells it, or its data, or both."""
    if dice.random() < 0.25:
        return Frame(b'event: error\ndata: {"message": "Something broke."}\n\n', "error")
    errors: tuple[Json, ...] = (
        {"message": f"Oops {scene_secret}", "type": "server_error"},
        {"message": "Slow down.", "code": "rate_limit_exceeded"},
        {"message": "Odd.", "code": "odd"},
    )
    name = b"event: error\n" if dice.random() < 0.5 else b""
    return Frame(name + _data({"error": dice.choice(errors)}) + b"\n\n", "error")


def noise(dice: Random) -> Frame:
    """An event that is no chunk and no error."""
    kinds: tuple[tuple[bytes, Kind], ...] = (
        (b"data: {not json", "noise"),
        (b"data: 17", "noise"),
        (b"event: x\ndata: hello", "noise"),
        (b"data: {\ndata: }", "odd"),  # an empty object: nothing of a chunk is in it
        (b"id: 3", "comment"),  # no data: no event
    )
    said, kind = dice.choice(kinds)
    return Frame(said + b"\n\n", kind)


def error(status: int, error: Json) -> Json:
    """The body of an error."""
    return {"error": error}


def _role(mark: str, ask: Asked, choice: int) -> Frame:
    return _frame(mark, ask, choice, {"role": "assistant", "content": ""}, kind="role")


def _frame(
    mark: str, ask: Asked, choice: int, delta: Json, *, kind: Kind, finish: str | None = None
) -> Frame:
    said = {"index": choice, "delta": delta, "finish_reason": finish}
    chunk = {"id": mark, "object": "chat.completion.chunk", "model": ask.model, "choices": [said]}
    return Frame(_data(chunk), kind, choice)


def _deltas(mark: str, choice: int, dice: Random) -> list[tuple[Kind, Json]]:
    """Thoughts, words, and now and then tool calls; two of them may be told by turns."""
    said: list[tuple[Kind, Json]] = []
    if dice.random() < 0.25:
        thoughts = range(dice.randint(1, 2))
        said += [("piece", {"reasoning_content": say(mark, dice)}) for _ in thoughts]
    calls = _calls(mark, choice, dice) if dice.random() < 0.3 else []
    words = dice.randint(0 if calls or said else 1, 4)
    said += [("piece", {"content": say(mark, dice)}) for _ in range(words)]
    turns = dice.random() < 0.5
    while calls := [call for call in calls if call]:
        begun = [call for call in calls[1:] if call[0][0] == "piece" or calls[0][0][0] == "piece"]
        said.append(dice.choice([calls[0], *(begun if turns else ())]).pop(0))
    return said


def _calls(mark: str, choice: int, dice: Random) -> list[list[tuple[Kind, Json]]]:
    return [_call(mark, choice, place, dice) for place in range(dice.randint(1, 2))]


def _call(mark: str, choice: int, place: int, dice: Random) -> list[tuple[Kind, Json]]:
    function = {"name": f"f{place}", "arguments": ""}
    begun: Json = {"id": f"call_{mark}_{choice}_{place}", "type": "function", "function": function}
    said: list[tuple[Kind, Json]] = [("call", begun)]
    said += [("piece", {"function": {"arguments": more}}) for more in arguments(mark, dice)]
    return [(kind, {"tool_calls": [{"index": place} | delta]}) for kind, delta in said]


def _finish(called: bool, dice: Random) -> str:
    """Some providers say `stop` behind tool calls."""
    return dice.choice(("tool_calls", "tool_calls", "stop")) if called else dice.choice(_FINISHES)


def _choice(mark: str, choice: int, dice: Random) -> Json:
    message: Json = {"role": "assistant", "content": say(mark, dice)}
    if dice.random() < 0.25:
        message["reasoning_content"] = say(mark, dice)
    called = dice.random() < 0.3
    if called:
        message["tool_calls"] = [
            _whole_call(mark, choice, n, dice) for n in range(dice.randint(1, 2))
        ]
    return {"index": choice, "message": message, "finish_reason": _finish(called, dice)}


def _whole_call(mark: str, choice: int, place: int, dice: Random) -> Json:
    function = {"name": f"f{place}", "arguments": "".join(arguments(mark, dice))}
    return {"id": f"call_{mark}_{choice}_{place}", "type": "function", "function": function}


def _usage(used: Usage) -> Json:
    return {
        "prompt_tokens": used.input_tokens,
        "completion_tokens": used.output_tokens,
        "total_tokens": used.input_tokens + used.output_tokens,
        "prompt_tokens_details": {
            "cached_tokens": used.cached_tokens,
            "cache_write_tokens": used.cache_write_tokens,
        },
        "completion_tokens_details": {"reasoning_tokens": used.reasoning_tokens},
    }


def _data(chunk: Json) -> bytes:
    return b"data: " + dump(chunk)
