"""Who may call: four headers, one key, judged before a byte of the body is read."""

import pytest
from attrs import evolve

from tests.support.caller import asking, line, request
from tests.support.catalogue import CLIENT_KEY, client, provider, snapshot
from tests.support.provider import scripted
from tests.support.relay import relay_of, running_relay
from tests.support.shape import in_openais_shape

ASK = asking()
HEADERS = ["Authorization", "x-api-key", "api-key", "x-goog-api-key"]


@pytest.mark.parametrize("header", [*HEADERS, "AUTHORIZATION", "X-Api-Key"])
async def test_each_of_four_headers_may_carry_the_key(header: str) -> None:
    """
    The key of any SDK's header is taken, in any letter case of the header's name.
    """
    scheme = "Bearer " if header.lower() == "authorization" else ""
    carried = [(header, scheme + CLIENT_KEY)]
    async with relay_of() as (one, relay):
        heard = await relay.send(request(body=ASK, headers=carried))

    assert 200 == heard.status
    assert CLIENT_KEY not in str(one.last.headers)


@pytest.mark.parametrize("scheme", ["bearer", "BEARER"])
async def test_the_scheme_word_has_no_letter_case(scheme: str) -> None:
    """
    RFC 9110, 11.1: schemes are compared without regard to case.
    """
    carried = [("Authorization", f"{scheme} {CLIENT_KEY}")]
    async with relay_of() as (_, relay):
        heard = await relay.send(request(body=ASK, headers=carried))

    assert 200 == heard.status


async def test_the_scheme_word_may_be_left_out() -> None:
    """
    Some clients send the bare key in Authorization; it is taken for what it is.
    """
    async with relay_of() as (_, relay):
        heard = await relay.send(request(body=ASK, headers=[("Authorization", CLIENT_KEY)]))

    assert 200 == heard.status


WRONG = {
    "none": [],
    "empty": [("Authorization", "")],
    "scheme only": [("Authorization", "Bearer")],
    "scheme and a space": [("Authorization", "Bearer ")],
    "another scheme": [("Authorization", f"Basic {CLIENT_KEY}")],
    "another key": [("Authorization", "Bearer sk-relay-somebody-else")],
    "the beginning": [("Authorization", f"Bearer {CLIENT_KEY[:-1]}")],
    "more": [("Authorization", f"Bearer {CLIENT_KEY}x")],
    "other case": [("Authorization", f"Bearer {CLIENT_KEY.upper()}")],
    "not ASCII": [("Authorization", "Bearer sk-\xe9\xff")],
    "not ASCII in x-api-key": [("x-api-key", "\xe9")],
    "100 KB": [("x-api-key", "k" * 30_000)],
    "a provider's key": [("Authorization", "Bearer sk-provider-one")],
    "a header of nobody": [("x-key", CLIENT_KEY)],
    "a cookie": [("Cookie", f"key={CLIENT_KEY}")],
    "a disabled key": [("Authorization", "Bearer sk-relay-disabled-0123456789")],
}


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("name", WRONG)
async def test_anything_else_is_a_401(name: str, method: str) -> None:
    """
    401 in OpenAI's shape, without a word of what was sent; the provider hears nothing.
    """
    disabled = evolve(client("off", "sk-relay-disabled-0123456789"), enabled=False)
    clients = (client("test", CLIENT_KEY), disabled)
    said = (
        request(body=ASK, headers=WRONG[name])
        if method == "POST"
        else request("/v1/models", method="GET", headers=WRONG[name])
    )
    async with scripted() as one:
        pools = snapshot(provider("one", one), client_keys=clients)
        async with running_relay(pools) as relay:
            heard = await relay.send(said)

    assert (401, "invalid_key") == (heard.status, in_openais_shape(heard)["code"])
    assert "sk-" not in heard.body.decode().replace("sk-...", "")
    assert [] == one.requests


@pytest.mark.parametrize("body", [b"", b"{", ASK, b"\xff" * 100])
async def test_a_stranger_learns_nothing_of_the_body(body: bytes) -> None:
    """
    Without a key every body gets the same answer.
    """
    async with relay_of() as (_, relay):
        heard = await relay.send(request(body=body, media="text/plain"))

    assert 401 == heard.status


async def test_a_stranger_is_refused_before_the_body_is_read() -> None:
    """
    401 on the headers alone, while the body is still to come.
    """
    async with relay_of() as (_, relay), line(relay.base_url) as caller:
        caller.say(request(headers=[("Content-Length", "1000")]))
        heard = await caller.answer()

    assert 401 == heard.status


async def test_without_any_key_configured_nothing_but_health_is_served() -> None:
    """
    503 `not_configured` with the mend, whatever key is sent.
    """
    async with scripted() as one:
        pools = snapshot(provider("one", one), client_keys=())
        async with running_relay(pools) as relay:
            heard = [
                await relay.send(request(body=ASK, key=CLIENT_KEY)),
                await relay.send(request(body=ASK)),
                await relay.send(request("/v1/models", method="GET")),
            ]
            health = await relay.send(request("/health/liveness", method="GET"))

    assert [(503, "not_configured")] * 3 == [
        (answer.status, in_openais_shape(answer)["code"]) for answer in heard
    ]
    assert ([], 200) == (one.requests, health.status)


@pytest.mark.parametrize("path", ["/health", "/health/liveness", "/health/readiness"])
async def test_health_needs_no_key(path: str) -> None:
    """
    Health is open to all, and tells no names.
    """
    async with relay_of() as (_, relay):
        heard = await relay.send(request(path, method="GET"))

    assert 200 == heard.status
    assert "one" not in heard.body.decode()


@pytest.mark.parametrize("path", ["/v1/nothing", "/nothing"])
async def test_unknown_paths_are_not_found_for_strangers_as_well(path: str) -> None:
    """
    A path that is not there is 404 (or 401) for a stranger, never a 5xx.
    """
    async with relay_of() as (_, relay):
        heard = await relay.send(request(path, method="GET"))

    assert heard.status in (401, 404)
    in_openais_shape(heard)
