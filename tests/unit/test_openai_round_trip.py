"""What is written and read again means the same."""

import json
from random import Random

from attrs import evolve

from src.domain import strict_json, tool_pairs
from src.domain.blocks import Block, Image, RedactedThinking, Text, Thinking, ToolCall, ToolResult
from src.domain.conversation import Conversation, Turn
from src.domain.dialects.openai_chat import request_in, request_out
from tests.support import openai_random

Atom = tuple[str, str, str]


def read(body: bytes) -> Conversation:
    return request_in.read(strict_json.read(body))


def written(conversation: Conversation) -> bytes:
    return request_out.write(
        *(conversation, "m"), ask_usage=False, max_field="max_tokens", replays_reasoning=True,
        carries_cache_marks=True, reasons=True,
    ).body  # fmt: skip


def in_order(conversation: Conversation) -> Conversation:
    """Results in the order of their calls, as they are written."""
    turns: list[Turn] = []
    run: list[Turn] = []
    calls: list[str] = []
    for turn in (*conversation.turns, None):
        if turn is not None and turn.role == "user":
            run.append(turn)
            continue
        results = [block for one in run for block in one.blocks if isinstance(block, ToolResult)]
        turns += [Turn("user", (result,)) for result in tool_pairs.in_order(results, calls)]
        turns += [one for one in run if not any(isinstance(b, ToolResult) for b in one.blocks)]
        run, calls = [], tool_pairs.calls(turn) if turn else []
        turns += [turn] if turn else []
    asked = conversation.stream and conversation.include_usage  # elsewhere it means nothing
    return evolve(conversation, turns=tuple(turns), include_usage=asked)


def test_a_chat_request_survives() -> None:
    """2,500 of them by chance: read, written and read again, every field is there."""
    dice = Random(20_26)
    for _ in range(2500):
        body = json.dumps(openai_random.request(dice)).encode()
        first = in_order(read(body))
        assert first == read(written(first))


def meaning(conversation: Conversation) -> list[Atom]:
    """Who says what, in order; results in the order of the calls, with their pictures behind."""
    atoms: list[Atom] = []
    calls: list[str] = []
    for turn in conversation.turns:
        results = [block for block in turn.blocks if isinstance(block, ToolResult)]
        ordered = tool_pairs.in_order(results, calls)
        atoms += [("tool", one.call_id, result_text(one)) for one in ordered]
        shown = [block for one in results for block in pictures(one)]
        said = [block for block in turn.blocks if not isinstance(block, ToolResult)]
        atoms += [atom(turn.role, block) for block in (*shown, *said) if block != Text("")]
        calls = tool_pairs.calls(turn) or calls
    return atoms


def pictures(result: ToolResult) -> list[Block]:
    found = (block for block in result.blocks if isinstance(block, Image))
    return [b for image in found for b in (Text(f"Tool result {result.call_id}:"), image)]


def result_text(result: ToolResult) -> str:
    text = "".join(block.text for block in result.blocks if isinstance(block, Text))
    return f"Error: {text}" if result.is_error and not text.startswith("Error: ") else text


def atom(role: str, block: Block) -> Atom:
    match block:
        case Text(text=text):
            return role, "text", text
        case Thinking(text=text):
            return role, "thinking", text
        case ToolCall(id=call_id, arguments=arguments):
            return role, call_id, arguments
        case _:
            return role, type(block).__name__, repr(block)


def test_a_conversation_of_anthropics_keeps_its_meaning() -> None:
    """2,500 of them by chance: nothing said is lost, and nothing is said by another."""
    dice = Random(4)
    for _ in range(2500):
        conversation = openai_random.conversation(dice)
        assert meaning(conversation) == meaning(read(written(conversation)))


def test_what_was_thought_comes_back_word_for_word() -> None:
    """From a message of a caller's, signature and order included."""
    blocks = [
        {"type": "thinking", "thinking": "a", "signature": "s"},
        {"type": "redacted_thinking", "data": "x"},
    ]
    message = {"role": "assistant", "content": "b", "thinking_blocks": blocks}
    found = read(json.dumps({"model": "m", "messages": [message]}).encode())

    assert (Thinking("a", "s"), RedactedThinking("x"), Text("b")) == found.turns[0].blocks
