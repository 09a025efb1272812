"""Idempotency-Key: the same request is done once, however often it is sent
(draft-ietf-httpapi-idempotency-key-header-07)."""

import asyncio
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.support import golden
from tests.support.behaviours import chat, gated_stream
from tests.support.caller import Heard
from tests.support.catalogue import provider, snapshot
from tests.support.idempotency import Running, keyed
from tests.support.provider import scripted
from tests.support.relay import Relay, running_relay
from tests.support.stores import total


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_a_finished_request_is_answered_from_the_store(
    keeping: Running, stream: bool
) -> None:
    """
    Byte for byte, naming the request it belongs to; the provider is not asked again, and what it
    used is counted once.
    """
    async with keeping() as (one, relay):
        first = await keyed(relay, stream=stream)
        again = await keyed(relay, stream=stream)
        receipt = await relay.finished(2)
        sums = await total(relay.container.journal())

    assert (200, 200, first.body) == (first.status, again.status, again.body)
    assert first.header("content-type") == again.header("content-type")
    assert first.header("x-request-id") == again.header("x-relay-replay-of") == receipt.replay_of
    assert first.header("x-request-id") != again.header("x-request-id")
    assert (1, 2, 7) == (len(one.requests), sums.requests, sums.output_tokens)
    assert ("completed", None, len(first.body)) == (
        receipt.ending,
        receipt.usage,
        receipt.bytes_out,
    )


async def test_the_same_request_is_told_to_wait_while_the_first_runs(keeping: Running) -> None:
    """
    409, when to come again, and that it is worth it.
    """
    gate = asyncio.Event()
    async with keeping(gated_stream(golden.TEXT, gate, 2)) as (one, relay):
        first = asyncio.create_task(keyed(relay, stream=True))
        await one.until(lambda p: len(p.requests) == 1)
        second = await keyed(relay, stream=True)
        gate.set()
        done = await first

    assert (409, "request_in_progress") == (second.status, second.error["code"])
    assert ("1", "true") == (second.header("retry-after"), second.header("x-should-retry"))
    assert (done.header("x-request-id") or "?") in second.error["message"]
    assert (200, 1) == (done.status, len(one.requests))


@pytest.mark.parametrize("runs", [True, False], ids=["while it runs", "afterwards"])
async def test_another_body_needs_another_key(keeping: Running, runs: bool) -> None:
    """
    422; a stream of the same words is another body, too. The first request is not disturbed.
    """
    gate = asyncio.Event()
    async with keeping(gated_stream(golden.TEXT, gate, 2)) as (one, relay):
        first = asyncio.create_task(keyed(relay, stream=True))
        await one.until(lambda p: len(p.requests) == 1)
        if not runs:
            gate.set()
            await first
        others = [await keyed(relay, temperature=1, stream=True), await keyed(relay)]
        gate.set()
        done = await first

    assert [422, 422] == [heard.status for heard in others]
    assert {"idempotency_key_reused"} == {heard.error["code"] for heard in others}
    assert {"Idempotency-Key"} == {heard.error["param"] for heard in others}
    assert (200, True, 1) == (done.status, done.done, len(one.requests))


LARGE = golden.answer({"content": "x" * 262_144})


@pytest.mark.parametrize(
    ("answers", "answer"), [(False, golden.TEXT_ANSWER), (True, LARGE)], ids=["off", "too large"]
)
async def test_where_no_answer_is_kept_its_receipt_is_told(
    keeping: Running, answers: bool, answer: dict[str, Any]
) -> None:
    """
    409, not to be tried again, with the receipt of the request that was done.
    """
    async with keeping(chat(answer=answer), answers=answers) as (one, relay):
        first = await keyed(relay)
        again = await keyed(relay)

    assert (409, "request_completed") == (again.status, again.error["code"])
    assert ("false", None) == (again.header("x-should-retry"), again.header("retry-after"))
    told = again.json["receipt"]
    assert (first.header("x-request-id"), "completed", 200) == (
        told["id"],
        told["ending"],
        told["status"],
    )
    assert (7, 1) == (told["usage"]["output_tokens"], len(one.requests))


async def test_fifty_at_once_are_one(keeping: Running) -> None:
    """
    One reaches the provider; the others wait, and then have its answer.
    """
    gate = asyncio.Event()
    async with keeping(gated_stream(golden.TEXT, gate, 1)) as (one, relay):
        tasks = [asyncio.create_task(keyed(relay, stream=True)) for _ in range(50)]
        async with asyncio.timeout(10):
            await asyncio.wait(tasks, return_when="FIRST_COMPLETED")
            while sum(task.done() for task in tasks) < 49:
                await asyncio.wait([task for task in tasks if not task.done()], timeout=0.05)
        gate.set()
        statuses = sorted([task.status for task in await asyncio.gather(*tasks)])
        later = await asyncio.gather(*(keyed(relay, stream=True) for _ in range(50)))

    assert ([200] + [409] * 49, 1) == (statuses, len(one.requests))
    assert {(200, True)} == {(heard.status, heard.done) for heard in later}


async def test_a_key_belongs_to_its_client(keeping: Running) -> None:
    """
    Another client's key of the same name is another key.
    """
    async with keeping() as (one, relay):
        mine = await keyed(relay)
        theirs = await keyed(relay, key="sk-relay-of-another-client-0123")

    assert (200, 200, 2) == (mine.status, theirs.status, len(one.requests))


@pytest.mark.parametrize("key", ["", "x" * 256, "two words", "sch\xf6n", "tab\there"])
async def test_a_key_that_is_none_is_refused(keeping: Running, key: str) -> None:
    """
    400 that names the header; nobody is asked.
    """
    async with keeping() as (one, relay):
        heard = await keyed(relay, key)
        longest = await keyed(relay, "x" * 255)

    assert (400, "Idempotency-Key") == (heard.status, heard.error["param"])
    assert (200, 1) == (longest.status, len(one.requests))


async def once_settled(relay: Relay) -> Heard:
    """The answer to a repeat. The first caller has its last byte before the books have it."""
    heard = await keyed(relay, stream=True)
    for _ in range(200):
        if heard.status != 409:
            break
        await asyncio.sleep(0.02)
        heard = await keyed(relay, stream=True)
    return heard


async def test_another_process_on_the_same_books_knows_the_key(tmp_path: Path) -> None:
    """
    While the request runs elsewhere, and when it is done.
    """
    gate = asyncio.Event()
    async with scripted(gated_stream(golden.TEXT, gate, 2)) as one:
        start = partial(running_relay, snapshot(provider("one", one)), store_answers=True)
        async with start(folder=tmp_path) as here, start(folder=tmp_path) as there:
            first = asyncio.create_task(keyed(here, stream=True))
            await one.until(lambda p: len(p.requests) == 1)
            second = await keyed(there, stream=True)
            gate.set()
            done = await first
            third = await once_settled(there)

    assert (200, 409, 200) == (done.status, second.status, third.status)
    assert (done.body, 1) == (third.body, len(one.requests))
