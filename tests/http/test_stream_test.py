"""The stream that shows whether anything holds streams back."""

import asyncio

from tests.support.caller import line, request
from tests.support.catalogue import CLIENT_KEY
from tests.support.relay import relay_of

ASK = request("/v1/relay/stream-test", method="GET", key=CLIENT_KEY)


async def test_it_sends_numbered_events_one_by_one() -> None:
    """
    Ten, each with its moment, apart from one another, with the headers of every stream.
    """
    async with relay_of() as (one, relay):
        heard = await relay.send(ASK)
        streamed = await relay.ask(stream=True)

    sent = [float(event["sent_at"]) for event in heard.chunks]
    assert list(range(1, 11)) == [event["number"] for event in heard.chunks]
    assert {10} == {event["of"] for event in heard.chunks}
    assert sent[-1] - sent[0] > 0.5 and sorted(sent) == sent
    assert heard.whole and heard.done
    assert len(heard.pieces) >= 10
    for name in ("content-type", "cache-control", "x-accel-buffering"):
        assert streamed.header(name) == heard.header(name)
    assert 1 == len(one.requests)  # the chat


async def test_it_is_for_clients() -> None:
    """
    Without a key it is a 401, and it stays out of the books with one.
    """
    async with relay_of() as (_, relay):
        without = await relay.send(request("/v1/relay/stream-test", method="GET"))
        await relay.send(ASK)
        finished = [receipt.status for receipt in relay.notes.receipts]

    assert 401 == without.status
    assert [401] == finished


async def test_a_caller_that_leaves_harms_nothing() -> None:
    """
    The rest of it goes nowhere; the relay serves on.
    """
    async with relay_of() as (_, relay):
        async with line(relay.base_url) as left:
            left.say(ASK)
            await left.head()
        serves = await asyncio.gather(*(relay.serves() for _ in range(3)))

    assert [True, True, True] == serves
