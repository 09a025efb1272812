"""A complete answer or none: every fault of a stream, under whole delivery."""

import asyncio

import pytest
from attrs import evolve

from tests.support.behaviours import begun, opened
from tests.support.caller import Heard
from tests.support.catalogue import HASTY
from tests.support.faults import StreamFault
from tests.support.script import Behaviour, Close, Hang, Reset, Send, Until, Wait
from tests.support.stream_faults import each_stream_fault, each_table
from tests.support.whole import (
    ALONE_BY_HEADER,
    ALONE_BY_MODEL,
    BY_HEADER,
    BY_MODEL,
    GOOD_WIRE,
    House,
    Way,
    heard_first,
    house,
    street,
)

BEAT = 0.03
BEAT_HEARD = b": keep-alive\n\n"


@each_stream_fault
async def test_whatever_happens_the_answer_is_complete_or_there_is_none(fault: StreamFault) -> None:
    """
    With a second target its answer to the byte and nothing else; with none one error with a
    status. Asked for by header or by virtual model alike, and the receipt knows all of it.
    """
    async with house(fault.behaviour, timeouts=fault.timeouts) as found:
        ways = (BY_HEADER, BY_MODEL, ALONE_BY_HEADER, ALONE_BY_MODEL)
        heard = await asyncio.gather(*(found.ask(way) for way in ways))

        for way, answer in zip(ways[:2], heard, strict=False):
            _complete(answer)
            await _told(found, way, fault)
        for way, answer in zip(ways[2:], heard[2:], strict=True):
            _one_error(answer, fault)
            await _told(found, way, fault)
        assert 4 * fault.asked == len(found.first.requests)
        assert 2 == len(found.good.requests)


def _complete(heard: Heard) -> None:
    assert (200, GOOD_WIRE, True) == (heard.status, heard.body, heard.whole)
    assert ("good", "whole") == (
        heard.header("x-relay-provider"),
        heard.header("x-relay-delivery"),
    )
    assert "input=11, output=7, cached=4, reasoning=2" == heard.header("x-relay-usage")


def _one_error(heard: Heard, fault: StreamFault) -> None:
    assert (fault.status, fault.code) == (heard.status, heard.error["code"])
    assert "application/json" == heard.header("content-type")
    assert heard.whole


async def _told(found: House, way: Way, fault: StreamFault) -> None:
    """Both attempts, and what the abandoned one has used."""
    receipt = await found.receipt(way)
    failed, served = receipt.attempts[: fault.asked], receipt.attempts[fault.asked :]
    assert [fault.reason] * fault.asked == [attempt.outcome for attempt in failed]
    assert [fault.begun] * fault.asked == [attempt.usage is not None for attempt in failed]
    assert ["served"] * way.second == [attempt.outcome for attempt in served]
    assert "whole" == receipt.delivery
    assert way.second == (receipt.ending == "completed") == (receipt.usage is not None)


@each_table
async def test_after_keep_alives_it_is_one_error_event(faults: list[StreamFault]) -> None:
    """
    Where 200 and a comment are out already, another target still serves, unseen; and where there
    is none, one error event ends the stream, and no `[DONE]`.
    """
    gates = [asyncio.Event() for _ in faults]
    late = [
        evolve(fault, behaviour=(Until(gate), *fault.behaviour))
        for fault, gate in zip(faults, gates, strict=True)
    ]
    heard: dict[str, list[Heard]] = {}
    async with street(late, beat=BEAT) as relay:
        for which in ("saved", "alone"):
            asked = zip((f"{fault.name}, {which}" for fault in late), gates, strict=True)
            heard[which] = await asyncio.gather(*(heard_first(relay, *pair) for pair in asked))
            for gate in gates:
                gate.clear()

    for answer in (*heard["saved"], *heard["alone"]):
        assert (200, True) == (answer.status, answer.whole), answer.body
        assert answer.body.startswith(BEAT_HEARD)
    assert {GOOD_WIRE} == {answer.body.replace(BEAT_HEARD, b"") for answer in heard["saved"]}
    assert {(1, False)} == {(len(answer.data), answer.done) for answer in heard["alone"]}
    assert [fault.code for fault in late] == [answer.error["code"] for answer in heard["alone"]]


FIRST_READS: dict[str, Behaviour] = {
    "closes": (opened(), Wait(0.02), Close()),
    "resets": (opened(), Wait(0.02), Reset()),
    "hangs": (opened(), Hang()),
    "breaks the framing": (opened(), Send(b"zz\r\n")),
}


@pytest.mark.parametrize("delivery", ["live", "whole"])
@pytest.mark.parametrize("behaviour", FIRST_READS.values(), ids=FIRST_READS)
async def test_opening_is_not_the_boundary(behaviour: Behaviour, delivery: str) -> None:
    """
    In both deliveries an upstream that opens and fails at its first read is left, unseen.
    """
    async with house(behaviour, timeouts=HASTY) as found:
        heard = await found.relay.ask(
            BY_HEADER.model, stream=True, headers=[("x-relay-delivery", delivery)]
        )

    assert (200, GOOD_WIRE, delivery) == (
        heard.status,
        heard.body,
        heard.header("x-relay-delivery"),
    )
    assert 1 == len(found.first.requests)


@pytest.mark.parametrize("behaviour", [(Hang(),), (*begun(3), Hang())], ids=["silent", "held"])
async def test_the_callers_own_time_is_over(behaviour: Behaviour) -> None:
    """
    504 with a status while nothing is out, else the same as an event; the provider is let go.
    """
    allowed = {"headers": [("x-relay-timeout-ms", "500")]}
    async with house(behaviour) as quiet, house(behaviour, beat=BEAT) as chatty:
        status, event = await asyncio.gather(
            quiet.ask(ALONE_BY_MODEL, **allowed), chatty.ask(ALONE_BY_MODEL, **allowed)
        )
        await quiet.first.until(lambda p: p.open == 0)

    assert (504, "deadline_exceeded") == (status.status, status.error["code"])
    assert (200, "deadline_exceeded", 1) == (event.status, event.error["code"], len(event.data))
    assert not event.done
