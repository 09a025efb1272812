"""A provider without a network: `echo` repeats what was said, `flaky` fails every other time.

For a first look at the relay, and for watching a failover, before any key is configured.
"""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec

from ...domain.ports import Call, Clock, Reply
from .demo_answers import Answer, Ask, completion, failure, stream
from .demo_reply import DemoReply

SCHEME = "demo:"

#: Seconds between two words: slow enough to see them come.
GAP = 0.04

#: The demo repeats no novels: each word is an event.
LONGEST = 4000
_WORD = re.compile(r"\s*\S+\s*")


class DemoUpstream:
    """The port `Upstream` in the OpenAI chat dialect; anything but `echo` and `flaky` is a 404.

    `flaky` answers 503 to the first of every two calls of a key, so that the one repeat serves.
    """

    def __init__(self, clock: Clock, new_id: Callable[[], str]) -> None:
        self._clock = clock
        self._new_id = new_id
        self._failed: set[tuple[str, str]] = set()

    @asynccontextmanager
    async def open(self, call: Call) -> AsyncIterator[Reply]:
        yield self._answer(call)

    def _answer(self, call: Call) -> DemoReply:
        try:
            ask = msgspec.json.decode(call.body, type=Ask)
        except (msgspec.DecodeError, RecursionError):
            return self._reply(400, failure("The body is not a chat request.", "invalid_request"))
        model = ask.model.removeprefix("demo/")
        if model not in ("echo", "flaky"):
            text = f"The model `{ask.model}` does not exist: try `demo/echo`."
            return self._reply(404, failure(text, "model_not_found"))
        if model == "flaky" and self._fails(call):
            return self._reply(503, failure("The demo fails every other time.", "overloaded"))
        return self._echo(ask)

    def _echo(self, ask: Ask) -> DemoReply:
        answer = Answer(
            id=f"chatcmpl-{self._new_id()}",
            created=int(self._clock.now()),
            model=ask.model,
            words=tuple(_WORD.findall(f"You said: {ask.last_user_text[:LONGEST]}")),
            prompt_words=ask.words,
        )
        if not ask.stream:
            return self._reply(200, completion(answer))
        events = stream(answer, usage=ask.wants_usage)
        return DemoReply(self._clock, 200, "text/event-stream; charset=utf-8", events, gap=GAP)

    def _reply(self, status: int, body: bytes) -> DemoReply:
        return DemoReply(self._clock, status, "application/json", (body,), gap=0.0)

    def _fails(self, call: Call) -> bool:
        """Fails, serves, fails, serves: for each key of its own."""
        who = call.provider.name, _handle(call)
        if who in self._failed:
            self._failed.remove(who)
            return False
        self._failed.add(who)
        return True


def _handle(call: Call) -> str:
    """The key in the call's headers, as its handle; "" where there is none."""
    values = [value for _, value in call.headers]
    used = (
        key.handle
        for key in call.provider.keys
        if key.secret and any(value.endswith(key.secret) for value in values)
    )
    return next(used, "")
