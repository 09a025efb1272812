"""Requests to the built function, as the platform hands them on."""

import asyncio
import json
from itertools import pairwise

from tests.support import golden
from tests.support.behaviours import begun, chat, ended, frames, gated_stream, opened
from tests.support.caller import Heard, asking, line
from tests.support.script import Hang, Wait
from tests.support.sdk import HELLO

from .conftest import Deploys
from .function import CLIENT_KEY, Function
from .scene import Scene

STREAM = asking(stream=True)


async def stream(function: Function, number: int) -> Heard:
    return await function.send(function.asking(STREAM, number=number))


async def test_a_chat(deploys: Deploys) -> None:
    """
    A chat is answered, and its receipt is in the books before the platform hears that it is over.
    """
    async with deploys() as scene:
        heard = await scene.function.ask(number=1)
        await scene.function.ended(1)
        receipt = await scene.receipt(heard.header("x-request-id"))

    assert (200, HELLO) == (heard.status, heard.json["choices"][0]["message"]["content"])
    assert heard.header("x-relay-degraded") is None
    assert receipt is not None
    assert ("completed", 200) == (receipt.ending, receipt.status)


async def test_a_stream_arrives_event_by_event(deploys: Deploys) -> None:
    """
    Each event is with the caller before the provider says the next; the transcript is printed.
    """
    async with deploys(chat(gap=0.15)) as scene:
        asked = asyncio.get_running_loop().time()
        heard = await stream(scene.function, 1)
        ended = await scene.function.ended(1)

    print("\n  ms  event")
    for at, data in [(asked, b"(asked)"), *heard.pieces, (ended.at, b"(end, to the platform)")]:
        print(f"{(at - asked) * 1000:4.0f}  {data.decode().strip()[:90]}")
    gaps = [after - before for (before, _), (after, _) in pairwise(heard.pieces)]
    assert (200, HELLO, True) == (heard.status, heard.content, heard.done)
    assert len(gaps) >= len(golden.TEXT) - 1
    assert sorted(gaps)[len(gaps) // 2] > 0.1


async def test_eight_streams_at_once_in_one_process(deploys: Deploys) -> None:
    """
    All eight are under way at the provider before any of them goes on.
    """
    gate = asyncio.Event()
    async with deploys(gated_stream(golden.TEXT, gate, after=2)) as scene:
        all_of_them = [asyncio.create_task(stream(scene.function, n)) for n in range(1, 9)]
        await scene.one.until(lambda one: len(one.requests) == 8, within=20)
        gate.set()
        heard = await asyncio.gather(*all_of_them)
        for number in range(1, 9):
            await scene.function.ended(number)
        booked = await scene.booked()

    assert [(200, HELLO, True)] * 8 == [(one.status, one.content, one.done) for one in heard]
    assert 8 == booked


async def test_a_client_that_leaves(deploys: Deploys) -> None:
    """
    Its provider is let go, its books are settled with what it used, and only then the platform
    hears that it is over.
    """
    async with deploys((*begun(4), Hang())) as scene:
        async with line(scene.function.base_url) as caller:
            caller.say(scene.function.asking(STREAM, number=1))
            heard = await caller.head()
            pieces = caller.body(heard)
            while heard.body.count(b"\n\n") < 3:
                await anext(pieces)
        await scene.function.ended(1)
        receipt = await scene.receipt(heard.header("x-request-id"))
        await scene.one.until(lambda one: one.last.gone_at is not None)

    assert receipt is not None
    assert ("client_gone", 499) == (receipt.ending, receipt.status)
    assert receipt.usage is not None
    assert receipt.usage.output_tokens > 0


async def test_the_platforms_headers_stay_here(deploys: Deploys) -> None:
    """
    Nothing that the platform tells the function reaches a provider.
    """
    async with deploys() as scene:
        await scene.function.ask()
        names = {name for name, _ in scene.one.last.headers}
        said = json.dumps(scene.one.last.headers)

    assert {
        *("host", "user-agent", "content-type", "accept", "accept-encoding"),
        *("authorization", "content-length"),
    } >= names
    assert "203.0.113.7" not in said


async def test_two_instances_share_the_store(deploys: Deploys) -> None:
    """
    What one serves is in the books of both, and each gives out the other's receipts.
    """
    async with deploys(many=2) as scene:
        heard = [await function.ask(number=7) for function in scene.functions]
        for function in scene.functions:
            await function.ended(7)
        ids = [one.header("x-request-id") for one in heard]
        told = [await receipt_from(scene, n, ids[1 - n]) for n in (0, 1)]
        booked = await scene.booked()

    assert ids[::-1] == told
    assert 2 == booked


async def receipt_from(scene: Scene, n: int, id: str | None) -> str:
    """The id in the receipt that instance tells of."""
    heard = await scene.functions[n].get(f"/v1/receipts/{id}", key=CLIENT_KEY)
    return str(heard.json["id"])


async def test_a_stream_ends_before_the_platform_ends_it(deploys: Deploys) -> None:
    """
    An error event in time, settled books, and all is over before the platform's own end.
    """
    async with deploys((*begun(4), Hang())) as scene:
        asked = asyncio.get_running_loop().time()
        heard = await scene.function.send(scene.function.asking(STREAM, number=1, seconds=3.0))
        over = await scene.function.ended(1)
        receipt = await scene.receipt(heard.header("x-request-id"))

    assert "deadline_exceeded" == heard.error["code"]
    assert not heard.done
    assert 1.8 < over.at - asked < 3.0
    assert receipt is not None
    assert ("deadline", 200) == (receipt.ending, receipt.status)


async def test_a_request_with_more_time_than_usual_has_it(deploys: Deploys) -> None:
    """
    How long it may take is what the platform says, each time anew: one ends, the other goes on.
    """
    slow = (opened(), *frames(golden.wire(golden.TEXT)[:2]), Wait(2.0))
    whole = (*slow, *frames(golden.wire(golden.TEXT)[2:]), ended())
    async with deploys(whole) as scene:
        short = scene.function.send(scene.function.asking(STREAM, number=1, seconds=2.0))
        long = scene.function.send(scene.function.asking(STREAM, number=2, seconds=800.0))
        hurried, patient = await asyncio.gather(short, long)

    assert (False, True) == (hurried.done, patient.done)


async def test_a_body_over_the_platforms_limit(deploys: Deploys) -> None:
    """
    413 in the caller's dialect, saying what to do.
    """
    picture = "x" * 4_600_000
    async with deploys() as scene:
        openais = await scene.function.ask(messages=[{"role": "user", "content": picture}])
        anthropics = await scene.function.ask_claude(picture)

    assert (413, "too_large") == (openais.status, openais.error["code"])
    assert "Send fewer or smaller" in openais.error["message"]
    assert (413, "request_too_large") == (anthropics.status, anthropics.error["type"])
    assert "Send fewer or smaller" in anthropics.error["message"]
