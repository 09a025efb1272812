"""Writing what was read keeps its meaning, over thousands of generated conversations."""

import json
import re
from itertools import pairwise
from random import Random

from src.domain import strict_json
from src.domain.blocks import Block, Data, Image, Text, Thinking, ToolCall, ToolResult
from src.domain.conversation import Conversation, Role, Turn
from src.domain.dialects.anthropic_messages import request_in, request_out
from tests.support.messages import Json

SEEDS = range(2500)
MARK = {"cache_control": {"type": "ephemeral", "ttl": "1h"}}
PNG: Json = {"type": "base64", "media_type": "image/png", "data": "aaaa"}
PDF: Json = {"type": "base64", "media_type": "application/pdf", "data": "aaaa"}
WORDS = ("Grüße", "你好", "a b\n", "{", '"')


def maybe(dice: Random, *fields: Json) -> Json:
    """Some of these fields."""
    chosen = (field for field in fields if dice.random() < 0.4)
    return {name: value for field in chosen for name, value in field.items()}


def text(dice: Random) -> Json:
    return {"type": "text", "text": dice.choice(WORDS)} | maybe(dice, MARK, {"citations": [1]})


def medium(dice: Random) -> Json:
    link: Json = {"type": "url", "url": "https://x.example/a"}
    image: Json = {
        "type": "image",
        "source": dice.choice([PNG, link, {"type": "file", "file_id": "f"}]),
    }
    document: Json = {"type": "document", "source": dice.choice([PDF, link])}
    document |= maybe(dice, {"title": "T"}, {"context": "C"})
    strange: Json = {"type": "of_tomorrow", "x": [None, 1.5]}
    return dice.choice([image | maybe(dice, MARK), document | maybe(dice, MARK), strange])


def thought(dice: Random) -> Json:
    signed = {"type": "thinking", "thinking": dice.choice(WORDS), "signature": "c2ln"}
    return dice.choice([signed, {"type": "redacted_thinking", "data": "RW5j"}])


def result(dice: Random, id: str) -> Json:
    content: Json = dice.choice(
        [{}, {"content": "A"}, {"content": [text(dice) | MARK, medium(dice)]}]
    )
    said: Json = {"type": "tool_result", "tool_use_id": id} | content
    return said | maybe(dice, MARK, {"is_error": True})


def messages(dice: Random) -> list[Json]:
    """Rounds of question, answer, and often calls with their results."""
    found: list[Json] = []
    waiting: list[str] = []
    for turn in range(dice.randint(1, 4)):
        results = [result(dice, id) for id in waiting]
        said = [dice.choice([text, medium])(dice) for _ in range(dice.randint(1, 2))]
        found.append({"role": "user", "content": results + said})
        waiting = [f"toolu_{turn}_{i}" for i in range(dice.randint(0, 2))]
        calls: list[Json] = []
        for id in waiting:
            call = {"type": "tool_use", "id": id, "name": "f", "input": {"a": [{}, "ü"]}}
            calls += [thought(dice)] * dice.randint(0, 1)
            calls.append(call | maybe(dice, MARK, {"caller": {"type": "x"}}))
        found.append({"role": "assistant", "content": [text(dice), *calls, text(dice)]})
    found.append({"role": "user", "content": [result(dice, id) for id in waiting] or [text(dice)]})
    return found


def wishes(dice: Random) -> Json:
    tool = {"name": "f", "input_schema": {"type": "object", "properties": {"a": {}}}}
    return maybe(
        dice,
        {"system": [text(dice), text(dice)]},
        {"tools": [tool | maybe(dice, MARK, {"strict": True}), {"type": "bash_1", "name": "b"}]},
        {"stream": True},
        {"temperature": 0.5, "top_p": 0.9, "top_k": 4},
        {"stop_sequences": ["a", "\n"]},
        {"metadata": {"user_id": "u", "x": 1}},
        {"thinking": {"type": "enabled", "budget_tokens": 1024, "display": "x"}},
        {"thinking": dice.choice([{"type": "adaptive"}, {"type": "between_tools"}])},
        {"output_config": {"effort": "max", "format": {"type": "json_schema", "schema": {"a": 1}}}},
        {"container": "c", "context_management": {"edits": []}},
    )


