"""OpenAI Chat Completions as the relay asks it of every dialect (`dialects/codec.py`)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ...blocks import Dialect
from ...errors import UpstreamError
from ...receipt import Usage
from ..codec import Asked
from . import answer, errors, request
from .request import ChatRequest
from .stream import StreamReader

if TYPE_CHECKING:
    from ...answers import Answer
    from ...conversation import Conversation, Written
    from ...traits import Traits
    from .stream_in import Decoder
    from .stream_out import Encoder


class OpenAiChat:
    """The port `Codec`. What translates is imported when something is to be translated: it is a
    fifth of a cold start, and most requests pass as they are."""

    name: Dialect = "openai_chat"
    path = "/chat/completions"

    def forward(self, asked: Asked, model: str, *, ask_usage: bool) -> bytes:
        return request.write(_own(asked), model, ask_usage=ask_usage)

    def follow(self, asked: Asked, *, now: float, strict: bool) -> StreamReader:
        own = _own(asked)
        return StreamReader(
            hide_usage=not own.include_usage, choices=own.choices, now=now, strict=strict
        )

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

        return request_out.write(
            said,
            model,
            ask_usage=traits.ask_usage,
            max_field=traits.max_field,
            replays_reasoning=traits.replays_reasoning,
            carries_cache_marks=traits.carries_cache_marks,
            reasons=traits.reasons,
            texts_only=traits.texts_only,
        )

    def answer(self, body: bytes, *, now: float) -> "Answer":
        from . import answer_in

        return answer_in.read(body, now=now)

    def written(self, answer: "Answer", *, now: float) -> "Written":
        from . import answer_out

        return answer_out.write(answer, now_created=int(now))

    def decoder(self, *, now: float) -> "Decoder":
        from .stream_in import Decoder

        return Decoder(now)

    def encoder(self, asked: Asked, *, now: float) -> "Encoder":
        from .stream_out import Encoder

        return Encoder(include_usage=_own(asked).include_usage, now_created=int(now))


def _own(asked: Asked) -> ChatRequest:
    assert isinstance(asked, ChatRequest)  # noqa: S101 - a caller of this dialect sent it
    return asked
