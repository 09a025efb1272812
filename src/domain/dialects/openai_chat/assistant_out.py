"""Assistant turns as messages of OpenAI's."""

from collections.abc import Sequence

from ...blocks import (
    Block,
    Foreign,
    Json,
    RedactedThinking,
    Refused,
    Text,
    Thinking,
    ToolCall,
)
from ...conversation import Turn
from .parts_out import Pen


def message(
    turn: Turn, path: str, paths: Sequence[str], pen: Pen, *, translated: bool
) -> Json | None:
    """`path` is the message's, `paths` are its blocks'. `translated`: it was said in another
    dialect; None if nothing of it can be said here. Texts that follow one another are one text
    then, as Anthropic cuts them at every citation."""
    said = list(zip(turn.blocks, paths, strict=True))
    refusal = "".join(block.text for block, _ in said if isinstance(block, Refused))
    calls = [call for block, at in said if (call := _call(block, at, pen)) is not None]
    parts = _parts(said, pen, joined=translated)
    written: Json = {"role": "assistant", "content": pen.content(parts)}
    if not parts and (calls or refusal):
        written["content"] = None
    if turn.name:
        written["name"] = turn.name
    if refusal:
        written["refusal"] = refusal
    if calls:
        written["tool_calls"] = calls
    thought = _thoughts(said, pen)
    if thought:
        written["reasoning_content"] = thought
    if translated and not any((parts, calls, refusal, thought)):
        return None
    return pen.finished(written, path, extras=turn.extras)


def _call(block: Block, path: str, pen: Pen) -> Json | None:
    match block:
        case Foreign(dialect="openai_chat", fields={"type": "custom"} as fields):
            return fields
        case ToolCall(id=call_id, name=name, arguments=arguments, cache=cache, extras=extras):
            function = {"name": name, "arguments": arguments or "{}"}
            written = {"id": call_id, "type": "function", "function": function}
            return pen.finished(written, path, cache, extras)
        case _:
            return None


def _has_a_part(block: Block) -> bool:
    """The rest has fields of its own, or says nothing."""
    match block:
        case Text(text="") | ToolCall() | Thinking() | RedactedThinking() | Refused():
            return False
        case Foreign(dialect="openai_chat", fields={"type": "custom"}):
            return False
        case _:
            return True


def _parts(said: Sequence[tuple[Block, str]], pen: Pen, *, joined: bool) -> list[Json]:
    runs: list[list[Json]] = []
    before: Block | None = None
    for block, path in said:
        part = pen.part(block, path) if _has_a_part(block) else None
        if part is not None and joined and runs and _goes_on(runs[-1][-1], before, block, part):
            runs[-1].append(part)
        elif part is not None:
            runs.append([part])
        before = block
    return [_one(run) for run in runs]


def _goes_on(last: Json, before: Block | None, block: Block, part: Json) -> bool:
    """Is it a text right behind a text, and neither more than that?"""
    if not isinstance(before, Text) or not isinstance(block, Text):
        return False
    return last.keys() == part.keys() == {"type", "text"}


def _one(run: list[Json]) -> Json:
    return run[0] if len(run) == 1 else run[0] | {"text": "".join(part["text"] for part in run)}


def _thoughts(said: Sequence[tuple[Block, str]], pen: Pen) -> str:
    """What was thought, where the provider wants it back; no signature of another's."""
    texts: list[str] = []
    for block, path in said:
        match block:
            case Thinking(text=text) if pen.replays_reasoning:
                texts.append(text)
            case Thinking() | RedactedThinking():
                pen.notes.drop(path)
            case _:
                pass
    return "".join(texts)
