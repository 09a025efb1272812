"""Chat requests and conversations made by chance, and JSON bent out of shape."""

from random import Random
from typing import Any

from src.domain.blocks import Block, Data, Image, Text, Thinking, ToolCall, ToolResult
from src.domain.conversation import Conversation, Turn

WORDS = ("hi", "", "Zürich 北京 🌍", "a\u2028b", '"quoted"', "Error: no", "two\nlines")
STRANGE: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1.5,
    "",
    "x",
    [],
    {},
    [None],
    {"type": "x"},
    {"a": {"b": []}},
    "auto",
)
MARK = {"type": "ephemeral"}
Json = dict[str, Any]


def request(dice: Random) -> Json:
    """A valid chat request with something of everything."""
    said: list[Json] = [{"role": "system", "content": word(dice)}] if dice.random() < 0.5 else []
    for round in range(dice.randrange(1, 4)):
        said.append({"role": "user", "content": content(dice)})
        said += _answered(dice, round)
    return _maybe(dice, {
        "stream": True, "stream_options": {"include_usage": True, "x": 1}, "temperature": 0.5,
        "top_p": 1, "top_k": 3, "stop": ["a", "b"], "seed": 7, "n": 2, "max_tokens": 99,
        "reasoning_effort": "high", "user": "u", "logprobs": True, "metadata": {"a": "b"},
        "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {}}},
        "tools": [tool(dice, i) for i in range(dice.randrange(1, 3))],
    }) | {"model": "m", "messages": said}  # fmt: skip


def tool(dice: Random, i: int) -> Json:
    wishes = {"description": "d", "parameters": {"type": "object"}, "strict": True, "x": 1}
    function = {"name": f"f{i}"} | _maybe(dice, wishes)
    return {"type": "function", "function": function} | _maybe(dice, {"cache_control": MARK})


def content(dice: Random) -> Any:
    """A string or some parts."""
    if dice.random() < 0.4:
        return word(dice)
    return [part(dice) for _ in range(dice.randrange(1, 4))]


def part(dice: Random) -> Json:
    url = dice.choice(("data:image/png;base64,AA==", "https://x/y"))
    made: Json = dice.choice((
        {"type": "text", "text": word(dice)},
        {"type": "image_url", "image_url": {"url": url} | _maybe(dice, {"detail": "low", "y": 1})},
        {"type": "file", "file": {"file_data": "data:application/pdf;base64,AA==",
                                  "filename": "a.pdf"}},
        {"type": "file", "file": {"file_id": "f"}},
        {"type": "hologram", "x": 1},
    ))  # fmt: skip
    return made | (_maybe(dice, {"cache_control": MARK}) if made["type"] != "hologram" else {})


def _answered(dice: Random, round: int) -> list[Json]:
    said = [{"type": "text", "text": one} for one in ("a", "b")]
    answer: Json = {"role": "assistant", "content": dice.choice((word(dice), said))}
    answer |= _maybe(dice, {"reasoning_content": "hm", "name": "bo", "refusal": "no"})
    ids = [f"c{round}.{i}" for i in range(dice.randrange(3))]
    if ids:
        answer["tool_calls"] = [
            {"id": i, "type": "function", "function": {"name": "f0", "arguments": '{"a":1}'}}
            for i in ids
        ]
    results = [{"role": "tool", "tool_call_id": i, "content": word(dice)} for i in ids]
    return [answer, *dice.sample(results, len(results))]


def conversation(dice: Random) -> Conversation:
    """One of Anthropic's: blocks in any order, results in user turns."""
    turns = [Turn("system", (Text("be kind"),))] if dice.random() < 0.5 else []
    results: list[Block] = []
    for round in range(dice.randrange(1, 5)):
        turns.append(Turn("user", (*results, *_said(dice))))
        calls = [ToolCall(f"t{round}_{i}", "f", '{"a":1}') for i in range(dice.randrange(3))]
        turns.append(Turn("assistant", (Thinking("hm", "sig"), Text(word(dice)), *calls)))
        results = [_result(dice, call.id) for call in dice.sample(calls, len(calls))]
    turns.append(Turn("user", (*results, *_said(dice))))
    return Conversation("anthropic_messages", "claude", tuple(turns))


def _said(dice: Random) -> list[Block]:
    return [dice.choice((Text(word(dice)), _picture(dice))) for _ in range(dice.randrange(1, 3))]


def _picture(dice: Random) -> Image:
    return Image(Data("image/png", dice.choice(("AA==", "BB=="))))


def _result(dice: Random, call_id: str) -> ToolResult:
    picture: list[Block] = [_picture(dice)] if dice.random() < 0.3 else []
    return ToolResult(call_id, (Text(word(dice)), *picture), is_error=dice.random() < 0.3)


def word(dice: Random) -> str:
    return dice.choice(WORDS)


def bent(value: Any, dice: Random) -> Any:
    """With something strange in one place of it."""
    if not value or not isinstance(value, dict | list) or dice.random() < 0.1:
        return dice.choice(STRANGE)
    if isinstance(value, list):
        at = dice.randrange(len(value))
        return [*value[:at], bent(value[at], dice), *value[at + 1 :]]
    name = dice.choice(list(value))
    if dice.random() < 0.1:
        return {key: one for key, one in value.items() if key != name}
    return value | {name: bent(value[name], dice)}


def _maybe(dice: Random, fields: Json) -> Json:
    return {name: value for name, value in fields.items() if dice.random() < 0.3}
