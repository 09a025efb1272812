"""What an error event of a provider's says to callers of either dialect, and where it can be found
again."""

import json

import pytest

from src.domain.blocks import Dialect
from tests.support import behaviours, golden, messages, messaging
from tests.support.behaviours import frames
from tests.support.caller import request
from tests.support.catalogue import CLIENT_KEY
from tests.support.messages import Json
from tests.support.pairs import BODY, PAIRS, talk
from tests.support.script import Behaviour, Close

_IDS: dict[Dialect, tuple[str, str]] = {
    "openai_chat": ("x-request-id", "req_theirs"),
    "anthropic_messages": ("request-id", "req_theirs"),
}
PATHS = {"openai": "/v1/chat/completions", "anthropic": "/v1/messages"}


def _openais(kind: str, message: str = "x") -> bytes:
    return golden.event(golden.error(message, type=kind, code=kind))


def _anthropics(kind: str, message: str = "x") -> bytes:
    return b"event: error\ndata: " + messaging.error(kind, message) + b"\n\n"


def breaks(spoken: Dialect, event: bytes) -> Behaviour:
    """A word, then this event and the end."""
    said = [messages.event(one) for one in messages.STREAMS["text"][:5]]
    if spoken == "openai_chat":
        said = [*golden.wire(golden.TEXT[:2], done=False)]
    return (behaviours.opened([_IDS[spoken]]), *frames([*said, event]), Close())


SLOW = "Rate limit reached. Please try again in 20s."
#: What the provider says; OpenAI's type and Anthropic's for the caller; what its words must say.
EVENTS: list[tuple[Dialect, bytes, str, str, str]] = [
    (
        *("openai_chat", _openais("overloaded_error")),
        *("server_error", "overloaded_error", "(overloaded_error)"),
    ),
    (
        *("anthropic_messages", _anthropics("overloaded_error")),
        *("server_error", "overloaded_error", "(overloaded_error)"),
    ),
    (
        *("openai_chat", _openais("rate_limit_exceeded", SLOW)),
        *("rate_limit_error", "rate_limit_error", "ask again in 20 s"),
    ),
    (
        *("anthropic_messages", _anthropics("rate_limit_error", SLOW)),
        *("rate_limit_error", "rate_limit_error", "ask again in 20 s"),
    ),
    ("openai_chat", _openais("server_error"), "server_error", "api_error", "(server_error)"),
    ("anthropic_messages", _anthropics("api_error"), "server_error", "api_error", "(api_error)"),
    (
        *("anthropic_messages", _anthropics("authentication_error", "sk-provider-one")),
        *("server_error", "api_error", "(authentication_error)"),
    ),
    ("anthropic_messages", _anthropics("of_tomorrow"), "server_error", "api_error", "of_tomorrow"),
]


@pytest.mark.parametrize("caller", ["openai", "anthropic"])
@pytest.mark.parametrize(("spoken", "event", "openai", "anthropic", "words"), EVENTS)
async def test_an_error_event(
    spoken: Dialect, event: bytes, openai: str, anthropic: str, words: str, caller: str
) -> None:
    """
    The type that says what to do, how long to wait if the provider said so, none of its own words;
    its request id stands in the headers and in the receipt.
    """
    other = "openai" if spoken == "openai_chat" else "anthropic"
    pair = PAIRS[f"{caller}-{other}"]
    body = messages.dump(BODY[pair.caller] | {"stream": True})
    async with talk(pair, {spoken: breaks(spoken, event)}) as t:
        heard = await t.relay.send(request(PATHS[caller], body, key=CLIENT_KEY))
        receipt = await t.relay.finished()

    error = _last(heard.body)["error"]
    assert {"openai": openai, "anthropic": anthropic}[caller] == error["type"]
    assert ("upstream_error" if caller == "openai" else None) == error.get("code")
    assert words in error["message"]
    assert "sk-provider-one" not in heard.body.decode()
    assert "req_theirs" == heard.header("x-relay-upstream-request-id")
    assert "req_theirs" == receipt.attempts[-1].upstream_request_id


def _last(body: bytes) -> Json:
    return json.loads(body.rsplit(b"data: ", 1)[1])
