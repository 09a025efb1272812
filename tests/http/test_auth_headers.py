"""Headers cross by allow-list, both ways; keys and cookies never do."""

import re

import pytest

from tests.support import golden
from tests.support.behaviours import ODD_HEADERS, chat, cut_after, raw_stream, refused, status
from tests.support.caller import asking, request
from tests.support.catalogue import CLIENT_KEY, provider, snapshot
from tests.support.provider import scripted
from tests.support.relay import relay_of, running_relay
from tests.support.script import Behaviour, Script

SECRET = "sk-provider-secret-never-to-be-shown"

#: What clients and proxies in front of us send, none of it the provider's business.
PRIVATE = [
    ("Cookie", "session=caller"),
    ("X-Api-Key", CLIENT_KEY),
    ("Api-Key", CLIENT_KEY),
    ("X-Goog-Api-Key", CLIENT_KEY),
    ("Proxy-Authorization", "Basic c2VjcmV0"),
    ("X-Forwarded-For", "203.0.113.9"),
    ("Forwarded", "for=203.0.113.9"),
    ("Origin", "https://caller.example"),
    ("Referer", "https://caller.example/"),
    ("X-Unknown", "caller"),
    ("X-Stainless-Lang", "python"),
    ("X-Relay-Tags", "caller"),
    ("X-Request-Id", "caller-says"),
    ("Accept-Encoding", "gzip, br"),
    ("Connection", "keep-alive, x-hop"),
    ("X-Hop", "1"),
    ("TE", "trailers"),
]

ALLOWED_OUT = {
    "host",
    "authorization",
    "content-type",
    "content-length",
    "accept",
    "accept-encoding",
    "user-agent",
    "openai-beta",
    "traceparent",
    "tracestate",
}


async def test_only_known_headers_reach_the_provider() -> None:
    """
    The provider gets its own key, `identity` encoding, and nothing of the caller's but what is
    on the list.
    """
    async with relay_of(keys=[SECRET]) as (one, relay):
        heard = await relay.send(request(body=asking(), key=CLIENT_KEY, headers=PRIVATE))

    assert 200 == heard.status
    names = {name for name, _ in one.last.headers}
    assert set() == names - ALLOWED_OUT
    assert f"Bearer {SECRET}" == one.last.header("authorization")
    assert "identity" == one.last.header("accept-encoding")
    assert "application/json" == one.last.header("content-type")
    assert CLIENT_KEY not in str(one.last.headers)
    assert "caller" not in str(one.last.headers)


async def test_a_providers_own_settings_are_sent() -> None:
    """
    Configured headers, user agent and header style are used as configured.
    """
    async with scripted() as one:
        mine = provider(
            "one",
            one,
            keys=[SECRET],
            header_style="api-key",
            user_agent="mine/1",
            headers=(("X-Title", "ours"),),
        )
        async with running_relay(snapshot(mine)) as relay:
            await relay.ask()

    sent = dict(one.last.headers)
    assert (SECRET, "mine/1", "ours", None) == (
        sent["api-key"],
        sent["user-agent"],
        sent["x-title"],
        sent.get("authorization"),
    )


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_only_known_headers_reach_the_caller(stream: bool) -> None:
    """
    No cookie, no limit, no address of the provider's; its request id under a name of its own.
    """
    async with relay_of(chat(headers=ODD_HEADERS), keys=[SECRET]) as (_, relay):
        heard = await relay.ask(stream=stream, headers=[("x-request-id", "mine-1")])

    names = {name for name, _ in heard.headers}
    odd = {name.lower() for name, _ in ODD_HEADERS} - {"x-request-id", "server"}
    assert set() == names & odd
    assert "provider/1.0" != heard.header("server")
    assert re.fullmatch(r"[0-9a-f]{32}", heard.header("x-request-id") or "")
    assert ("mine-1", "req-of-the-provider") == (
        heard.header("x-relay-client-request-id"),
        heard.header("x-relay-upstream-request-id"),
    )
    assert SECRET not in str(heard.headers) + heard.body.decode()


async def test_cookies_of_a_provider_are_forgotten() -> None:
    """
    A cookie of one answer is not sent with the next request.
    """
    async with relay_of(chat(headers=ODD_HEADERS)) as (one, relay):
        for _ in range(2):
            await relay.ask()

    assert [None, None] == [seen.header("cookie") for seen in one.requests]


RECEIPT = ["x-request-id", "x-relay-provider", "x-relay-model", "x-relay-key", "x-relay-attempts"]


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_every_answer_has_its_receipt(stream: bool) -> None:
    """
    What served it, with which key's handle, after how many attempts, and at what cost of time.
    """
    async with relay_of(keys=[SECRET]) as (_, relay):
        heard = await relay.ask(stream=stream)

    assert ("one", "gpt-4o", "one-1", "1") == tuple(map(heard.header, RECEIPT[1:]))
    assert stream or "input=11, output=7" in (heard.header("x-relay-usage") or "")
    assert 0.0 <= float(heard.header("x-relay-overhead-ms") or "-1") < 1000.0


@pytest.mark.parametrize(
    "behaviour", [refused(500), refused(401), refused(400), refused(429), cut_after(1)]
)
async def test_errors_have_their_receipt_and_no_secret(behaviour: Behaviour | Script) -> None:
    """
    Errors say how many attempts there were; a provider that repeats our key is scrubbed.
    """
    async with relay_of(behaviour, keys=[SECRET]) as (one, relay):
        heard = await relay.ask(stream=True)

    assert heard.status >= 400
    assert str(len(one.requests)) == heard.header("x-relay-attempts")
    assert heard.header("x-request-id")
    assert SECRET not in str(heard.headers) + heard.body.decode()


REPEATED = golden.error(f"Bad: {SECRET}.", type=SECRET, code=SECRET, param=SECRET)


@pytest.mark.parametrize(
    "behaviour",
    [
        status(400, REPEATED),
        status(401, REPEATED),
        status(500, REPEATED),
        status(200, REPEATED),
        raw_stream([golden.event(REPEATED)]),
        raw_stream([*golden.wire(golden.TEXT[:3], done=False), golden.event(REPEATED)]),
    ],
    ids=["400", "401", "500", "200", "first event", "later event"],
)
async def test_a_provider_that_repeats_the_key_is_scrubbed(behaviour: Behaviour) -> None:
    """
    Wherever a provider repeats our key, neither the caller nor the receipt has it.
    """
    async with relay_of(behaviour, keys=[SECRET]) as (_, relay):
        heard = await relay.ask(stream=True)
        receipt = await relay.finished()

    assert heard.error["message"]
    assert SECRET not in str(heard.headers) + heard.body.decode() + repr(receipt)
