"""A whole answer in OpenAI's dialect: is it one, and what did it use?

https://platform.openai.com/docs/api-reference/chat/object
"""

from collections.abc import Mapping

import msgspec

from ...errors import BadAnswer
from ...receipt import Usage
from .. import whole_answer
from ..tokens import count, said
from . import errors


def read(headers: Mapping[str, str], body: bytes, *, now: float) -> Usage | None:
    """The usage of a complete answer, if it says one. Raises the UpstreamError that a 200 with
    an error, HTML, nothing, or anything else that is no answer, stands for."""
    answer = whole_answer.decoded(headers, body, _Answer)
    # Inside a string the quotes would be escaped: whoever says "error" so means it.
    if answer.choices is None or b'"error"' in body:
        failure = errors.classify_in_answer(body, now=now)
        if failure is not None:
            raise failure
    if answer.choices is None:
        raise BadAnswer("JSON without choices", status=200)
    return usage_of(answer.usage)


def usage_of(usage: object) -> Usage | None:
    """A `usage` object as a value; None for null. Nonsense counts as 0, an explicit 0 is 0."""
    if not isinstance(usage, dict):
        return None
    return Usage(
        input_tokens=count(usage, "prompt_tokens"),
        output_tokens=count(usage, "completion_tokens"),
        cached_tokens=count(usage.get("prompt_tokens_details"), "cached_tokens"),
        cache_write_tokens=count(usage.get("prompt_tokens_details"), "cache_write_tokens"),
        reasoning_tokens=count(usage.get("completion_tokens_details"), "reasoning_tokens"),
        reasoning_said=said(usage.get("completion_tokens_details"), "reasoning_tokens"),
    )


class _Answer(msgspec.Struct):
    choices: list[msgspec.Raw] | None = None
    usage: object = None
