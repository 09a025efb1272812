"""Answers that break the grammar of their dialect, and what becomes of each for a caller of the
other one."""

from collections.abc import Iterable, Sequence

from attrs import field, frozen

from . import golden, messages
from .messages import OVERLOADED, STOP, Json, begin, delta, last, redacted, start, stop, text, tool
from .talkers import Call


def _calls(said: Iterable[Call]) -> tuple[Call, ...]:
    return tuple(said)


@frozen
class Served:
    """It is read all the same: these words, these calls, this end."""

    text: str = ""
    calls: tuple[Call, ...] = field(default=(), converter=_calls)
    finish: str = ""


#: Before anything has gone out: another provider may be asked, and none is left.
BEFORE = 502
#: In the middle of a stream, after these words: an error event, which the SDK raises.
AFTER = "a"

Odd = Served | int | str


def call(index: int, id: str | None = None, name: str | None = None, said: str = "") -> bytes:
    """A delta of a tool call of OpenAI's; what is None is left out."""
    function = {"arguments": said} | ({} if name is None else {"name": name})
    named = {} if id is None else {"id": id}
    return golden.piece({"tool_calls": [{"index": index, "function": function} | named]})


A, B = golden.piece({"content": "a"}), golden.piece({"content": "b"})
END, CALLS = golden.piece({}, finish="stop"), golden.piece({}, finish="tool_calls")
LENGTH = golden.piece({}, finish="length")
_DONE = Served("a", (), "end_turn")

#: Of OpenAI's dialect, for a caller of Anthropic's.
OPENAI: dict[str, tuple[Sequence[bytes], Odd]] = {
    "arguments that are no JSON": (
        [A, call(0, "c", "f", '{"a":'), call(0, said="1"), CALLS],
        AFTER,
    ),
    "arguments that are a list": ([A, call(0, "c", "f", "[1]"), CALLS], AFTER),
    "a call without a name": ([call(0, "c", None, "{}"), CALLS], BEFORE),
    "a call without an id": (
        [call(0, None, "f", "{}"), CALLS],
        Served("", [("call_0_chatcmpl-golden", "f", {})], "tool_use"),
    ),
    "a call of another kind": (
        [golden.piece({"tool_calls": [{"index": 0, "id": "c", "type": "custom"}]}), CALLS],
        BEFORE,
    ),
    "two calls of one id": (
        [call(0, "c", "f", "{}"), call(1, "c", "g", "{}"), CALLS],
        Served("", [("c", "f", {}), ("c_1", "g", {})], "tool_use"),
    ),
    "two calls of one index": (
        [call(0, "c", "f", "{}"), call(0, "d", "g", "{}"), CALLS],
        Served("", [("c", "f", {}), ("d", "g", {})], "tool_use"),
    ),
    "arguments in turns": (
        [call(0, "c", "f", '{"x"'), call(1, "d", "g", "{}"), call(0, said=":1}"), CALLS],
        Served("", [("c", "f", {"x": 1}), ("d", "g", {})], "tool_use"),
    ),
    "arguments of a call that was over": (
        [A, call(0, "c", "f", "{}"), A, call(0, said="{}"), CALLS],
        AFTER,
    ),
    "calls that end in stop": (
        [call(0, "c", "f", "{}"), END],
        Served("", [("c", "f", {})], "tool_use"),
    ),
    "no calls that end in tool_calls": ([A, CALLS], _DONE),
    "two ends": ([A, END, LENGTH], Served("a", (), "max_tokens")),
    "words behind the end": ([A, END, B], Served("ab", (), "end_turn")),
    "no end": ([A], _DONE),
    "a delta that nobody knows": ([golden.piece({"hologram": {"x": 1}}), A, END], _DONE),
    "a delta of null": (
        [golden.envelope([{"index": 0, "delta": None, "finish_reason": None}]), A, END],
        _DONE,
    ),
    "a content that is none": ([golden.piece({"content": 5}), END], BEFORE),
    "choices that are none": ([golden.dump({"id": "x", "choices": {}}), A, END], BEFORE),
    "another choice alone": (
        [golden.piece({"content": "a"}, index=1), END],
        Served("", (), "end_turn"),
    ),
    "two choices": (golden.TWO_CHOICES, Served("heads", (), "end_turn")),
    "a usage that is none": ([A, END, golden.envelope([], usage={"prompt_tokens": "x"})], _DONE),
    "nothing": ([END], Served("", (), "end_turn")),
    "no JSON": ([b"%% no JSON %%"], BEFORE),
    "no JSON behind words": ([A, b"%% no JSON %%"], AFTER),
}

_STOP = Served("a", (), "stop")
_TEXT = text(0, "a")

