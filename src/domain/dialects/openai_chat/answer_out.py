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
from ..names import Notes, unsaid
from . import citations, finishes
from .finishes import Why
from .parts_in import DIALECT
from .parts_out import merged
from .thoughts import Said, replayable


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
        "completion_tokens_details": {"reasoning_tokens": said.reasoning_tokens}
        if said.reasoning_said or said.reasoning_tokens
        else {},
    }


def _choice(choice: Choice, index: int, notes: Notes) -> Json:
    why, unread = finishes.why(choice.extras)
    written: Json = {
        "index": index,
        "message": _message(choice.blocks, why, notes),
        "finish_reason": finishes.write(choice.finish, called=any(map(_call, choice.blocks))),
        "logprobs": None,
    } | why.fields
    own = _own(unread, notes)
    if "logprobs" in own:
        del written["logprobs"]
    return merged(own, written)


def _message(blocks: tuple[Block, ...], why: Why, notes: Notes) -> Json:
    texts = [block.text for block in blocks if isinstance(block, Text)]
    refusal = "".join(block.text for block in blocks if isinstance(block, Refused))
    refusal = refusal or why.refusal
    calls = [call for block in blocks if (call := _call(block)) is not None]
    silent = not texts and bool(calls or refusal)
    message: Json = {
        "role": "assistant",
        "content": None if silent else "".join(texts),
        "refusal": refusal or None,
    }
    if calls:
        message["tool_calls"] = calls
    _note(blocks, notes)
    return message | _aside(blocks)


def _aside(blocks: tuple[Block, ...]) -> Json:
    """What was thought and what was cited, each with its place in the rest."""
    said, thoughts, cited = Said(), list[Json](), list[tuple[Json, int, int]]()
    for block in blocks:
        match block:
            case Text(text=text, extras=extras):
                start, end = said.characters, said.characters + len(text)
                cited += [(one, start, end) for one in citations.of(extras)]
                said.characters = end
            case Thinking() | RedactedThinking():
                thoughts.append(replayable(block, said.after()))
            case _:
                said.calls += _call(block) is not None
    found = citations.written(cited)
    if thoughts:
        texts = (block.text for block in blocks if isinstance(block, Thinking))
        found |= {"reasoning_content": "".join(texts), "thinking_blocks": thoughts}
    return found


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
                _own(citations.without(extras), notes, f"content[{i}]")
            case RedactedThinking() | Refused() | Foreign(dialect="openai_chat"):
                pass
            case _:
                notes.drop(unsaid(i, block))


def _own(extras: Extras | None, notes: Notes, path: str = "") -> Json:
    if extras is not None and extras.dialect == DIALECT:
        return dict(extras.fields)
    notes.extras(extras, path)
    return {}
