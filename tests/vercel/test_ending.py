"""SIGTERM: the platform takes an instance away, and gives it half a second."""

import asyncio
from contextlib import AsyncExitStack

from tests.support.behaviours import begun
from tests.support.caller import Heard, Line, asking, line
from tests.support.script import Hang

from .conftest import Deploys
from .function import Function

MANY = 4
#: https://vercel.com/docs/functions/functions-api-reference#sigterm-signal
GIVEN = 0.5


async def begin(function: Function, caller: Line, number: int) -> Heard:
    """A stream, heard until its first words are there."""
    caller.say(function.asking(asking(stream=True), number=number))
    heard = await caller.head()
    pieces = caller.body(heard)
    while heard.body.count(b"\n\n") < 2:
        await anext(pieces)
    return heard


async def finish(caller: Line, heard: Heard) -> Heard:
    async for _ in caller.body(heard):
        pass
    return heard


async def test_streams_under_way_end_with_a_word_and_settled_books(deploys: Deploys) -> None:
    """
    Each of them gets an error event and no false end, its books are settled, and all is over before
    the platform would kill the instance.
    """
    async with deploys((*begun(4), Hang())) as scene, AsyncExitStack() as stack:
        function, numbers = scene.function, range(1, MANY + 1)
        callers = [await stack.enter_async_context(line(function.base_url)) for _ in numbers]
        begun_ones = [await begin(function, c, n) for c, n in zip(callers, numbers, strict=True)]
        said = asyncio.get_running_loop().time()
        function.terminate()
        heard = [await finish(c, one) for c, one in zip(callers, begun_ones, strict=True)]
        last = max([(await function.ended(n)).at for n in numbers])
        await asyncio.wait_for(function.process.wait(), 20)
        gone = asyncio.get_running_loop().time()
        receipts = [await scene.receipt(one.header("x-request-id")) for one in heard]

    print(f"\nafter SIGTERM: settled {last - said:.3f} s, gone {gone - said:.3f} s")
    assert ["nothing_to_try"] * MANY == [one.error["code"] for one in heard]
    assert [False] * MANY == [one.done for one in heard]
    assert all(one is not None and one.usage is not None for one in receipts)
    assert last - said < GIVEN
