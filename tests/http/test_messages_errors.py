"""Errors as Anthropic's clients read them: its envelope and its types, whatever went wrong.

https://platform.messaging.com/docs/en/api/errors
"""

import json

import pytest

from tests.support import golden, messages, messaging
from tests.support.behaviours import raw_stream, silent, status
from tests.support.caller import request
from tests.support.catalogue import HASTY, provider, snapshot
from tests.support.messaging import X_API_KEY, in_anthropics_shape, last_event, post
from tests.support.provider import nobody_listens
from tests.support.relay import running_relay

BODY = messaging.asking()
BIG = (("content-length", str(1 << 30)),)
TEXT = (*X_API_KEY, ("content-type", "text/plain"))
OPENAI = {"dialect": "openai_chat", "header_style": "bearer"}

REFUSED = [
    (post(BODY, who=()), 401, "authentication_error"),
    (post(BODY, who=[("x-api-key", "wrong")]), 401, "authentication_error"),
    (post(messaging.asking("nope")), 404, "not_found_error"),
    (post(BODY, "/v1/messages/batches"), 404, "not_found_error"),
    (post(BODY, "/v1/files"), 404, "not_found_error"),
    (request("/v1/messages", method="GET", headers=X_API_KEY), 405, "invalid_request_error"),
    (request("/v1/models/no", method="GET", headers=X_API_KEY), 404, "not_found_error"),
    (post(b"", headers=BIG), 413, "request_too_large"),
    (request("/v1/messages", BODY, headers=TEXT, media=None), 415, "invalid_request_error"),
    (post(b"{"), 400, "invalid_request_error"),
    (post(BODY, headers=[("x-relay-timeout-ms", "soon")]), 400, "invalid_request_error"),
]
NAMES = [
    *("none", "wrong", "model", "batches", "files", "method"),
    *("one model", "large", "media", "json", "knob"),
]


@pytest.mark.parametrize(("data", "code", "kind"), REFUSED, ids=NAMES)
async def test_what_is_refused_before_a_provider_is_asked(
    data: bytes, code: int, kind: str
) -> None:
    """
    Anthropic's envelope with our request id, its type for the status, and no provider asked.
    """
    async with messaging.before() as (one, relay):
        heard = await relay.hurried(relay.send(data), times=50)

    assert (code, kind) == in_anthropics_shape(heard)[:2]
    assert [] == one.requests


async def test_openais_callers_keep_their_own_shape() -> None:
    """
    A header of Anthropic's does not change the answer of a path that is OpenAI's own.
    """
    async with messaging.before() as (_, relay):
        heard = await relay.send(post(b"{", "/v1/chat/completions"))
        other = await relay.send(post(BODY, "/v1/files", who=()))

    assert {"error"} == set(heard.json)
    assert {"error"} == set(other.json)


@pytest.mark.parametrize("field", ["model", "max_tokens", "messages"])
async def test_a_missing_field_is_named(field: str) -> None:
    """
    The envelope has no place for a field's name: it comes first in the message.
    """
    async with messaging.before() as (_, relay):
        body = {k: v for k, v in json.loads(BODY).items() if k != field}
        heard = await relay.send(post(messages.dump(body)))

    code, kind, message = in_anthropics_shape(heard)
    assert (400, "invalid_request_error") == (code, kind)
    assert message.startswith(f"{field}: ")


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_keys_that_rest_are_a_429_with_the_true_time(stream: bool) -> None:
    """
    rate_limit_error, and the provider's own `retry-after`.
    """
    limit = messaging.refused(429, "rate_limit_error", [("retry-after", "7")])
    async with messaging.before(limit) as (_, relay):
        heard = await messaging.ask(relay, stream=stream)

    assert (429, "rate_limit_error") == in_anthropics_shape(heard)[:2]
    assert "7" == heard.header("retry-after")


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_a_provider_that_is_overloaded_is_a_502(stream: bool) -> None:
    """
    529 is repeated once; then api_error, which tells both attempts.
    """
    async with messaging.before(messaging.refused(529, "overloaded_error")) as (one, relay):
        heard = await messaging.ask(relay, stream=stream)

    code, kind, message = in_anthropics_shape(heard)
    assert (502, "api_error", 2) == (code, kind, len(one.requests))
    assert 2 == message.count("overloaded_error")


