"""How a request ends, and what then becomes of its Idempotency-Key."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from tests.support import golden
from tests.support.behaviours import (
    chat,
    cut_after,
    gated_stream,
    refused,
    silent,
    stall_after,
    status,
)
from tests.support.caller import asking
from tests.support.catalogue import CALM, HASTY, provider, snapshot
from tests.support.idempotency import KEY, Running, keyed
from tests.support.leaving import hear
from tests.support.provider import scripted
from tests.support.relay import running_relay
from tests.support.script import Behaviour
from tests.support.stores import total

FAILURES: dict[str, tuple[int, dict[str, Any], Behaviour, dict[str, Any]]] = {
    "nobody serves": (502, {}, refused(500), {}),
    "no key may": (429, {}, status(429, b"{}"), {}),
    "refused": (400, {}, refused(400), {}),
    "out of time": (504, {"x-relay-timeout-ms": "300"}, silent(), {}),
    "broken stream": (200, {}, cut_after(3), {"stream": True}),
    "stalled stream": (200, {}, stall_after(3), {"stream": True}),
}


@pytest.mark.parametrize("name", FAILURES)
async def test_a_request_that_failed_gives_its_key_back(keeping: Running, name: str) -> None:
    """
    The same request can be made again, and is.
    """
    expected, extra, failure, asked = FAILURES[name]
    async with keeping(failure, timeouts=evolve(HASTY, headers=2.0)) as (one, relay):
        headers = [*KEY.items(), *extra.items()]
        failed = await relay.ask(headers=headers, **asked)
        relay.clock.turn(3600)  # rests and breakers are over
        one.play(chat())
        again = await keyed(relay, **asked)

    assert (expected, False) == (failed.status, failed.done)
    assert (200, None) == (again.status, again.header("x-relay-replay-of"))


async def test_a_caller_that_lost_its_connection_gets_its_answer_by_asking_again(
    keeping: Running,
) -> None:
    """
    It was read on and kept: the whole stream, as it would have been.
    """
    gate = asyncio.Event()
    counted = (*golden.TEXT, golden.USAGE)
    async with keeping(gated_stream(counted, gate, 3)) as (one, relay):
        lost = await hear(relay, asking(stream=True), 3, headers=KEY)
        gate.set()
        await relay.finished()
        again = await keyed(relay, stream=True)
        sums = await total(relay.container.journal())

    assert b"".join(golden.wire(golden.TEXT)) == again.body
    assert again.body.startswith(lost.body)
    assert (1, 7, 0) == (len(one.requests), sums.output_tokens, sums.estimated)


async def test_an_answer_that_was_read_on_in_part_is_not_asked_for_twice(keeping: Running) -> None:
    """
    The provider has worked for it, and will be paid; the caller is told so.
    """
    async with keeping(stall_after(3), timeouts=evolve(CALM, drain=0.1)) as (one, relay):
        await hear(relay, asking(stream=True), 3, headers=KEY)
        await relay.finished()
        again = await keyed(relay, stream=True)

    assert (409, "request_completed") == (again.status, again.error["code"])
    told = again.json["receipt"]
    assert ("client_gone", True) == (told["ending"], told["usage"]["estimated"])
    assert 1 == len(one.requests)


async def test_a_server_that_stops_gives_the_key_back(tmp_path: Path) -> None:
    """
    Its callers are told to ask again, and can: the next process on the same books serves them.
    """
    async with scripted(stall_after(3)) as one:
        configured = snapshot(provider("one", one))
        async with running_relay(configured, folder=tmp_path, grace=0.5) as first:
            under_way = asyncio.create_task(keyed(first, stream=True))
            await one.until(lambda p: len(p.requests) == 1)
        told = await under_way
        one.play(chat())
        async with running_relay(configured, folder=tmp_path) as second:
            again = await keyed(second, stream=True)

    receipt = await first.finished()
    assert (200, False, "nothing_to_try") == (told.status, told.done, told.error["code"])
    assert ("internal", 200, True) == (receipt.ending, receipt.status, receipt.usage is not None)
    assert (200, True) == (again.status, again.done)
