"""A stream in OpenAI's dialect: what passes to the caller, when it began to mean something, how it
ended, and what it used.

https://platform.openai.com/docs/api-reference/chat/streaming
"""

import re

import msgspec

from ...errors import UpstreamError
from ...receipt import Usage
from ...sse import Event, data_event
from ..follower import Follower
from . import errors, failure
from .answer import usage_of

DONE = b"[DONE]"

#: Once the answer has begun, only events with one of these are looked into: parsing each would
#: cost more than everything else. Inside a JSON string the quotes would be escaped.
_WORTH_READING = re.compile(
    rb'"error"|"detail"\s*:|"usage"\s*:\s*\{|"finish_reason"\s*:\s*"|"index"\s*:\s*[1-9]'
)

#: What of a delta is an answer. A role alone is not; nor is an empty content.
_CONTENT = (
    "content",
    "reasoning_content",
    "reasoning",
    "refusal",
    "tool_calls",
    "function_call",
    "audio",
)


class StreamReader(Follower):
    """Follows one stream. `hide_usage`: the caller did not ask for the usage chunk. `strict`: what
    is no chunk is a failure; it can still be mended where nothing has gone out.

    After each `feed`: `done` (the provider said [DONE]; whatever follows is ignored), `failure`
    (it sent an error event), `usage` (the last one said), `pieces` (events that carried content:
    about a token each).
    """

    def __init__(self, *, hide_usage: bool, choices: int, now: float, strict: bool = False) -> None:
        super().__init__(now=now, strict=strict)
        self.usage: Usage | None = None
        self._hide_usage = hide_usage
        self._choices = choices
        self._begun: set[int] = set()
        self._finished: set[int] = set()

    @property
    def complete(self) -> bool:
        """The answer is whole, whether or not the provider said [DONE]."""
        return self.done or len(self._finished) >= max(self._choices, len(self._begun))

    @property
    def told(self) -> bool:
        """Nothing but [DONE] is to come: the answer is whole, and so is what was asked besides."""
        return self.complete and (self._hide_usage or self.usage is not None)

    def _passes(self, event: Event, data: bytes) -> bool:
        if data.strip() == DONE:
            self.done = self.ended = True
            return True
        if event.name == "error":
            return self._fail(data)
        if self.meaningful and not self.strict and _WORTH_READING.search(data) is None:
            self.pieces += 1
            return True
        try:
            chunk = msgspec.json.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return self._foreign()
        if not isinstance(chunk, dict):
            return self._foreign()
        if failure.of(chunk):
            return self._fail(data)
        known = isinstance(chunk.get("choices"), list) or chunk.get("usage") is not None
        return self._read(chunk) if known or not self.strict else self._foreign()

    def _read(self, chunk: dict[str, object]) -> bool:
        choices = chunk.get("choices")
        usage = usage_of(chunk.get("usage"))
        if usage is not None:
            self.usage = usage
        for choice in choices if isinstance(choices, list) else ():
            if isinstance(choice, dict):
                self._choice(choice)
        return not (self._hide_usage and usage is not None and choices == [])

    def _choice(self, choice: dict[str, object]) -> None:
        said = choice.get("index")
        index = said if isinstance(said, int) else 0
        self._begun.add(index)
        delta = choice.get("delta")
        spoken = isinstance(delta, dict) and any(delta.get(name) for name in _CONTENT)
        said_something = bool(spoken or choice.get("text") or choice.get("message"))
        self.pieces += said_something
        self.meaningful |= said_something
        if choice.get("finish_reason"):
            self._finished.add(index)
            self.meaningful = True

    def _last_word(self) -> bytes:
        return data_event(DONE)

    def _classified(self, data: bytes) -> UpstreamError | None:
        return errors.classify_in_answer(data, now=self._now)

    def _is_whole(self, event: Event) -> bool:
        return (event.data or b"").strip() == DONE or super()._is_whole(event)
