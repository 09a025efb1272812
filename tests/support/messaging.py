"""Anthropic's side of the wire: a provider that also counts, and a caller on a raw socket."""

import json
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager

from . import messages
from .behaviours import Headers, frames, opened, raw_stream, status
from .caller import Heard, request
from .catalogue import CLIENT_KEY
from .messages import Json
from .provider import ScriptedProvider
from .relay import Relay, relay_of
from .script import Behaviour, Close, Script, Seen

MODEL = messages.MODEL
COUNTED = 77
#: How the two generations of Anthropic's SDKs say who they are.
X_API_KEY = (("x-api-key", CLIENT_KEY), ("anthropic-version", "2023-06-01"))
BEARER = (("authorization", f"Bearer {CLIENT_KEY}"), ("anthropic-version", "2026-10-21"))
_JSON: Headers = (("Content-Type", "application/json"),)


def error(kind: str, message: str = "The provider's words.") -> bytes:
    """An error body of Anthropic's."""
    said = {"type": kind, "message": message}
    return messages.dump({"type": "error", "error": said, "request_id": "req_theirs"})


def refused(code: int, kind: str, headers: Headers = ()) -> Behaviour:
    """An error status with Anthropic's body."""
    return status(code, error(kind), (*_JSON, *headers))


def speaks(
    events: Sequence[Json] = messages.STREAMS["text"], answer: Json = messages.ANSWER
) -> Script:
    """Does what was asked: counts, answers whole, or streams."""

    def play(seen: Seen) -> Behaviour:
        if seen.path.endswith("/count_tokens"):
            return status(200, messages.dump({"input_tokens": COUNTED}), _JSON)
        if json.loads(seen.body).get("stream"):
            return raw_stream(map(messages.event, events))
        return status(200, messages.dump(answer), _JSON)

    return play


def breaks(place: int, *last: Json) -> Behaviour:
    """The first events of a stream, then these and a cut."""
    sent = [*messages.STREAMS["text"][:place], *last]
    return (opened(), *frames(map(messages.event, sent)), Close())


@asynccontextmanager
async def before(
    what: Behaviour | Script | None = None, **more: Json
) -> AsyncIterator[tuple[ScriptedProvider, Relay]]:
    """A provider `one` of Anthropic's dialect, and a relay before it."""
    usual = {"dialect": "anthropic_messages", "header_style": "x-api-key", "models": (MODEL,)}
    async with relay_of(what or speaks(), **(usual | more)) as (one, relay):
        yield one, relay


def asking(model: str = MODEL, *, stream: bool = False, **more: Json) -> bytes:
    """The body of a request for a message."""
    said = {"model": model, "max_tokens": 64, "messages": [{"role": "user", "content": "Hi"}]}
    return messages.dump(said | ({"stream": True} if stream else {}) | more)


def post(
    body: bytes,
    path: str = "/v1/messages",
    headers: Headers = (),
    *,
    who: Headers = X_API_KEY,
) -> bytes:
    """A request as bytes, by one of Anthropic's clients."""
    return request(path, body, headers=(*who, *headers))


async def ask(
    relay: Relay,
    model: str = MODEL,
    *,
    stream: bool = False,
    path: str = "/v1/messages",
    headers: Iterable[tuple[str, str]] = (),
    who: Headers = X_API_KEY,
    **more: Json,
) -> Heard:
    """A request for a message, as Anthropic's clients send it."""
    body = asking(model, stream=stream, **more)
    return await relay.send(post(body, path, tuple(headers), who=who))


def in_anthropics_shape(heard: Heard) -> tuple[int, str, str]:
    """Status, type and message, after a look at everything an error of ours must have."""
    assert heard.header("content-type") == "application/json"
    return (heard.status, *_read(heard, heard.json))


def last_event(heard: Heard) -> tuple[str, str]:
    """Type and message of the error that ends a stream; its name is what the SDKs go by."""
    name, data = heard.body.decode().rstrip("\n").split("\n")[-2:]
    assert name == "event: error"
    return _read(heard, json.loads(data.removeprefix("data: ")))


def _read(heard: Heard, body: Json) -> tuple[str, str]:
    assert {"type", "error", "request_id"} == set(body)
    assert body["type"] == "error"
    assert {"type", "message"} == set(body["error"])
    assert body["request_id"] == heard.header("x-request-id")
    return body["error"]["type"], body["error"]["message"]
