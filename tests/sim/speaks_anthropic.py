"""Answers and streams of providers that speak Anthropic's dialect."""

import json
from random import Random

from attrs import evolve

from src.domain.receipt import Usage

from .speech import ENDS, Asked, Frame, Json, Kind, arguments, dump, say, tokens

#: One block: what it is when it begins, its deltas, and how it stands in a whole answer.
Block = tuple[Json, list[Json], Json]

_FINISHES = ("end_turn", "end_turn", "end_turn", "max_tokens", "stop_sequence", "pause_turn")
_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    529: "overloaded_error",
}


def whole(mark: str, ask: Asked, dice: Random) -> tuple[Json, Usage | None]:
    """A whole answer, and what it says it used."""
    used = tokens(dice) if dice.random() < 0.9 else None
    blocks = _blocks(mark, dice)
    answer = _message(mark, ask) | {"content": [block for _, _, block in blocks]}
    answer["stop_reason"] = _finish(blocks, dice)
    if used is not None:
        answer["usage"] = _usage(used)
    return answer, used


def stream(mark: str, ask: Asked, dice: Random, *, usage: bool = True) -> list[Frame]:
    """The events of a whole stream. It says what went in when it begins, and the rest at its end;
    one that does not say the rest says sometimes nothing at all."""
    end, used = dice.choice(ENDS), tokens(dice)
    known = evolve(used, output_tokens=1, reasoning_tokens=0)
    frames = [_start(mark, ask, known if usage or dice.random() < 0.5 else None)]
    if dice.random() < 0.3:
        frames += _pings(1)
    blocks = _blocks(mark, dice)
    for index, block in enumerate(blocks):
        frames += _block(index, block)
        if dice.random() < 0.1:
            frames += dice.choice(([Frame(b": keep-alive", "comment")], _pings(1), [_novelty()]))
    frames.append(_last(_finish(blocks, dice), used if usage else None, dice))
    frames.append(_event({"type": "message_stop"}, "done"))
    return [_ended(frame, end) for frame in frames]


def roles(mark: str, ask: Asked, count: int) -> list[Frame]:
    """Events that say nothing yet."""
    return [_ended(_novelty(), b"\n")] * count


def pings(count: int) -> list[Frame]:
    return [_ended(ping, b"\n") for ping in _pings(count)]


def error_frame(scene_secret: str, dice: Random) -> Frame:
    """An error inside a stream, as one event; imitators forget its name, or all of it but that."""
    errors: tuple[Json, ...] = (
        {"type": "overloaded_error", "message": "Overloaded"},
        {"type": "rate_limit_error", "message": "Slow down."},
        {"type": "api_error", "message": f"Oops {scene_secret}"},
        {"type": "odd_error", "message": "Odd."},
    )
    body = {"type": "error", "error": dice.choice(errors)}
    if (lot := dice.random()) < 0.1:
        return Frame(b'event: error\ndata: {"message": "Something broke."}\n\n', "error")
    return Frame(
        (b"" if lot < 0.3 else b"event: error\n") + b"data: " + dump(body) + b"\n\n", "error"
    )


def noise(dice: Random) -> Frame:
    """An event that is none of this dialect, and no error."""
    kinds: tuple[tuple[bytes, Kind], ...] = (
        (b"event: content_block_delta\ndata: {not json", "noise"),
        (b"data: 17", "noise"),
        (b"event: x\ndata: hello", "noise"),
        (b"data: {\ndata: }", "odd"),
        (b"id: 3", "comment"),
    )
    said, kind = dice.choice(kinds)
    return Frame(said + b"\n\n", kind)


def error(status: int, error: Json) -> Json:
    """The body of an error."""
    kind = _TYPES.get(status, "invalid_request_error" if status < 500 else "api_error")
    said = {"type": kind, "message": error["message"]}
    return {"type": "error", "error": said, "request_id": "req_1"}


def _start(mark: str, ask: Asked, known: Usage | None) -> Frame:
    message = _message(mark, ask) | {"content": [], "stop_reason": None}
    if known is not None:
        message["usage"] = _usage(known)
    return evolve(_event({"type": "message_start", "message": message}, "role"), known=known)


