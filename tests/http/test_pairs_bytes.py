"""Same dialect on both sides: every byte goes through but the model's name."""

import pytest

from tests.support import golden, messages
from tests.support.behaviours import chat
from tests.support.caller import request
from tests.support.catalogue import CLIENT_KEY
from tests.support.claude import says, whole
from tests.support.pair_answers import TEXT
from tests.support.pairs import BODY, PYTHON, Pair, ability, shows, talk
from tests.support.sdks import talker

PATHS = {"openai": "/v1/chat/completions", "anthropic": "/v1/messages"}
#: Odd spaces, escapes, long numbers, cache marks, a signature, and fields that nobody knows.
BODIES = {
    "openai": (
        b'{ "brand_new" : {"a":[1.0, 1e5, 12345678901234567890]},\n "messages":[{"role":"user",'
        b'"content":[{"type":"text","text":"Gr\\u00fc\xc3\x9fe","cache_control":{"type":"ephemeral"'
        b'}}]},{"role":"assistant","thinking_blocks":[{"type":"thinking","thinking":"Hm",'
        b'"signature":"c2ln\\/"}],"content":"x"}], "model" : "%s" ,"top_k":  7}'
    ),
    "anthropic": (
        b'{ "max_tokens" : 9,"brand_new":{"a":[1.0,1e5,12345678901234567890]},\n"system":[{"type":'
        b'"text","text":"Gr\\u00fc\xc3\x9fe","cache_control":{"type":"ephemeral","ttl":"1h"}}],'
        b'"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":'
        b'"thinking","thinking":"Hm","signature":"c2ln\\/"},{"type":"new_block","z":null}]}], '
        b'"model" : "%s" ,"context_management":{"edits":[]}}'
    ),
}


@ability("To the byte but for the model", "openai-openai", "anthropic-anthropic")
async def test_requests_to_the_byte(pair: Pair) -> None:
    """
    What the provider got is what the caller sent, with the provider's name of the model.
    """
    body = BODIES[pair.caller]
    async with talk(pair, TEXT) as t:
        sent = request(PATHS[pair.caller], body % b"one/gpt-4o", key=CLIENT_KEY)
        heard = await t.relay.send(sent)

    assert (200, body % b"gpt-4o") == (heard.status, t.one.last.body)
    assert None is heard.header("x-relay-dropped")


@ability("The answer to the byte", "openai-openai", "anthropic-anthropic")
@pytest.mark.parametrize("stream", [b"false", b"true"])
@pytest.mark.parametrize("name", messages.STREAMS)
async def test_answers_to_the_byte(pair: Pair, stream: bytes, name: str) -> None:
    """
    What the caller got is what the provider said.
    """
    events = messages.STREAMS[name]
    said = {
        "openai": (golden.dump(golden.TEXT_ANSWER), b"".join(golden.wire(golden.TEXT))),
        "anthropic": (messages.dump(whole(events)), messages.wire(events)),
    }
    scripts = {"openai_chat": chat(), "anthropic_messages": says(events)}
    body = (
        b'{"model":"gpt-4o","max_tokens":9,"stream":%b,"messages":[{"role":"user","content":"x"}]}'
    )
    async with talk(pair, {pair.upstream: scripts[pair.upstream]}) as t:
        sent = request(PATHS[pair.caller], body % stream, key=CLIENT_KEY)
        heard = await t.relay.send(sent)

    assert said[pair.caller][stream == b"true"] == heard.body


@shows("Beta and version headers", *PYTHON)
async def test_beta_and_version_headers(pair: Pair, row: str, word: str) -> None:
    """
    They stay in their dialect: to the byte to a provider of the same, and to no other.
    """
    own = {
        "openai": [("OpenAI-Beta", "assistants=v2, x")],
        "anthropic": [("anthropic-beta", "a-2025,  b-2026"), ("anthropic-version", "2026-10-21")],
    }
    body = messages.dump(BODY[pair.caller])
    async with talk(pair, TEXT) as t:
        headers = own[pair.caller]
        await t.relay.send(request(PATHS[pair.caller], body, headers=headers, key=CLIENT_KEY))
        got = t.one.last

    expected = {name.lower(): value for name, value in headers if word == "passed on"}
    if word not in ("passed on", "kept back"):
        expected = {"anthropic-version": word}
    names = ("openai-beta", "anthropic-beta", "anthropic-version")
    assert expected == {name: got.header(name) for name in names if got.header(name)}


@ability("Two generations of keys", "anthropic-openai", "anthropic-anthropic")
@pytest.mark.parametrize("older", [False, True])
async def test_two_generations_of_keys(pair: Pair, older: bool) -> None:
    """
    The SDK of today sends a bearer and 2026-10-21, the one before it x-api-key and 2023-06-01; the
    provider gets its own key, never the caller's, and the caller's version if it is Anthropic.
    """
    old = {"x-api-key": CLIENT_KEY, "anthropic-version": "2023-06-01", "Authorization": ""}
    version = "2023-06-01" if older else "2026-10-21"
    async with (
        talk(pair, TEXT) as t,
        talker(t.relay, pair.sdk, default_headers=old if older else {}) as sdk,
    ):
        await sdk.ask(streamed=False, **BODY[pair.caller])
        got = t.one.last

    forwarded = version if pair.upstream == "anthropic_messages" else None
    assert ("sk-provider-one", forwarded) == (got.key, got.header("anthropic-version"))
    assert CLIENT_KEY not in str(got.headers)
