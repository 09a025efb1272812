"""The demo's words in the OpenAI chat dialect: what it reads and what it writes."""

import msgspec
from attrs import frozen

Json = dict[str, object]

_HEADLINE = "chat.completion"


class Part(msgspec.Struct):
    """A piece of a message's content; only text is read."""

    text: str = ""


class Said(msgspec.Struct):
    """One message of the request."""

    role: str
    content: str | list[Part] | None = None

    @property
    def text(self) -> str:
        if isinstance(self.content, list):
            return " ".join(part.text for part in self.content if part.text)
        return self.content or ""


class StreamOptions(msgspec.Struct):
    """What the caller wants of a stream."""

    include_usage: bool = False


class Ask(msgspec.Struct):
    """The part of a chat request that the demo reads."""

    model: str
    messages: list[Said]
    stream: bool | None = None
    stream_options: StreamOptions | None = None

    @property
    def last_user_text(self) -> str:
        return next((said.text for said in reversed(self.messages) if said.role == "user"), "")

    @property
    def words(self) -> int:
        return sum(len(said.text.split()) for said in self.messages)

    @property
    def wants_usage(self) -> bool:
        return self.stream_options is not None and self.stream_options.include_usage


@frozen
class Answer:
    """What the demo says; joined, the words are the text, white space and all."""

    id: str
    created: int
    model: str
    words: tuple[str, ...]
    prompt_words: int

    @property
    def usage(self) -> Json:
        """A word counts as a token here."""
        return {
            "prompt_tokens": self.prompt_words,
            "completion_tokens": len(self.words),
            "total_tokens": self.prompt_words + len(self.words),
        }


def completion(answer: Answer) -> bytes:
    """The whole answer as one body."""
    message = {"role": "assistant", "content": "".join(answer.words)}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return _body(answer, _HEADLINE, choices=[choice], usage=answer.usage)


def stream(answer: Answer, *, usage: bool) -> tuple[bytes, ...]:
    """The answer in pieces: role, words, and in one the finish, usage where wanted, the end."""
    deltas: list[Json] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": word} for word in answer.words]
    end = _chunk(answer, {}, finish="stop")
    if usage:
        end += _event(_body(answer, f"{_HEADLINE}.chunk", choices=[], usage=answer.usage))
    return (*(_chunk(answer, delta, finish=None) for delta in deltas), end + _event(b"[DONE]"))


def failure(message: str, code: str) -> bytes:
    """An error body."""
    error = {"message": message, "type": "demo_error", "param": None, "code": code}
    return msgspec.json.encode({"error": error})


def _chunk(answer: Answer, delta: Json, *, finish: str | None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return _event(_body(answer, f"{_HEADLINE}.chunk", choices=[choice]))


def _body(answer: Answer, kind: str, **rest: object) -> bytes:
    head = {"id": answer.id, "object": kind, "created": answer.created, "model": answer.model}
    return msgspec.json.encode(head | rest)


def _event(data: bytes) -> bytes:
    return b"data: " + data + b"\n\n"
