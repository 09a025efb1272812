"""The OpenAI SDK with an Idempotency-Key: its own retries do the right thing."""

import asyncio

import pytest
from openai import AsyncOpenAI, ConflictError
from openai.types.chat import ChatCompletion

from tests.support.behaviours import ok_chat
from tests.support.catalogue import CLIENT_KEY
from tests.support.idempotency import KEY, keeping
from tests.support.relay import Relay
from tests.support.script import Until
from tests.support.sdk import HELLO


async def ask(relay: Relay) -> ChatCompletion:
    """As programs do: nothing is set but the address, the key and the header."""
    async with AsyncOpenAI(base_url=f"{relay.base_url}/v1", api_key=CLIENT_KEY) as client:
        return await client.chat.completions.create(
            model="gpt-4o", messages=[{"role": "user", "content": "Hi"}], extra_headers=KEY
        )


async def test_it_waits_for_the_first_request_and_gets_its_answer() -> None:
    """
    Two programs send the same request: both have the answer, and the provider gave it once.
    """
    gate = asyncio.Event()
    async with keeping(None, (Until(gate), *ok_chat())) as (one, relay):
        asked = [asyncio.create_task(ask(relay)) for _ in range(2)]
        told = await relay.finished()  # to wait
        gate.set()
        answers = await asyncio.gather(*asked)
        replayed = await relay.finished(3)

    assert 409 == told.status
    assert [HELLO] * 2 == [answer.choices[0].message.content for answer in answers]
    assert (1, True) == (len(one.requests), bool(replayed.replay_of))


async def test_it_does_not_ask_again_for_what_is_done_and_was_not_kept() -> None:
    """
    It raises ConflictError after one 409, with the receipt in the body.
    """
    async with keeping(None, answers=False) as (one, relay):
        await ask(relay)
        with pytest.raises(ConflictError) as caught:
            await ask(relay)

    assert "request_completed" == caught.value.code
    assert [200, 409] == [receipt.status for receipt in relay.notes.receipts]
    assert relay.notes.receipts[0].request_id == caught.value.response.json()["receipt"]["id"]
    assert 1 == len(one.requests)
