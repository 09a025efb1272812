"""`Idempotency-Key`, as an SDK meets it: what is sent again is not done again."""

import asyncio

import pytest

from tests.support.behaviours import ok_chat
from tests.support.idempotency import KEY, keeping
from tests.support.node import run
from tests.support.script import Until
from tests.support.sdk import HELLO

from .page import ability, raises


@pytest.mark.parametrize("case", ["whole", "streamed"])
@ability("`Idempotency-Key`, sent again", "openai", "vercel")
async def test_sent_again(sdk: str, case: str) -> None:
    """
    The second time the caller has the first answer, and the provider was asked once.
    """
    async with keeping(None) as (one, relay):
        first, again = [await run(relay, sdk, case, headers=KEY) for _ in range(2)]

    assert HELLO == first["text"] == again["text"]
    assert first["requestId"] == again["headers"]["x-relay-replay-of"]
    assert 1 == len(one.requests)


@ability("`Idempotency-Key`, still running", "openai", "vercel")
async def test_still_running(sdk: str) -> None:
    """
    Two callers send the same: the SDK of the second waits, and both have the one answer.
    """
    gate = asyncio.Event()
    async with keeping(None, (Until(gate), *ok_chat())) as (one, relay):
        asked = [
            asyncio.create_task(run(relay, sdk, "whole", headers=KEY, retries=2)) for _ in range(2)
        ]
        told = await relay.finished()
        gate.set()
        said = await asyncio.gather(*asked)

    assert 409 == told.status
    assert [HELLO, HELLO] == [answer["text"] for answer in said]
    assert 1 == len(one.requests)


@raises("`Idempotency-Key`, another body", "openai", "vercel")
async def test_another_body(sdk: str, kind: str) -> None:
    """
    A key that was used for another request is 422, and `param` names the header.
    """
    async with keeping(None) as (one, relay):
        await run(relay, sdk, "whole", headers=KEY)
        errors = await run(relay, sdk, "errors", headers=KEY, prompt="Something else")

    said = [(error["kind"], error["status"], error["code"], error["param"]) for error in errors]
    assert [(kind, 422, "idempotency_key_reused", "Idempotency-Key")] * 2 == said
    assert 1 == len(one.requests)
