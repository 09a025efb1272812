"""What the SDK generation before this one sends, byte for byte, and the ids of its errors."""

import json

import pytest

from tests.support import messages, messaging
from tests.support.catalogue import CLIENT_KEY
from tests.support.messaging import MODEL

#: Recorded from anthropic 0.125.0 for Python, `messages.create` and `beta.messages.create`.
BODY = b'{"max_tokens":9,"messages":[{"role":"user","content":"Hi"}],"model":"%s"}' % MODEL.encode()
HEAD = (
    b"POST /v1/messages%b HTTP/1.1\r\nHost: 127.0.0.1:46503\r\n"
    b"Accept-Encoding: gzip, deflate, zstd\r\nConnection: close\r\nx-stainless-timeout: 600\r\n"
    b"Accept: application/json\r\nContent-Type: application/json\r\n"
    b"User-Agent: Anthropic/Python 0.125.0\r\nX-Stainless-Lang: python\r\n"
    b"X-Stainless-Package-Version: 0.125.0\r\nX-Stainless-OS: Linux\r\nX-Stainless-Arch: x64\r\n"
    b"X-Stainless-Runtime: CPython\r\nX-Stainless-Runtime-Version: 3.11.7\r\n"
    b"X-Api-Key: %b\r\nX-Stainless-Async: false\r\nanthropic-version: 2023-06-01\r\n%b"
    b"x-stainless-retry-count: 0\r\nx-stainless-read-timeout: 600\r\nContent-Length: %d\r\n\r\n"
)


def recorded(*, beta: bool, key: str = CLIENT_KEY, body: bytes = BODY) -> bytes:
    query, header = (b"?beta=true", b"anthropic-beta: a-1\r\n") if beta else (b"", b"")
    return HEAD % (query, key.encode(), header, len(body)) + body


@pytest.mark.parametrize("beta", [False, True])
async def test_the_older_generation(beta: bool) -> None:
    """
    Key, version, beta and query as it sends them; the provider gets its own key.
    """
    async with messaging.before(keys=["sk-ant-ours"]) as (one, relay):
        heard = await relay.send(recorded(beta=beta))

    sent = tuple(map(one.last.header, ("x-api-key", "anthropic-version", "anthropic-beta")))
    assert (200, BODY) == (heard.status, one.last.body)
    assert ("sk-ant-ours", "2023-06-01", "a-1" if beta else None) == sent
    assert "/v1/messages" + ("?beta=true" if beta else "") == one.last.path


@pytest.mark.parametrize("beta", [False, True])
async def test_its_errors_have_an_id(beta: bool) -> None:
    """
    The relay's own, in the body and in `request-id`, where its SDKs look for it
    (https://platform.claude.com/docs/en/api/errors#request-id).
    """
    async with messaging.before() as (_, relay):
        wrong = await relay.send(recorded(beta=beta, key="sk-no"))
        broken = await relay.send(recorded(beta=beta, body=b"{"))
        unknown = await relay.send(recorded(beta=beta, body=BODY.replace(MODEL.encode(), b"nope")))

    for heard in (wrong, broken, unknown):
        messaging.in_anthropics_shape(heard)
        assert heard.header("request-id") == heard.json["request_id"]
    assert (401, 400, 404) == (wrong.status, broken.status, unknown.status)


@pytest.mark.parametrize("stream", [False, True])
async def test_the_providers_error_keeps_its_own_id(stream: bool) -> None:
    """
    The body comes to the byte, with the id that Anthropic's support asks for; ours is the header's.
    """
    refusal = messaging.refused(400, "invalid_request_error", [("request-id", "req_theirs")])
    body = messages.dump(json.loads(BODY) | {"stream": stream})
    async with messaging.before(refusal) as (_, relay):
        heard = await relay.send(recorded(beta=False, body=body))

    assert "req_theirs" == heard.json["request_id"]
    assert heard.header("x-request-id") == heard.header("request-id")
