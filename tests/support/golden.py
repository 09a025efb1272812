"""OpenAI chat answers as data: the payloads of streams, and the bodies of whole answers."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

Json = Any

MODEL = "gpt-4o-2024-08-06"
DONE = b"[DONE]"

#: Multi-byte characters of every length, and what careless line splitters trip over
#: (U+2028, U+0085 and U+000B are no line ends in an event stream).
WORDS = ("Grüße", " 你好", " 🌍🏽", " a\u2028b\u0085c\u000bd", " end.")


def dump(value: Json) -> bytes:
    """JSON as providers write it: no spaces, characters as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def envelope(choices: Sequence[Json], **more: Json) -> bytes:
    """One chunk of a stream."""
    return dump(
        {
            "id": "chatcmpl-golden",
            "object": "chat.completion.chunk",
            "created": 1_700_000_000,
            "model": MODEL,
            "choices": list(choices),
        }
        | more
    )


def piece(delta: Json, *, index: int = 0, finish: str | None = None, **more: Json) -> bytes:
    """One chunk with one choice."""
    return envelope([{"index": index, "delta": delta, "finish_reason": finish} | more])


def role(index: int = 0) -> bytes:
    return piece({"role": "assistant", "content": ""}, index=index)


def text(words: Iterable[str]) -> tuple[bytes, ...]:
    """A stream that says these words, finish included."""
    said = tuple(piece({"content": word}) for word in words)
    return (role(), *said, piece({}, finish="stop"))


TEXT = text(WORDS)

TWO_CHOICES = (
    role(0),
    role(1),
    piece({"content": "heads"}, index=0),
    piece({"content": "tails"}, index=1),
    piece({}, index=1, finish="stop"),
    piece({}, index=0, finish="stop"),
)


def _call(place: int, **function: Json) -> Json:
    return {"tool_calls": [{"index": place, "function": function}]}


def _call_begins(place: int, name: str) -> Json:
    function = {"name": name, "arguments": ""}
    call = {"index": place, "id": f"call_{place}", "type": "function", "function": function}
    return {"tool_calls": [call]}


#: Two calls at once, their arguments in pieces, one in the middle of an escape.
PARALLEL_TOOLS = (
    piece({"role": "assistant", "content": None}),
    piece(_call_begins(0, "weather")),
    piece(_call(0, arguments='{"city": "Zü')),
    piece(_call(0, arguments='rich", "note": "\\u00')),
    piece(_call(0, arguments='e9"}')),
    piece(_call_begins(1, "weather")),
    piece(_call(1, arguments='{"city": ')),
    piece(_call(1, arguments='"北京"}')),
    piece({}, finish="tool_calls"),
)

REFUSAL = (
    piece({"role": "assistant", "content": None, "refusal": ""}),
    piece({"refusal": "I cannot"}),
    piece({"refusal": " do that."}),
    piece({}, finish="stop"),
)

REASONING = (
    piece({"role": "assistant", "content": None, "reasoning_content": ""}),
    piece({"content": None, "reasoning_content": "Think"}),
    piece({"content": None, "reasoning_content": " hard."}),
    piece({"content": "42", "reasoning_content": None}),
    piece({}, finish="stop"),
)

_LOGPROBS = {"content": [{"token": "yes", "logprob": -0.25, "bytes": [121, 101, 115],
                          "top_logprobs": [{"token": "no", "logprob": -1.5, "bytes": [110, 111]}]}],
             "refusal": None}  # fmt: skip

LOGPROBS = (role(), piece({"content": "yes"}, logprobs=_LOGPROBS), piece({}, finish="stop"))

STRUCTURED = text(('{"city":', '"Bern",', '"people":', "134000}"))

_USAGE = {
    "prompt_tokens": 11,
    "completion_tokens": 7,
    "total_tokens": 18,
    "prompt_tokens_details": {"cached_tokens": 4},
    "completion_tokens_details": {"reasoning_tokens": 2},
}

#: What follows the finish when the request asked for `stream_options.include_usage`.
USAGE = envelope([], usage=_USAGE)

STREAMS = {
    "text": TEXT,
    "n=2": TWO_CHOICES,
    "parallel tools": PARALLEL_TOOLS,
    "refusal": REFUSAL,
    "reasoning": REASONING,
    "logprobs": LOGPROBS,
    "structured": STRUCTURED,
}


def event(payload: bytes, line_end: bytes = b"\n") -> bytes:
    """One event as it stands on the wire."""
    return b"data: " + payload + line_end + line_end


def wire(
    events: Iterable[bytes], *, line_end: bytes = b"\n", done: bool = True
) -> tuple[bytes, ...]:
    """A stream as it stands on the wire, one item per event."""
    written = tuple(event(payload, line_end) for payload in events)
    return (*written, event(DONE, line_end)) if done else written


def answer(
    message: Json, *, finish: str = "stop", usage: Json = None, **choice: Json
) -> dict[str, Json]:
    """A whole answer with one choice, as JSON."""
    first = {"index": 0, "message": {"role": "assistant", "content": None} | message}
    return {
        "id": "chatcmpl-golden",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": MODEL,
        "choices": [first | {"finish_reason": finish} | choice],
        "usage": _USAGE if usage is None else usage,
        "system_fingerprint": "fp_golden",
    }


def _whole_call(place: int, city: str) -> Json:
    arguments = json.dumps({"city": city}, ensure_ascii=False)
    function = {"name": "weather", "arguments": arguments}
    return {"id": f"call_{place}", "type": "function", "function": function}


TEXT_ANSWER = answer({"content": "".join(WORDS)})
TOOL_ANSWER = answer(
    {"tool_calls": [_whole_call(0, "Zürich"), _whole_call(1, "北京")]}, finish="tool_calls"
)
STRUCTURED_ANSWER = answer({"content": '{"city":"Bern","people":134000}'})
REFUSAL_ANSWER = answer({"refusal": "I cannot do that."})
LOGPROBS_ANSWER = answer({"content": "yes"}, logprobs=_LOGPROBS)
REASONING_ANSWER = answer({"content": "42", "reasoning_content": "Think hard."})
TWO_ANSWERS = answer({"content": "heads"})
TWO_ANSWERS["choices"].append(
    {"index": 1, "message": {"role": "assistant", "content": "tails"}, "finish_reason": "stop"}
)


def error(message: str, *, type: str, code: str | None = None, param: str | None = None) -> bytes:
    """An error body in OpenAI's shape."""
    return dump({"error": {"message": message, "type": type, "param": param, "code": code}})