def read(body: bytes) -> Conversation:
    return request_in.read(strict_json.read(body))


def test_a_request_of_this_dialect_comes_out_as_it_went_in() -> None:
    """Field for field, with nothing dropped."""
    for seed in SEEDS:
        dice = Random(seed)
        bound = {"model": "claude-x", "max_tokens": dice.randint(1025, 9000)}
        body = bound | {"messages": messages(dice)} | wishes(dice)
        written = request_out.write(read(json.dumps(body).encode()), "claude-x")

        assert body == json.loads(written.body), seed
        assert ((), ()) == (written.dropped, written.lost)


def turns(dice: Random) -> list[Turn]:
    """As other dialects have them: blank, unsigned, in any rhythm; ids of any letters."""
    found: list[Turn] = [Turn("user", (Text("Hi"),))]
    for place in range(dice.randint(1, 5)):
        role: Role = dice.choice(["system", "developer", "user", "user", "assistant"])
        said: list[Block] = [
            Text(dice.choice(["", " ", *WORDS])) for _ in range(dice.randint(0, 2))
        ]
        if role != "assistant":
            found.append(Turn(role, tuple(said)))
            continue
        ids = [f"call{dice.choice('_.- é')}{place}{dice.choice('._')}{i}" for i in range(3)]
        calls = [ToolCall(id, "f", dice.choice(["", '{"a":1}'])) for id in ids]
        found.append(Turn("assistant", (Thinking("T"), *said, *calls)))
        dice.shuffle(ids)
        found += [Turn("user", (ToolResult(id, (Text(id), picture(dice))),)) for id in ids]
    return found


def picture(dice: Random) -> Block:
    return Image(Data("image/png", "aaaa")) if dice.random() < 0.5 else Text("A")


def said_by(conversation: list[Turn], *roles: Role) -> str:
    """All words of one side, as one text."""
    blocks = [block for turn in conversation if turn.role in roles for block in turn.blocks]
    return "".join(block.text.strip() for block in blocks if isinstance(block, Text))


def answered(conversation: list[Turn]) -> list[str]:
    """The results' words, in the order of the calls that they answer."""
    blocks = [block for turn in conversation for block in turn.blocks]
    words = {b.call_id: str(b.blocks) for b in blocks if isinstance(b, ToolResult)}
    return [words[b.id] for b in blocks if isinstance(b, ToolCall)]


def obeys(body: Json) -> None:
    """What Anthropic refuses is not in it."""
    roles = [message["role"] for message in body["messages"]]
    assert all(a != b for a, b in pairwise(roles))
    calls: list[str] = []
    for message in body["messages"]:
        kinds = [block["type"] for block in message["content"]]
        assert all(b["text"].strip() for b in message["content"] if b["type"] == "text")
        results = [b["tool_use_id"] for b in message["content"] if b["type"] == "tool_result"]
        assert results == (calls if message["role"] == "user" else [])
        assert kinds[: len(results)] == ["tool_result"] * len(results)
        calls = [block["id"] for block in message["content"] if block["type"] == "tool_use"]
        assert len(calls) == len(set(calls))
        assert all(re.fullmatch("[a-zA-Z0-9_-]+", id) for id in calls)


def test_a_conversation_of_another_dialect_keeps_its_meaning() -> None:
    """What each side said, every call, and the result of each; by Anthropic's rules."""
    for seed in SEEDS:
        before = turns(Random(seed))
        written = request_out.write(Conversation("openai_chat", "m", tuple(before)), "claude-x")
        obeys(json.loads(written.body))
        after = list(read(written.body).turns)

        assert said_by(before, "user") == said_by(after, "user"), seed
        assert said_by(before, "assistant") == said_by(after, "assistant"), seed
        assert said_by(before, "system", "developer") == said_by(after, "system"), seed
        assert answered(before) == answered(after), seed
