"""An answer as OpenAI writes it.

https://platform.openai.com/docs/api-reference/chat/object
"""

import msgspec

from ...answers import Answer, Choice
from ...blocks import (
    Block,
    Extras,
    Foreign,
    Json,
    RedactedThinking,
    Refused,
    Text,
    Thinking,
    ToolCall,
)
from ...conversation import Written
from ...receipt import Usage
from ..names import Notes
from . import finishes
from .parts_in import DIALECT
from .parts_out import merged


def write(answer: Answer, *, now_created: int = 0) -> Written:
    """`now_created`: when the answer was made, where the provider does not say."""
    notes = Notes()
    choices = [_choice(choice, i, notes) for i, choice in enumerate(answer.choices)]
    body: Json = {
        "id": answer.id,
        "object": "chat.completion",
        "created": now_created if answer.created is None else answer.created,
        "model": answer.model,
        "choices": choices,
    }
    if answer.usage is not None:
        body["usage"] = usage(answer.usage)
    body = merged(_own(answer.extras, notes), body)
    return Written(msgspec.json.encode(body), tuple(notes.dropped), tuple(notes.lost))


def usage(said: Usage) -> Json:
    return {
        "prompt_tokens": said.input_tokens,
        "completion_tokens": said.output_tokens,
        "total_tokens": said.input_tokens + said.output_tokens,
        "prompt_tokens_details": {
            "cached_tokens": said.cached_tokens,
            "cache_write_tokens": said.cache_write_tokens,
        },
        "completion_tokens_details": {"reasoning_tokens": said.reasoning_tokens},
    }


def thinking_block(block: Thinking | RedactedThinking) -> Json:
    """As Anthropic writes it, so that it can be sent back word for word.
    https://docs.litellm.ai/docs/reasoning_content"""
    if isinstance(block, RedactedThinking):
        return {"type": "redacted_thinking", "data": block.data}
    return {"type": "thinking", "thinking": block.text, "signature": block.signature}


def _choice(choice: Choice, index: int, notes: Notes) -> Json:
    written: Json = {
        "index": index,
        "message": _message(choice.blocks, notes),
        "finish_reason": finishes.write(choice.finish),
        "logprobs": None,
    }
    own = _own(choice.extras, notes)
    if "logprobs" in own:
        del written["logprobs"]
    return merged(own, written)


def _message(blocks: tuple[Block, ...], notes: Notes) -> Json:
    texts = [block.text for block in blocks if isinstance(block, Text)]
    refusal = "".join(block.text for block in blocks if isinstance(block, Refused))
    calls = [call for block in blocks if (call := _call(block)) is not None]
    thoughts = [block for block in blocks if isinstance(block, Thinking | RedactedThinking)]
    silent = not texts and bool(calls or refusal)
    message: Json = {
        "role": "assistant",
        "content": None if silent else "".join(texts),
        "refusal": refusal or None,
    }
    if calls:
        message["tool_calls"] = calls
    if thoughts:
        said = (block.text for block in thoughts if isinstance(block, Thinking))
        message["reasoning_content"] = "".join(said)
        message["thinking_blocks"] = [thinking_block(block) for block in thoughts]
    _note(blocks, notes)
    return message


def _call(block: Block) -> Json | None:
    match block:
        case ToolCall(id=call_id, name=name, arguments=arguments):
            function = {"name": name, "arguments": arguments or "{}"}
            return {"id": call_id, "type": "function", "function": function}
        case Foreign(dialect="openai_chat", fields=fields):
            return fields
        case _:
            return None


def _note(blocks: tuple[Block, ...], notes: Notes) -> None:
    """What has no place in an answer of OpenAI's."""
    for i, block in enumerate(blocks):
        match block:
            case Text(extras=extras) | ToolCall(extras=extras) | Thinking(extras=extras):
                _own(extras, notes, f"content[{i}]")
            case RedactedThinking() | Refused() | Foreign(dialect="openai_chat"):
                pass
            case _:
                notes.drop(f"content[{i}]")


def _own(extras: Extras | None, notes: Notes, path: str = "") -> Json:
    if extras is not None and extras.dialect == DIALECT:
        return dict(extras.fields)
    notes.extras(extras, path)
    return {}
