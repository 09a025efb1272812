"""Callers that leave, or read slowly, under whole delivery: what is booked, and what is let go."""

import asyncio

from attrs import evolve

from tests.support import golden
from tests.support.behaviours import begun, ok_stream
from tests.support.caller import Line, asking, line, request
from tests.support.catalogue import CALM, CLIENT_KEY
from tests.support.script import Hang, Wait
from tests.support.whole import ALONE_BY_MODEL, House, held_by_all, holding, house

STREAM = request(body=asking(ALONE_BY_MODEL.model, stream=True), key=CLIENT_KEY)
COMMENT = b": keep-alive\n\n"
#: Far more than sockets take in on the way.
LARGE = golden.text([f"{n:05} " + "x" * 2_000 for n in range(3_000)])
LARGE_WIRE = b"".join(golden.wire(LARGE))


async def _leave_while_held(found: House) -> None:
    """A caller that goes when three words are held."""
    async with line(found.relay.base_url) as caller:
        caller.say(STREAM)
        await holding(found.relay, len(b"".join(golden.wire(golden.TEXT)[:4])))


async def test_a_caller_that_leaves_while_it_is_held_stops_the_provider() -> None:
    """
    Read on for the time allowed, then let go; what was used is estimated, and the room is free.
    """
    async with house((*begun(4), Hang()), timeouts=evolve(CALM, drain=0.2)) as found:
        await _leave_while_held(found)
        receipt = await found.relay.finished()
        await found.first.until(lambda p: p.open == 0)

    assert ("client_gone", 499, "whole") == (receipt.ending, receipt.status, receipt.delivery)
    assert receipt.usage is not None
    assert (3, True) == (receipt.usage.output_tokens, receipt.usage.estimated)
    assert (0, 0) == (receipt.bytes_out, held_by_all(found.relay))


async def test_a_caller_that_leaves_while_it_is_held_is_charged_what_was_used() -> None:
    """
    Where the provider is done within the time allowed, its own word counts.
    """
    events = (*golden.TEXT, golden.USAGE)
    slow = (*begun(4, events), Wait(0.1), *ok_stream(events)[5:])
    async with house(slow) as found:
        await _leave_while_held(found)
        receipt = await found.relay.finished()

    assert ("client_gone", 0) == (receipt.ending, held_by_all(found.relay))
    assert receipt.usage is not None
    assert (7, False) == (receipt.usage.output_tokens, receipt.usage.estimated)


async def test_a_slow_reader_keeps_its_room_and_not_its_provider() -> None:
    """
    At the release the provider is done with; what is not yet read is still held, and counted; and
    no comment comes into the middle of an event.
    """
    async with house(ok_stream(LARGE), beat=0.05) as found, line(found.relay.base_url) as caller:
        await _stop_reading(caller, found)
        assert held_by_all(found.relay) == len(LARGE_WIRE)
        transport = caller.writer.transport
        assert isinstance(transport, asyncio.Transport)
        transport.resume_reading()
        heard = await caller.answer()
        await found.relay.finished()

    assert LARGE_WIRE == heard.body.replace(COMMENT, b"")
    assert 0 == held_by_all(found.relay)


async def _stop_reading(caller: Line, found: House) -> None:
    """Asks, and reads nothing; until the provider has said everything."""
    transport = caller.writer.transport
    assert isinstance(transport, asyncio.Transport)
    transport.pause_reading()
    caller.say(STREAM)
    await found.first.until(lambda p: len(p.requests) == 1)
    async with asyncio.timeout(5):
        await found.first.last.over.wait()
    await holding(found.relay, len(LARGE_WIRE))


async def test_a_caller_that_leaves_at_the_release_has_used_all_of_it() -> None:
    """
    The provider was done: its answer is booked, the request is not one that was completed.
    """
    async with house(ok_stream((*LARGE, golden.USAGE))) as found:
        async with line(found.relay.base_url) as caller:
            await _stop_reading(caller, found)
        receipt = await found.relay.finished()

    assert ("client_gone", 499, 0) == (receipt.ending, receipt.status, held_by_all(found.relay))
    assert receipt.usage is not None
    assert (7, False) == (receipt.usage.output_tokens, receipt.usage.estimated)
    assert 0 < receipt.bytes_out < len(LARGE_WIRE)
