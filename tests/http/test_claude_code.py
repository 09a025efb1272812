"""What Claude Code expects of a gateway, rule by rule.

The rules: https://code.claude.com/docs/en/llm-gateway-protocol; where one comes from somewhere
else, its test says so.
"""

import json

import pytest

from src.domain.catalogue import VirtualModel
from tests.support import messages, messaging
from tests.support.caller import line, request
from tests.support.catalogue import provider, snapshot, target
from tests.support.messaging import BEARER, MODEL, X_API_KEY, ask
from tests.support.provider import scripted
from tests.support.relay import running_relay

BETA = "/v1/messages?beta=true"
BETAS = "claude-code-20250219,interleaved-thinking-2025-05-14,  a-beta-of-tomorrow-2031-01-01"
#: As it opens its system prompt; a cache in front of the model goes by the bytes.
BILLING = "x-anthropic-billing-header: cc_version=2.1.126.0b3; cc_entrypoint=cli; cch=00000;"


async def test_the_path_is_matched_without_its_query() -> None:
    """
    "Inference requests go to /v1/messages?beta=true: match the path and not the URL."
    """
    async with messaging.before() as (one, relay):
        whole = await ask(relay, path=BETA)
        streamed = await ask(relay, path=BETA, stream=True)
        count = await ask(relay, path="/v1/messages/count_tokens?beta=true")

    assert (200, 200, 200) == (whole.status, streamed.status, count.status)
    assert messages.wire(messages.STREAMS["text"]) == streamed.body
    assert 3 == len(one.requests)


@pytest.mark.parametrize("who", [X_API_KEY, BEARER], ids=["x-api-key", "bearer"])
@pytest.mark.parametrize("version", ["2023-06-01", "2026-10-21"])
async def test_either_key_with_either_version(
    who: tuple[tuple[str, str], ...], version: str
) -> None:
    """
    ANTHROPIC_API_KEY is sent as x-api-key, ANTHROPIC_AUTH_TOKEN as a bearer token; the provider
    gets its own key and the caller's version.
    """
    said = (who[0], ("anthropic-version", version))
    async with messaging.before(keys=["sk-ant-ours"]) as (one, relay):
        heard = await ask(relay, who=said)

    assert 200 == heard.status
    assert ("sk-ant-ours", None, version) == tuple(
        map(one.last.header, ("x-api-key", "authorization", "anthropic-version"))
    )


async def test_betas_go_on_to_the_byte() -> None:
    """
    "Forward anthropic-beta and anthropic-version unchanged": also betas nobody knows yet, spaces
    and all. What names the client is not the provider's business.
    """
    theirs = [("anthropic-beta", BETAS), ("x-app", "cli"), ("x-claude-code-session-id", "s-1")]
    async with messaging.before() as (one, relay):
        await ask(relay, path=BETA, headers=theirs)

    sent = {name: one.last.header(name) for name, _ in theirs}
    assert {"anthropic-beta": BETAS, "x-app": None, "x-claude-code-session-id": None} == sent


async def test_unknown_fields_are_kept() -> None:
    """
    "Forward unknown body fields": the body reaches the provider byte by byte, the attribution
    block at the head of the system prompt in its place.
    """
    body = messaging.asking(
        system=[{"type": "text", "text": BILLING}, {"type": "text", "text": "You are.\u2028"}],
        context_management={"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]},
        output_config={"effort": "xhigh"},
        speed="fast",
        of_tomorrow={"a": [1.50, 1e2, None]},
    ).replace(b'"speed"', b' "speed"')
    async with messaging.before() as (one, relay):
        heard = await relay.send(messaging.post(body, BETA))

    assert (200, body) == (heard.status, one.last.body)


@pytest.mark.parametrize("most", [0, 1])
async def test_probes_with_next_to_no_output_go_on(most: int) -> None:
    """
    It checks a key with max_tokens=1, and warms a cache with max_tokens=0 (another gateway broke
    here: https://github.com/BerriAI/litellm/issues/35061).
    """
    async with messaging.before() as (one, relay):
        heard = await relay.send(
            messaging.post(messages.dump(json.loads(messaging.asking()) | {"max_tokens": most}))
        )

    assert 200 == heard.status
    assert most == json.loads(one.last.body)["max_tokens"]


async def test_its_tokens_are_counted_by_the_provider() -> None:
    """
    "/v1/messages/count_tokens is optional": where the provider counts, its count.
    """
    async with messaging.before() as (one, relay):
        heard = await ask(relay, path="/v1/messages/count_tokens")

    assert {"input_tokens": messaging.COUNTED} == heard.json
    assert None is heard.header("x-relay-estimated")
    assert "/v1/messages/count_tokens" == one.last.path


async def test_models_are_discovered() -> None:
    """
    "GET /v1/models?limit=1000", with the key it also asks with; it reads id and display_name of
    each entry, and takes names that begin with claude or anthropic.
    """
    virtual = VirtualModel("claude-fast", targets=(target(f"one/{MODEL}"),))
    async with scripted(messaging.speaks()) as one:
        mine = provider("one", one, models=(MODEL,), dialect="anthropic_messages")
        async with running_relay(snapshot(mine, virtual_models=(virtual,))) as relay:
            data = request("/v1/models?limit=1000", method="GET", headers=BEARER)
            heard = await relay.send(data)

    assert ["claude-fast", MODEL] == [model["id"] for model in heard.json["data"]]
    assert {"type", "id", "display_name", "created_at"} == set(heard.json["data"][0])
    assert (False, "claude-fast", MODEL) == tuple(
        heard.json[name] for name in ("has_more", "first_id", "last_id")
    )


async def test_one_model_by_its_name() -> None:
    """
    In the same shape (https://platform.claude.com/docs/en/api/models-get).
    """
    async with messaging.before() as (_, relay):
        heard = await relay.send(request(f"/v1/models/{MODEL}", method="GET", headers=X_API_KEY))

    assert ("model", MODEL, MODEL) == (
        heard.json["type"],
        heard.json["id"],
        heard.json["display_name"],
    )


async def test_no_model_at_all() -> None:
    """
    An empty page, without a first and a last.
    """
    async with messaging.before(models=()) as (_, relay):
        heard = await relay.send(request("/v1/models", method="GET", headers=X_API_KEY))

    assert {"data": [], "has_more": False, "first_id": None, "last_id": None} == heard.json


async def test_the_probe_before_the_start() -> None:
    """
    "A HEAD / connectivity probe": answered without a key.
    """
    async with messaging.before() as (_, relay), line(relay.base_url) as wire:
        wire.say(request("/", method="HEAD"))
        head = await wire.head()

    assert 200 == head.status