async def test_nothing_to_try_is_a_503() -> None:
    """
    A provider without a key cannot be asked.
    """
    mine = provider("one", nobody_listens(), keys=(), models=(messaging.MODEL,))
    async with running_relay(snapshot(mine)) as relay:
        heard = await messaging.ask(relay)

    assert (503, "overloaded_error") == in_anthropics_shape(heard)[:2]


async def test_no_time_left_is_a_504() -> None:
    """
    timeout_error when the caller's own time is over.
    """
    async with messaging.before(silent()) as (_, relay):
        heard = await messaging.ask(relay, headers=[("x-relay-timeout-ms", "300")])

    assert (504, "timeout_error") == in_anthropics_shape(heard)[:2]


@pytest.mark.parametrize(
    ("code", "kind"),
    [(400, "invalid_request_error"), (413, "request_too_large"), (404, "not_found_error")],
)
async def test_the_providers_word_on_the_request_comes_through(code: int, kind: str) -> None:
    """
    To the byte, the provider's own request id included.
    """
    async with messaging.before(messaging.refused(code, kind, [("request-id", "req_9")])) as (
        _,
        relay,
    ):
        heard = await messaging.ask(relay)

    assert (code, messaging.error(kind)) == (heard.status, heard.body)
    assert "req_9" == heard.header("x-relay-upstream-request-id")


async def test_the_word_of_a_provider_of_another_dialect() -> None:
    """
    OpenAI's error in Anthropic's envelope, the field's name before the words.
    """
    said = golden.error("Too hot.", type="invalid_request_error", code=None, param="temperature")
    behaviour = status(400, said)
    async with messaging.before(behaviour, dialect="openai_chat", header_style="bearer") as (
        _,
        relay,
    ):
        heard = await messaging.ask(relay, temperature=0.5)

    expected = (400, "invalid_request_error", "temperature: Too hot.")
    assert expected == in_anthropics_shape(heard)


def failed(kind: str) -> messages.Json:
    return {"type": "error", "error": {"type": kind, "message": "x"}}


@pytest.mark.parametrize(
    ("last", "kind"),
    [
        ((), "api_error"),
        ((messages.OVERLOADED,), "overloaded_error"),
        ((failed("rate_limit_error"),), "rate_limit_error"),
        ((failed("authentication_error"),), "api_error"),
    ],
    ids=["cut", "overloaded", "limited", "our key"],
)
async def test_a_broken_stream_ends_in_an_error_event(
    last: tuple[messages.Json, ...], kind: str
) -> None:
    """
    Named `error`, with the type that says what to do, no words of the provider's, no stop.
    """
    async with messaging.before(messaging.breaks(5, *last)) as (one, relay):
        heard = await messaging.ask(relay, stream=True)

    assert (200, kind) == (heard.status, last_event(heard)[0])
    assert b"message_stop" not in heard.body
    assert 1 == len(one.requests)


async def test_an_openai_provider_that_breaks_off() -> None:
    """
    The same event where the stream was translated.
    """
    cut = raw_stream(golden.wire(golden.TEXT[:3], done=False))
    async with messaging.before(cut, **OPENAI) as (_, relay):
        heard = await messaging.ask(relay, stream=True)

    assert "api_error" == last_event(heard)[0]
    assert b"message_stop" not in heard.body


async def test_an_error_after_a_keep_alive_is_an_event() -> None:
    """
    Once 200 has gone out, a failure before the first word is an event as well.
    """
    async with messaging.before(silent(), timeouts=HASTY) as (one, _):
        mine = provider(
            "one", one, models=(messaging.MODEL,), dialect="anthropic_messages", timeouts=HASTY
        )
        async with running_relay(snapshot(mine), beat=0.1) as relay:
            heard = await messaging.ask(relay, stream=True)

    assert heard.body.startswith(b": keep-alive\n\n")
    assert "api_error" == last_event(heard)[0]
