"""A whole answer of Anthropic's as a value.

https://platform.claude.com/docs/en/api/messages/create
"""

import msgspec

from ...answers import Answer, Choice
from ...errors import BadAnswer, InvalidRequest
from ..fields import Fields
from . import errors, finish, used
from .blocks_in import content
from .media import DIALECT

_KNOWN = ("id", "type", "role", "model", "content", "stop_reason", "stop_sequence", "usage")
_OF_THE_END = ("stop_details",)


def read(body: bytes, *, now: float) -> Answer:
    """Raises the UpstreamError that an error in the body stands for, and BadAnswer for what is no
    answer."""
    try:
        said = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadAnswer("something that is no JSON instead of an answer", status=200) from None
    failure = errors.classify_in_answer(body, now=now)
    if failure is not None:
        raise failure
    if not isinstance(said, dict) or not isinstance(said.get("content"), list):
        raise BadAnswer("JSON without content", status=200)
    try:
        return _answer(Fields(said, "", DIALECT))
    except InvalidRequest as error:
        # The path is ours, what stands there is the provider's: it is not repeated.
        raise BadAnswer(f"an answer with a wrong '{error.param}'", status=200) from None


def _answer(answer: Fields) -> Answer:
    reason = answer.text("stop_reason")
    choice = Choice(
        blocks=content(answer, "content"),
        finish=None if reason is None else finish.read(reason),
        stop_sequence=answer.text("stop_sequence"),
        extras=answer.extras([name for name in answer.values if name not in _OF_THE_END]),
    )
    return Answer(
        id=answer.text("id") or "",
        model=answer.text("model") or "",
        choices=(choice,),
        usage=used.read(answer.values.get("usage")),
        extras=answer.extras((*_KNOWN, *_OF_THE_END)),
    )
