"""Where thoughts stand among the words and the tool calls of an assistant.

A message of OpenAI's keeps the three apart, and Claude refuses a signed thought in another place
than its own (https://github.com/BerriAI/litellm/issues/23047). So a thought that does not come
first says how many characters of `content` and how many `tool_calls` stand before it.
"""

from collections.abc import Sequence

from attrs import define

from ...blocks import Block, Json, RedactedThinking, Text, Thinking
from ..fields import Fields

AFTER = "after"


@define
class Said:
    """What an answer has said so far."""

    characters: int = 0
    calls: int = 0

    def after(self) -> Json:
        """What a thought says of its place here; nothing where it comes first."""
        place = {"content": self.characters, "tool_calls": self.calls}
        return {AFTER: place} if any(place.values()) else {}


def replayable(block: Thinking | RedactedThinking, after: Json) -> Json:
    """As Anthropic writes it, so that it can be sent back word for word.
    https://docs.litellm.ai/docs/reasoning_content"""
    if isinstance(block, RedactedThinking):
        return {"type": "redacted_thinking", "data": block.data} | after
    return {"type": "thinking", "thinking": block.text, "signature": block.signature} | after


def woven(
    message: Fields, thoughts: Sequence[Block], said: Sequence[Block], calls: Sequence[Block]
) -> tuple[Block, ...]:
    """The blocks of an assistant's message in the order that its thoughts tell; where they tell
    none, thoughts, words, calls."""
    places = [_place(fields) for fields in message.objects("thinking_blocks")]
    blocks: list[Block] = []
    done, words, rest = Said(), list(said), list(calls)
    for thought, place in zip(thoughts, places or [done] * len(thoughts), strict=True):
        before, words = _cut(words, place.characters - done.characters)
        made = max(place.calls - done.calls, 0)
        blocks += [*before, *rest[:made], thought]
        rest = rest[made:]
        done = Said(max(place.characters, done.characters), max(place.calls, done.calls))
    return (*blocks, *words, *rest)


def _place(thought: Fields) -> Said:
    after = thought.object(AFTER)
    if after is None:
        return Said()
    return Said(after.whole("content") or 0, after.whole("tool_calls") or 0)


def _cut(said: list[Block], characters: int) -> tuple[list[Block], list[Block]]:
    """The blocks up to there, and those behind. A text that is more than its words stays whole."""
    for place, block in enumerate(said):
        if characters <= 0 or not isinstance(block, Text):
            return said[:place], said[place:]
        if characters < len(block.text) and block == Text(block.text):
            first, second = block.text[:characters], block.text[characters:]
            return [*said[:place], Text(first)], [Text(second), *said[place + 1 :]]
        characters -= len(block.text)
    return said, []
