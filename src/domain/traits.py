"""What providers of one dialect do differently, each with its source."""

import re
from typing import Literal
from urllib.parse import urlsplit

from attrs import frozen

from .catalogue import Provider

#: Of OpenAI's own models those that reason; the others refuse `reasoning_effort`.
#: https://platform.openai.com/docs/guides/reasoning
_REASONING = re.compile(r"o\d|gpt-(?!3|4)")


@frozen
class Traits:
    """`max_field`: where the bound on output goes; `replays_reasoning`: wants back what it thought;
    `carries_cache_marks`: reads `cache_control`; `reasons`: takes `reasoning_effort`;
    `texts_only`: reads content that is all text as one string (DeepSeek refuses lists)."""

    max_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    replays_reasoning: bool = True
    carries_cache_marks: bool = False
    reasons: bool = False
    texts_only: bool = True
    ask_usage: bool = True


def of(provider: Provider, model: str) -> Traits:
    """By where the provider is: its name is the operator's own."""
    host = urlsplit(provider.base_url).hostname or ""
    usage = provider.stream_usage
    if host == "api.openai.com" or host.endswith(".openai.azure.com"):
        # https://platform.openai.com/docs/api-reference/chat/create: `max_tokens` is deprecated,
        # and refused by models that reason.
        return Traits(
            max_field="max_completion_tokens",
            replays_reasoning=False,
            texts_only=False,
            reasons=_REASONING.match(model) is not None,
            ask_usage=usage,
        )
    if host == "openrouter.ai":
        # https://openrouter.ai/docs/features/prompt-caching
        return Traits(carries_cache_marks=True, reasons=True, texts_only=False, ask_usage=usage)
    return Traits(ask_usage=usage)
