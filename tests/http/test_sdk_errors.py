"""Errors as the official SDK raises them, retries as it makes them, and LangChain once."""

import openai
import pytest
from langchain_openai import ChatOpenAI
from openai import AsyncOpenAI
from pydantic import SecretStr

from tests.support.behaviours import (
    cut_after,
    error_event_after,
    ok_chat,
    rate_limited,
    refused,
    silent,
    stall_after,
)
from tests.support.catalogue import CLIENT_KEY, HASTY, snapshot
from tests.support.relay import relay_of, running_relay
from tests.support.script import Behaviour, in_turn
from tests.support.sdk import HELLO, ask, sdk, stream

CLASSES: list[tuple[str, Behaviour, type[openai.APIStatusError], int, str | None]] = [
    ("400", refused(400, name="bad"), openai.BadRequestError, 400, "bad"),
    ("422", refused(422, name="bad"), openai.UnprocessableEntityError, 422, "bad"),
    ("404", refused(404, name="model_not_found"), openai.NotFoundError, 404, "model_not_found"),
    ("401", refused(401), openai.InternalServerError, 502, "all_attempts_failed"),
    ("403", refused(403), openai.InternalServerError, 502, "all_attempts_failed"),
    ("500", refused(500), openai.InternalServerError, 502, "all_attempts_failed"),
    ("silent", silent(), openai.InternalServerError, 502, "all_attempts_failed"),
    ("429", rate_limited(30), openai.RateLimitError, 429, "rate_limited"),
]


@pytest.mark.parametrize(
    ("name", "behaviour", "expected", "status", "code"), CLASSES, ids=[row[0] for row in CLASSES]
)
@pytest.mark.parametrize("streamed", [False, True], ids=["whole", "stream"])
async def test_what_a_provider_does_becomes_the_right_exception(
    name: str,
    behaviour: Behaviour,
    expected: type[openai.APIStatusError],
    status: int,
    code: str | None,
    streamed: bool,
) -> None:
    """
    Each failure is raised as the SDK's own class, with our code and request id.
    """
    async with sdk(behaviour, timeouts=HASTY) as (_, client):
        with pytest.raises(expected) as raised:
            await (stream(client) if streamed else ask(client))

    assert (status, code) == (raised.value.status_code, raised.value.code)
    assert 32 == len(raised.value.request_id or "")


async def test_a_wrong_client_key_is_an_authentication_error() -> None:
    """
    401 is raised as AuthenticationError.
    """
    async with sdk() as (_, client):
        with pytest.raises(openai.AuthenticationError) as raised:
            await ask(client.with_options(api_key="sk-relay-somebody-else"))

    assert "invalid_key" == raised.value.code


async def test_an_unknown_model_is_a_not_found_error() -> None:
    """
    404 is raised as NotFoundError, for chats and for `models.retrieve`.
    """
    async with sdk() as (_, client):
        with pytest.raises(openai.NotFoundError) as chat:
            await client.chat.completions.create(
                model="gpt-4p", messages=[{"role": "user", "content": "Hi"}]
            )
        with pytest.raises(openai.NotFoundError) as model:
            await client.models.retrieve("gpt-4p")

    assert ("model_not_found", "model_not_found") == (chat.value.code, model.value.code)
    assert "gpt-4o" in chat.value.message
    assert "gpt-4o" in model.value.message


async def test_a_bad_request_names_the_field() -> None:
    """
    400 is raised as BadRequestError with the field's name.
    """
    async with sdk() as (_, client):
        with pytest.raises(openai.BadRequestError) as raised:
            await client.chat.completions.create(model="", messages=[])

    assert ("invalid_request", "model") == (raised.value.code, raised.value.param)


async def test_no_client_key_configured_is_a_503() -> None:
    """
    `not_configured` is raised as InternalServerError with 503.
    """
    async with running_relay(snapshot(client_keys=())) as relay:
        client = AsyncOpenAI(base_url=f"{relay.base_url}/v1", api_key="x", max_retries=0)
        async with client:
            with pytest.raises(openai.InternalServerError) as raised:
                await ask(client)

    assert (503, "not_configured") == (raised.value.status_code, raised.value.code)


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (cut_after(3), "upstream_cut"),
        (stall_after(3), "upstream_stalled"),
        (error_event_after(3), "upstream_error"),
    ],
)
async def test_a_broken_stream_raises_inside_the_stream(behaviour: Behaviour, code: str) -> None:
    """
    The words that came are there, then the SDK raises APIError: a cut never looks complete.
    """
    words = ""
    async with sdk(behaviour, timeouts=HASTY) as (_, client):
        chunks = await client.chat.completions.create(
            model="gpt-4o", messages=[{"role": "user", "content": "Hi"}], stream=True
        )
        with pytest.raises(openai.APIError) as raised:
            async for chunk in chunks:
                words += chunk.choices[0].delta.content or ""

    assert "Grüße 你好" == words
    assert code == raised.value.code


async def test_the_sdks_own_retry_obeys_our_retry_after() -> None:
    """
    With retries on, the SDK waits as long as our 429 says, and then is served.
    """
    async with sdk(in_turn(rate_limited(1), ok_chat()), retries=2) as (one, client):
        said = await ask(client)

    first, second = (seen.at for seen in one.requests)
    assert HELLO == said.choices[0].message.content
    assert second - first >= 1.0


async def test_langchain() -> None:
    """
    LangChain's ChatOpenAI gets answers, streams and usage.
    """
    async with relay_of() as (_, relay):
        model = ChatOpenAI(
            model="gpt-4o",
            base_url=f"{relay.base_url}/v1",
            api_key=SecretStr(CLIENT_KEY),
            max_retries=0,
        )
        whole = await model.ainvoke("Hi")
        pieces = [piece async for piece in model.astream("Hi")]

    assert HELLO == whole.content == "".join(str(piece.content) for piece in pieces)
    assert whole.usage_metadata is not None
    assert 18 == whole.usage_metadata["total_tokens"]
