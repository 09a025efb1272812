"""The Python SDK: what of its column in the table tests/http does not try."""

import asyncio
import json

import openai
import pytest

from src.domain.catalogue import VirtualModel
from tests.support import golden
from tests.support.behaviours import begun, bytes_cut_at, chat, gated_stream, refused, silent
from tests.support.catalogue import CLIENT_KEY, provider, snapshot, target
from tests.support.provider import scripted
from tests.support.relay import relay_of, running_relay
from tests.support.script import Hang, in_turn
from tests.support.sdk import HELLO, ask, sdk, stream


async def opened(client: openai.AsyncOpenAI) -> openai.AsyncStream[golden.Json]:
    """A stream of which nothing is read yet."""
    return await client.chat.completions.create(
        model="gpt-4o", messages=[{"role": "user", "content": "Hi"}], stream=True
    )


async def test_pieces_as_they_come() -> None:
    """
    The first piece is there before the provider has sent the second.
    """
    gate = asyncio.Event()
    async with sdk(gated_stream(golden.TEXT, gate, after=2)) as (one, client):
        chunks = await opened(client)
        first = [await anext(chunks), await anext(chunks)][1]
        held = one.last.done_at is None
        gate.set()
        rest = [chunk async for chunk in chunks]

    assert ("Grüße", True) == (first.choices[0].delta.content, held)
    assert len(golden.TEXT) - 2 == len(rest)


async def test_every_character() -> None:
    """
    Emoji, Chinese and U+2028 arrive, each byte on its own, and reach the provider.
    """
    size = len(b"".join(golden.wire(golden.TEXT)))
    async with sdk(bytes_cut_at(range(1, size))) as (one, client):
        said = await client.chat.completions.create(
            model="gpt-4o", messages=[{"role": "user", "content": HELLO}], stream=True
        )
        words = [chunk.choices[0].delta.content or "" async for chunk in said]

    assert HELLO == "".join(words)
    assert HELLO == json.loads(one.last.body)["messages"][0]["content"]


async def test_an_abort_in_a_stream() -> None:
    """
    A stream that is closed is closed at the provider; the next request is served.
    """
    async with sdk(in_turn((*begun(3), Hang()), chat())) as (one, client):
        chunks = await opened(client)
        await anext(chunks)
        await chunks.close()
        await one.until(lambda p: p.requests[0].gone_at is not None)
        said = await ask(client)

    assert HELLO == said.choices[0].message.content


async def test_request_id_and_receipt() -> None:
    """
    The raw response shows the id that the receipt has, and what served.
    """
    async with relay_of() as (_, relay):
        url = f"{relay.base_url}/v1"
        async with openai.AsyncOpenAI(base_url=url, api_key=CLIENT_KEY) as client:
            said = await ask(client)
            raw = await client.chat.completions.with_raw_response.create(
                model="gpt-4o", messages=[{"role": "user", "content": "Hi"}]
            )
        await relay.finished(2)
        ids = [receipt.request_id for receipt in relay.notes.receipts]

    assert ids == [said._request_id, raw.headers["x-request-id"]]
    assert ("one", "1") == (raw.headers["x-relay-provider"], raw.headers["x-relay-attempts"])


async def test_failover() -> None:
    """
    When the first provider fails the second answers, and the SDK sees one good answer.
    """
    async with scripted(refused(500)) as one, scripted() as two:
        best = VirtualModel("gpt-4o", (target("one/gpt-4o"), target("two/gpt-4o")))
        known = snapshot(provider("one", one), provider("two", two), virtual_models=(best,))
        async with running_relay(known) as relay:
            url = f"{relay.base_url}/v1"
            async with openai.AsyncOpenAI(base_url=url, api_key=CLIENT_KEY) as client:
                said = await ask(client)

    assert HELLO == said.choices[0].message.content
    assert (2, 1) == (len(one.requests), len(two.requests))


async def test_a_deadline_by_header() -> None:
    """
    The time that the caller allows by header ends in 504.
    """
    async with sdk(silent()) as (_, client):
        hurried = client.with_options(default_headers={"x-relay-timeout-ms": "300"})
        with pytest.raises(openai.InternalServerError) as raised:
            await ask(hurried)

    assert (504, "deadline_exceeded") == (raised.value.status_code, raised.value.code)


async def test_the_sdks_own_timeout() -> None:
    """
    A caller that runs out of patience raises, and the provider is let go.
    """
    async with sdk(silent()) as (one, client):
        with pytest.raises(openai.APITimeoutError):
            await stream(client.with_options(timeout=0.3))
        await one.until(lambda p: p.last.gone_at is not None)
