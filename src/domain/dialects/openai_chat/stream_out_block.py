"""The blocks of a stream on their way out, where more than their words is to be told of them."""

from attrs import Factory, define

from ...blocks import Json, RedactedThinking, Thinking


@define
class Call:
    """A tool call: its place among the calls, and whether it had arguments."""

    place: int
    spoken: bool = False


@define
class Thought:
    """A thinking block so far, and its place among the rest; `redacted`: what only its provider
    can read."""

    after: Json
    redacted: str | None = None
    text: list[str] = Factory(list)
    signature: list[str] = Factory(list)

    def block(self) -> Thinking | RedactedThinking:
        if self.redacted is not None:
            return RedactedThinking(self.redacted)
        return Thinking("".join(self.text), "".join(self.signature))


@define
class Words:
    """A text: its first character's place, and what it cites."""

    start: int
    cited: list[Json] = Factory(list)