def _block(index: int, block: Block) -> list[Frame]:
    begun, deltas, _ = block
    kind: Kind = "role" if begun["type"] in ("text", "thinking") else "call"
    start = {"type": "content_block_start", "index": index, "content_block": begun}
    said = [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas]
    stop = {"type": "content_block_stop", "index": index}
    return [_event(start, kind), *(_event(one, "piece") for one in said), _event(stop, "stop")]


def _last(reason: str, used: Usage | None, dice: Random) -> Frame:
    """All counts again, or those alone that have changed."""
    delta = {"stop_reason": reason, "stop_sequence": "#" if reason == "stop_sequence" else None}
    body: Json = {"type": "message_delta", "delta": delta}
    if used is not None:
        counts = _usage(used)
        changed = {"output_tokens", "output_tokens_details"}
        body["usage"] = counts if dice.random() < 0.5 else {n: counts[n] for n in sorted(changed)}
    return evolve(_event(body, "finish"), usage=used)


def _blocks(mark: str, dice: Random) -> list[Block]:
    blocks: list[Block] = []
    if dice.random() < 0.3:
        blocks.append(_thinking(mark, dice))
    if dice.random() < 0.05:
        redacted = {"type": "redacted_thinking", "data": f"RW5j{mark}"}
        blocks.append((redacted, [], redacted))
    calls = dice.randint(1, 2) if dice.random() < 0.3 else 0
    if not calls or dice.random() < 0.6:
        words = [say(mark, dice) for _ in range(dice.randint(1, 4))]
        deltas: list[Json] = [{"type": "text_delta", "text": word} for word in words]
        text = "".join(words)
        blocks.append(({"type": "text", "text": ""}, deltas, {"type": "text", "text": text}))
    return blocks + [_call(mark, place, dice) for place in range(calls)]


def _thinking(mark: str, dice: Random) -> Block:
    words = [say(mark, dice) for _ in range(dice.randint(1, 2))]
    signature = f"c2ln{mark}"
    deltas: list[Json] = [{"type": "thinking_delta", "thinking": word} for word in words]
    deltas.append({"type": "signature_delta", "signature": signature})
    whole = {"type": "thinking", "thinking": "".join(words), "signature": signature}
    return {"type": "thinking", "thinking": "", "signature": ""}, deltas, whole


def _call(mark: str, place: int, dice: Random) -> Block:
    pieces = arguments(mark, dice)
    begun = {"type": "tool_use", "id": f"toolu_{mark}_{place}", "name": f"f{place}", "input": {}}
    deltas: list[Json] = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]
    return begun, deltas, begun | {"input": json.loads("".join(pieces) or "{}")}


def _finish(blocks: list[Block], dice: Random) -> str:
    called = any(begun["type"] == "tool_use" for begun, _, _ in blocks)
    return "tool_use" if called else dice.choice((*_FINISHES, "refusal"))


def _message(mark: str, ask: Asked) -> Json:
    said = {"id": mark, "type": "message", "role": "assistant", "model": ask.model}
    return said | {"stop_sequence": None}


def _usage(used: Usage) -> Json:
    fresh = used.input_tokens - used.cached_tokens - used.cache_write_tokens
    return {
        "input_tokens": fresh,
        "cache_read_input_tokens": used.cached_tokens,
        "cache_creation_input_tokens": used.cache_write_tokens,
        "output_tokens": used.output_tokens,
        "output_tokens_details": {"thinking_tokens": used.reasoning_tokens},
    }


def _pings(count: int) -> list[Frame]:
    return [_event({"type": "ping"}, "comment")] * count


def _novelty() -> Frame:
    """Anthropic may add events; clients pass over them."""
    return _event({"type": "novelty", "of": "next year"}, "role")


def _event(body: Json, kind: Kind) -> Frame:
    return Frame(b"event: " + str(body["type"]).encode() + b"\ndata: " + dump(body), kind)


def _ended(frame: Frame, end: bytes) -> Frame:
    """With these line ends; inside JSON there are none."""
    return evolve(frame, data=frame.data.replace(b"\n", end) + end * 2)
