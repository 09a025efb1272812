"""A whole answer in Anthropic's dialect: is it one, and what did it use?

https://platform.claude.com/docs/en/api/messages/create
"""

from collections.abc import Mapping

import msgspec

from ...errors import BadAnswer
from ...receipt import Usage
from .. import whole_answer
from . import errors, used


def read(headers: Mapping[str, str], body: bytes, *, now: float) -> Usage | None:
    """The usage of a complete answer, if it says one. Raises the UpstreamError that a 200 with
    an error, HTML, nothing, or anything else that is no answer, stands for."""
    answer = whole_answer.decoded(headers, body, _Answer)
    if answer.content is None:
        raise errors.classify_in_answer(body, now=now) or BadAnswer(
            "JSON without content", status=200
        )
    return used.read(answer.usage)


class _Answer(msgspec.Struct):
    content: list[msgspec.Raw] | None = None
    usage: object = None
