"""Usage as Anthropic counts it, and as the relay does.

Anthropic's `input_tokens` leave out what was read from the cache and what was written to it; ours
are all of the input. https://platform.claude.com/docs/en/build-with-claude/prompt-caching
"""

from ...blocks import Json
from ...receipt import Usage
from ..tokens import count, said

_COUNTS = (
    "input_tokens",
    "output_tokens",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
)


def merged(known: Json, said: object) -> Json:
    """What a stream has said of its usage so far. Its counts are totals: the last one stands,
    a zero too; null or nothing means that the earlier one still holds."""
    if not isinstance(said, dict):
        return known
    return known | {str(name): value for name, value in said.items() if value is not None}


def read(usage: object) -> Usage | None:
    """A `usage` object as a value; None if there is none. Nonsense counts as 0."""
    if not isinstance(usage, dict) or not any(name in usage for name in _COUNTS):
        return None
    cached = count(usage, "cache_read_input_tokens")
    stored = count(usage, "cache_creation_input_tokens")
    return Usage(
        input_tokens=count(usage, "input_tokens") + cached + stored,
        output_tokens=count(usage, "output_tokens"),
        cached_tokens=cached,
        reasoning_tokens=count(usage.get("output_tokens_details"), "thinking_tokens"),
        reasoning_said=said(usage.get("output_tokens_details"), "thinking_tokens"),
        cache_write_tokens=stored,
    )


def write(usage: Usage | None) -> Json:
    """A `usage` object. Its counts are required there: what is not known is 0."""
    used = usage or Usage()
    fresh = used.input_tokens - used.cached_tokens - used.cache_write_tokens
    written: Json = {
        "input_tokens": max(fresh, 0),
        "cache_creation_input_tokens": used.cache_write_tokens,
        "cache_read_input_tokens": used.cached_tokens,
        "output_tokens": used.output_tokens,
    }
    if used.reasoning_said or used.reasoning_tokens:
        written["output_tokens_details"] = {"thinking_tokens": used.reasoning_tokens}
    return written
