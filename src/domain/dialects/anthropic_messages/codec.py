"""Anthropic Messages as the relay asks it of every dialect (`dialects/codec.py`)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from ...blocks import Dialect
from ...errors import BadAnswer, UpstreamError
from ...receipt import Usage
from ..codec import Asked
from . import answer, errors, request
from .request import MessagesRequest
from .stream import StreamReader

if TYPE_CHECKING:
    from ...answers import Answer
    from ...conversation import Conversation, Written
    from ...traits import Traits
    from .stream_in import Decoder
    from .stream_out import Encoder


class AnthropicMessages:
    """The port `Codec`. What translates is imported when something is to be translated: it is a
    fifth of a cold start, and most requests pass as they are."""

    name: Dialect = "anthropic_messages"
    path = "/messages"

    def forward(self, asked: Asked, model: str, *, ask_usage: bool) -> bytes:
        return request.write(_own(asked), model)

    def follow(self, asked: Asked, *, now: float, strict: bool) -> StreamReader:
        return StreamReader(now=now, strict=strict)

    def judge(self, headers: Mapping[str, str], body: bytes, *, now: float) -> Usage | None:
        return answer.read(headers, body, now=now)

    def classify(
        self, status: int, headers: Mapping[str, str], body: bytes, *, now: float
    ) -> UpstreamError:
        return errors.classify(status, headers, body, now=now)

    def conversation(self, asked: Asked) -> "Conversation":
        from . import request_in

        return request_in.read(asked.document)

    def request(self, said: "Conversation", model: str, traits: "Traits") -> "Written":
        from . import request_out

        return request_out.write(said, model)

    def answer(self, body: bytes, *, now: float) -> "Answer":
        from . import answer_in

        return answer_in.read(body, now=now)

    def written(self, answer: "Answer", *, now: float) -> "Written":
        from . import answer_out

        return answer_out.write(answer)

    def decoder(self, *, now: float) -> "Decoder":
        from .stream_in import Decoder

        return Decoder(now)

    def encoder(self, asked: Asked, *, now: float) -> "Encoder":
        from .stream_out import Encoder

        return Encoder()


class TokenCount(AnthropicMessages):
    """Asks how many tokens a message would be; it costs nothing.

    https://platform.claude.com/docs/en/api/messages-count-tokens
    """

    path = "/messages/count_tokens"

    def judge(self, headers: Mapping[str, str], body: bytes, *, now: float) -> Usage:
        try:
            said = msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            said = None
        count = said.get("input_tokens") if isinstance(said, dict) else None
        if type(count) is not int or count < 0:  # true is an int as well
            raise BadAnswer("no count of tokens", status=200)
        return Usage()


def _own(asked: Asked) -> MessagesRequest:
    assert isinstance(asked, MessagesRequest)  # noqa: S101 - a caller of this dialect sent it
    return asked