#: Of Anthropic's, for a caller of OpenAI's.
ANTHROPIC: dict[str, tuple[Sequence[Json], Odd]] = {
    "a delta before the start": ([delta(0, "text_delta", text="a"), start()], BEFORE),
    "two starts": ([start(), start(), *_TEXT, *last("end_turn")], BEFORE),
    "two starts, the second late": ([start(), *_TEXT, start(), *last("end_turn")], AFTER),
    "a place twice": (
        [start(), *_TEXT, *text(0, "b"), *last("end_turn")],
        Served("ab", (), "stop"),
    ),
    "a place twice, the first a thought": (
        [start(), *messages.thinking(0, "T"), *text(0, "a"), *last("end_turn")],
        _STOP,
    ),
    "a place twice at once": ([start(), *_TEXT, _TEXT[0], *_TEXT, *last("end_turn")], AFTER),
    "a delta of no block": ([start(), *_TEXT, delta(7, "text_delta", text="b")], AFTER),
    "a delta of another kind": (
        [start(), *_TEXT, tool(1, "t")[0], delta(1, "text_delta", text="b")],
        AFTER,
    ),
    "a delta that nobody knows": (
        [start(), *_TEXT[:2], delta(0, "hologram_delta", x=1), stop(0), *last("end_turn")],
        _STOP,
    ),
    "a block that nobody knows": (
        [start(), begin(0, {"type": "hologram"}), stop(0), *text(1, "a"), *last("end_turn")],
        _STOP,
    ),
    "an event that nobody knows": (
        [{"type": "hologram"}, start(), *_TEXT, *last("end_turn")],
        _STOP,
    ),
    "a call without a name": ([start(), begin(0, {"type": "tool_use", "id": "t"})], BEFORE),
    "a call without an id": ([start(), begin(0, {"type": "tool_use", "name": "f"})], BEFORE),
    "an end without a reason": ([start(), *_TEXT, STOP], _STOP),
    "a block that is left open": ([start(), *_TEXT[:2], *last("end_turn")], _STOP),
    "words behind the reason": (
        [start(), *_TEXT, last("end_turn")[0], *text(1, "b"), STOP],
        Served("ab", (), "stop"),
    ),
    "two reasons": (
        [start(), *_TEXT, last("end_turn")[0], *last("max_tokens")],
        Served("a", (), "length"),
    ),
    "a reason that is none": (
        [start(), *_TEXT, {"type": "message_delta", "delta": {"stop_reason": 4}}],
        AFTER,
    ),
    "no calls that end in tool_use": ([start(), *_TEXT, *last("tool_use")], _STOP),
    "no usage": (
        [start(), *_TEXT, {"type": "message_delta", "delta": {"stop_reason": "end_turn"}}, STOP],
        _STOP,
    ),
    "redacted thinking alone": ([start(), *redacted(0), *last("end_turn")], Served("", (), "stop")),
    "nothing": ([start(), *last("end_turn")], Served("", (), "stop")),
    "an error behind words": ([start(), *_TEXT, OVERLOADED], AFTER),
    "an error at first": ([OVERLOADED], BEFORE),
}


def _answer(content: Json, reason: Json = "end_turn", **more: Json) -> Json:
    usage = {"input_tokens": 1, "output_tokens": 1}
    said = {"id": "m", "type": "message", "role": "assistant", "model": "m", "usage": usage}
    return said | {"content": content, "stop_reason": reason, "stop_sequence": None} | more


def _called(*calls: Json, finish: str = "tool_calls") -> Json:
    return golden.answer({"tool_calls": list(calls)}, finish=finish)


def _call(**fields: Json) -> Json:
    function = {name: fields.pop(name) for name in ("name", "arguments") if name in fields}
    return {"type": "function", "function": function} | fields


#: Whole answers of OpenAI's, and of Anthropic's.
WHOLE_OPENAI: dict[str, tuple[Json, Odd]] = {
    "arguments that are no JSON": (_called(_call(id="c", name="f", arguments="{")), BEFORE),
    "arguments that were cut": (
        _called(_call(id="c", name="f", arguments="{"), finish="length"),
        Served("", (), "max_tokens"),
    ),
    "a call without a name": (_called(_call(id="c", arguments="{}")), BEFORE),
    "two calls of one id": (
        _called(*[_call(id="c", name="f", arguments="{}")] * 2),
        Served("", [("c", "f", {}), ("c_1", "f", {})], "tool_use"),
    ),
    "no choices": ({"choices": []}, BEFORE),
    "no message": ({"choices": [{}]}, BEFORE),
    "a content that is none": (golden.answer({"content": 5}), BEFORE),
    "two choices": (golden.TWO_ANSWERS, Served("heads", (), "end_turn")),
    "no calls that end in tool_calls": (
        golden.answer({"content": "a"}, finish="tool_calls"),
        _DONE,
    ),
}
WHOLE_ANTHROPIC: dict[str, tuple[Json, Odd]] = {
    "no content": (_answer(None), BEFORE),
    "a block that is none": (_answer([4]), BEFORE),
    "a call without a name": (_answer([{"type": "tool_use", "id": "t", "input": {}}]), BEFORE),
    "an input that is none": (
        _answer([{"type": "tool_use", "id": "t", "name": "f", "input": "{}"}]),
        BEFORE,
    ),
    "a block that nobody knows": (
        _answer([{"type": "hologram"}, {"type": "text", "text": "a"}]),
        _STOP,
    ),
    "no calls that end in tool_use": (_answer([{"type": "text", "text": "a"}], "tool_use"), _STOP),
    "nothing": (_answer([]), Served("", (), "stop")),
    "an error": (OVERLOADED, BEFORE),
}
