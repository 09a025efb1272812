"""Aborts, models, request ids, receipts and failover, as an SDK meets them."""

import asyncio

from src.domain.catalogue import VirtualModel
from tests.support.behaviours import begun, chat, refused, silent
from tests.support.catalogue import provider, snapshot, target
from tests.support.node import run
from tests.support.provider import ScriptedProvider, scripted
from tests.support.relay import Relay, relay_of, running_relay
from tests.support.script import Hang, in_turn
from tests.support.sdk import HELLO

from .page import ability, raises


async def endings(one: ScriptedProvider, relay: Relay) -> set[tuple[str, int]]:
    """How both requests ended, once the provider is rid of the one that was given up. The relay
    may read on a little for its books, so that their order is open."""
    async with asyncio.timeout(5):
        await one.requests[0].over.wait()
    assert one.requests[0].gone_at is not None
    await relay.finished(2)
    return {(receipt.ending, receipt.status) for receipt in relay.notes.receipts}


@ability("Abort in a stream", "openai", "vercel")
async def test_abort_in_a_stream(sdk: str) -> None:
    """
    An abort ends the stream for the caller and at the provider; the next request is served.
    """
    async with relay_of(in_turn((*begun(3), Hang()), chat())) as (one, relay):
        said = await run(relay, sdk, "abortedStream")

        assert {("client_gone", 499), ("completed", 200)} == await endings(one, relay)

    assert {"pieces": ["Grüße", " 你好"], "next": HELLO} == said


@raises("Abort while waiting", "openai", "vercel")
async def test_abort_while_waiting(sdk: str, kind: str) -> None:
    """
    An abort before the answer raises, lets the provider go, and spoils nothing.
    """
    async with relay_of(in_turn(silent(), chat())) as (one, relay):
        asked = one.until(lambda p: len(p.requests) == 1)
        said = await run(relay, sdk, "abortedWait", word=asked)

        assert {("client_gone", 499), ("completed", 200)} == await endings(one, relay)

    assert kind == said["error"]["kind"]
    assert HELLO == said["next"]


@ability("Models, listed and by name", "openai")
async def test_models(sdk: str) -> None:
    """
    The list names every model, and each can be asked for by its name, slashes included.
    """
    names = ["gpt-4o", "meta/llama-3/70b"]
    async with relay_of(models=names) as (_, relay):
        said = await run(relay, sdk, "models")

    assert {"names": names, "found": names} == said


@ability("Models with slashes in the name", "openai", "vercel")
async def test_a_model_with_slashes(sdk: str) -> None:
    """
    A model whose name has slashes answers.
    """
    async with relay_of(models=["meta/llama-3/70b"]) as (_, relay):
        said = await run(relay, sdk, "both", model="meta/llama-3/70b")

    assert [HELLO, HELLO] == [answer["text"] for answer in said]


@ability("`x-request-id`", "openai", "vercel")
async def test_the_request_id(sdk: str) -> None:
    """
    The SDK shows the id that the receipt has.
    """
    async with relay_of() as (_, relay):
        said = await run(relay, sdk, "both")
        await relay.finished(2)
        ids = [receipt.request_id for receipt in relay.notes.receipts]

    assert ids == [answer["requestId"] for answer in said]
    assert ids == [answer["headers"]["x-request-id"] for answer in said]


@ability("Receipt headers", "openai", "vercel")
async def test_receipt_headers(sdk: str) -> None:
    """
    The SDK's response shows what served; a whole answer also what it took.
    """
    async with relay_of() as (_, relay):
        whole, streamed = [answer["headers"] for answer in await run(relay, sdk, "both")]

    names = ("x-relay-provider", "x-relay-model", "x-relay-key", "x-relay-attempts")
    for headers in (whole, streamed):
        assert ["one", "gpt-4o", "one-1", "1"] == [headers[name] for name in names]
    assert [True, False] == ["x-relay-usage" in headers for headers in (whole, streamed)]


@ability("Failover", "openai", "vercel")
async def test_failover(sdk: str) -> None:
    """
    When the first provider fails the second answers, and the SDK sees one good answer.
    """
    async with scripted(refused(500)) as one, scripted() as two:
        fast = VirtualModel("fast", (target("one/gpt-4o"), target("two/gpt-4o")))
        known = snapshot(provider("one", one), provider("two", two), virtual_models=(fast,))
        async with running_relay(known) as relay:
            said = await run(relay, sdk, "both", model="fast")

    assert [HELLO, HELLO] == [answer["text"] for answer in said]
    assert ["two", "two"] == [answer["headers"]["x-relay-provider"] for answer in said]
    assert one.requests
    assert 2 == len(two.requests)
