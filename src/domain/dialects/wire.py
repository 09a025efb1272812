"""How a request gets from a caller of one dialect to a provider of another, and the answer back.

Same dialect: bytes pass. Different: dialect -> conversation -> dialect, and nothing is dropped in
silence.
"""

from collections.abc import Mapping

from attrs import frozen

from ..blocks import Dialect
from ..catalogue import Provider
from ..errors import CannotCarry, InvalidRequest, UpstreamError
from ..receipt import Usage
from .anthropic_messages.codec import AnthropicMessages, TokenCount
from .codec import Asked, Codec, Reader
from .openai_chat.codec import OpenAiChat

CODECS: dict[Dialect, Codec] = {
    "openai_chat": OpenAiChat(),
    "anthropic_messages": AnthropicMessages(),
}

COUNT = TokenCount()


@frozen
class Sent:
    """A provider's request, and what of the caller's is not in it."""

    body: bytes
    dropped: tuple[str, ...] = ()


@frozen
class Given:
    """A whole answer as the caller gets it, and what of the provider's is not in it; `usage` is
    None where the provider does not say."""

    body: bytes
    content_type: str
    usage: Usage | None
    dropped: tuple[str, ...] = ()


@frozen
class Wire:
    """`strict`: what changes the meaning of a request is refused and not dropped."""

    caller: Codec
    provider: Codec
    strict: bool = True

    @classmethod
    def between(
        cls, caller: Dialect, provider: Dialect, *, strict: bool = True, counts: bool = False
    ) -> "Wire":
        """The wire for a pair of dialects. `counts`: only tokens are to be counted."""
        if counts:
            return cls(COUNT, COUNT)
        return cls(CODECS[caller], CODECS[provider], strict)

    @property
    def translates(self) -> bool:
        return self.caller is not self.provider

    def path_of(self, query: str) -> str:
        """Below the provider's base URL. The caller's query stays in its dialect."""
        return self.provider.path + ("" if self.translates else query)

    def send(self, asked: Asked, provider: Provider, model: str) -> Sent:
        """The request for that provider. Raises CannotCarry for what cannot be said there."""
        if not self.translates:
            return Sent(self.caller.forward(asked, model, ask_usage=provider.stream_usage))
        from ..traits import of

        try:
            said = self.caller.conversation(asked)
            written = self.provider.request(said, model, of(provider, model))
        except InvalidRequest as error:
            # A provider of the caller's own dialect judges for itself: it may be asked yet.
            raise CannotCarry(error.message, 400, param=error.param) from error
        if written.lost and self.strict:
            raise CannotCarry(
                f"{provider.name}/{model} cannot be asked for {', '.join(written.lost)}:"
                " it speaks another dialect.",
                400,
                param=written.lost[0],
            )
        return Sent(written.body, (*written.lost, *written.dropped))

    def refused(
        self, status: int, headers: Mapping[str, str], body: bytes, *, now: float
    ) -> UpstreamError:
        """What a status other than 2xx means."""
        return self.provider.classify(status, headers, body, now=now)

    def give(self, headers: Mapping[str, str], body: bytes, *, now: float) -> Given:
        """A whole answer. Raises the error that it is instead."""
        usage = self.provider.judge(headers, body, now=now)
        if not self.translates:
            return Given(body, headers.get("content-type", "application/json"), usage)
        from .translation import of_answer

        answer = self.provider.answer(body, now=now)
        said = self.caller.written(answer, now=now)
        dropped = of_answer((*said.lost, *said.dropped))
        return Given(said.body, "application/json", usage, dropped)

    def reader(self, asked: Asked, *, now: float, strict: bool) -> Reader:
        """Follows a stream, and gives what the caller is to read."""
        if not self.translates:
            return self.caller.follow(asked, now=now, strict=strict)
        from .translation import Translation  # see the codecs

        return Translation(self.provider.decoder(now=now), self.caller.encoder(asked, now=now))
