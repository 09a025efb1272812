"""What may be held is bounded, for one answer and for a process; and it is always given back."""

import asyncio

import pytest

from src.application.whole import MOST_HELD_BY_ALL, SWITCHED
from tests.support import golden
from tests.support.behaviours import (
    begun,
    chat,
    cut_after,
    frames,
    garbage_event,
    ok_stream,
    opened,
    stall_after,
)
from tests.support.caller import asking, line, request
from tests.support.catalogue import CLIENT_KEY, HASTY
from tests.support.relay import Relay, relay_of
from tests.support.script import Behaviour, Close, Hang, Script, Wait
from tests.support.whole import (
    ALONE_BY_HEADER,
    ALONE_BY_MODEL,
    BY_MODEL,
    GOOD_WIRE,
    HEADER,
    held_by_all,
    holding,
    house,
)

LONG = golden.text([f"word {n} " for n in range(200)])
LONG_WIRE = b"".join(golden.wire(LONG))
BOUND = 5_000
STREAM = request(body=asking(ALONE_BY_MODEL.model, stream=True), key=CLIENT_KEY)
COMMENT = b": keep-alive\n\n"


def hold_at_most(relay: Relay, most: int) -> None:
    relay.container.travel().most_held = most


async def test_over_the_bound_it_goes_on_live_and_says_so() -> None:
    """
    A header, a comment before the first word, the receipt; and the words are all there.
    """
    async with relay_of(ok_stream(LONG)) as (_, relay):
        hold_at_most(relay, BOUND)
        heard = await relay.ask(stream=True, headers=[HEADER])
        receipt = await relay.finished()

    assert (200, SWITCHED + LONG_WIRE, True) == (heard.status, heard.body, heard.whole)
    assert "switched" == heard.header("x-relay-delivery") == receipt.delivery
    assert heard.header("x-relay-usage") is None
    assert (len(heard.body), 0) == (receipt.bytes_out, held_by_all(relay))


async def test_up_to_the_bound_it_is_held() -> None:
    """
    The bound is the answer's own size, to the byte.
    """
    async with relay_of(ok_stream(LONG)) as (_, relay):
        for most in (len(LONG_WIRE), len(LONG_WIRE) - 1):
            hold_at_most(relay, most)
            await relay.ask(stream=True, headers=[HEADER])
        await relay.finished(2)

    assert ["whole", "switched"] == [receipt.delivery for receipt in relay.notes.receipts]


async def test_after_keep_alives_the_comment_says_so() -> None:
    """
    The headers are out already: then the stream itself tells, and the receipt.
    """
    slow = (opened(), Wait(0.2), *ok_stream(LONG)[1:])
    async with house(slow, beat=0.05) as found:
        hold_at_most(found.relay, BOUND)
        heard = await found.ask(ALONE_BY_MODEL)
        receipt = await found.receipt(ALONE_BY_MODEL)

    assert heard.header("x-relay-delivery") is None
    assert SWITCHED + LONG_WIRE == heard.body.replace(COMMENT, b"")
    assert "switched" == receipt.delivery


async def test_after_the_switch_a_cut_is_an_error_event() -> None:
    """
    As in every live stream: what came stands, one error event, no `[DONE]`, no second provider.
    """
    async with house(cut_after(150, LONG)) as found:
        hold_at_most(found.relay, BOUND)
        heard = await found.ask(BY_MODEL)
        receipt = await found.receipt(BY_MODEL)

    assert heard.body.startswith(SWITCHED + b"".join(golden.wire(LONG)[:150]))
    assert (151, False, "upstream_cut") == (len(heard.data), heard.done, heard.error["code"])
    assert ("upstream_error", "switched") == (receipt.ending, receipt.delivery)
    assert ([], 0) == (found.good.requests, held_by_all(found.relay))


async def test_after_the_switch_an_event_that_is_no_chunk_goes_on() -> None:
    """
    It cannot be mended any more: the caller judges, as in every live stream.
    """
    async with house(garbage_event(150, LONG)) as found:
        hold_at_most(found.relay, BOUND)
        heard = await found.ask(BY_MODEL)

    said = (*LONG[:150], b"%% not JSON %%", *LONG[150:])
    assert SWITCHED + b"".join(golden.wire(said)) == heard.body


async def test_a_failure_that_comes_with_the_bound_is_mended() -> None:
    """
    What would go over the bound and has an error in it does not go out at all.
    """
    async with house((opened(), *frames([LONG_WIRE[:-14] + b"data: no JSON\n\n"]))) as found:
        hold_at_most(found.relay, BOUND)
        heard = await found.ask(BY_MODEL)

    assert GOOD_WIRE == heard.body


async def test_without_any_room_what_precedes_the_answer_still_waits_for_it() -> None:
    """
    A process that holds all it may delivers live: with the boundary of live delivery, the first
    word, so that a failure before it leaves no trace.
    """
    async with house(cut_after(1)) as found:
        found.relay.container.travel().room.left = 0
        heard = await found.ask(BY_MODEL)

    assert (SWITCHED + GOOD_WIRE, "switched") == (heard.body, heard.header("x-relay-delivery"))


async def test_all_answers_share_one_room() -> None:
    """
    While one is held, another finds less; when that is over, its room is back.
    """
    pause = (*begun(len(LONG) - 1, LONG), Hang())
    async with house(pause) as found, line(found.relay.base_url) as caller:
        room = found.relay.container.travel().room
        room.left = len(LONG_WIRE) + 2_000
        caller.say(STREAM)
        await holding(found.relay, MOST_HELD_BY_ALL - 2_500)
        left = room.left
        found.first.play(ok_stream(LONG))
        heard = await found.ask(ALONE_BY_HEADER)

        assert ("switched", left) == (heard.header("x-relay-delivery"), room.left)


ENDINGS: dict[str, Behaviour | Script] = {
    "complete": chat(),
    "mended": cut_after(5),
    "stalled": stall_after(5),
    "malformed": garbage_event(5),
    "closed": (*begun(5), Close()),
}


@pytest.mark.parametrize("behaviour", ENDINGS.values(), ids=ENDINGS)
async def test_the_room_is_given_back_however_it_ends(behaviour: Behaviour | Script) -> None:
    """
    Complete, failed over, or failed for good: nothing stays taken.
    """
    async with house(behaviour, timeouts=HASTY) as found:
        await asyncio.gather(*(found.ask(way) for way in (BY_MODEL, ALONE_BY_MODEL)))
        await found.relay.finished(2)

    assert 0 == held_by_all(found.relay)
