"""Streams pass as they come: the same bytes, event by event, many at once."""

import asyncio

import pytest

from tests.support import golden
from tests.support.behaviours import (
    bytes_cut_at,
    chat,
    gated_stream,
    ok_stream,
    raw_stream,
)
from tests.support.caller import Heard, asking, line, request
from tests.support.catalogue import CLIENT_KEY
from tests.support.relay import relay_of
from tests.support.script import Behaviour, Script, Seen

LINE_ENDS = [b"\n", b"\r\n", b"\r"]
INCLUDE = {"include_usage": True}


async def heard_through_a_relay(what: Behaviour | Script, **more: golden.Json) -> Heard:
    async with relay_of(what) as (_, relay):
        return await relay.ask(stream=True, **more)


@pytest.mark.parametrize("line_end", LINE_ENDS, ids=repr)
@pytest.mark.parametrize("name", golden.STREAMS)
async def test_every_kind_of_stream_passes_unchanged(name: str, line_end: bytes) -> None:
    """
    Text, tools, refusals, log probabilities and reasoning arrive byte for byte.
    """
    events = golden.STREAMS[name]

    heard = await heard_through_a_relay(ok_stream(events, line_end=line_end))

    assert b"".join(golden.wire(events, line_end=line_end)) == heard.body
    assert (200, True) == (heard.status, heard.whole)
    assert (heard.header("content-type") or "").startswith("text/event-stream")


@pytest.mark.parametrize("line_end", LINE_ENDS, ids=repr)
@pytest.mark.parametrize("size", [1, 2, 3, 7])
async def test_a_stream_may_be_cut_anywhere(size: int, line_end: bytes) -> None:
    """
    Pieces of any size, inside characters, line ends and JSON, change nothing, usage included.
    """
    events = (*golden.TEXT, golden.USAGE)
    behaviour = bytes_cut_at(range(size, 2700, size), events, line_end=line_end)

    heard = await heard_through_a_relay(behaviour)

    assert b"".join(golden.wire(golden.TEXT, line_end=line_end)) == heard.body


async def test_comments_other_fields_and_long_lines_are_kept() -> None:
    """
    Keep-alives, event names, ids, a byte order mark's absence of effect, and a line of 200 KB.
    """
    long = golden.piece({"content": "ü" * 100_000})
    pieces = (
        b": keep-alive\n\n",
        b"event: message\nid: 7\nretry: 10\ndata: " + golden.role() + b"\n\n",
        b":\n\n",
        golden.event(long),
        b"data:" + golden.piece({"content": "no space"}) + b"\n\n",
        golden.event(golden.piece({}, finish="stop")),
        golden.event(golden.DONE),
    )

    heard = await heard_through_a_relay(raw_stream(pieces))

    assert b"".join(pieces) == heard.body


async def test_unknown_fields_and_odd_numbers_are_kept() -> None:
    """
    What the relay does not know goes on as written: spaces, escapes, numbers.
    """
    odd = b'{ "choices":[ {"delta":{"content":"\\u00e9\\/"}, "index":0} ], "x_new":1.50e+3, "n":%d}'
    events = (odd % 10**40, golden.piece({}, finish="stop"))

    heard = await heard_through_a_relay(ok_stream(events))

    assert b"".join(golden.wire(events)) == heard.body


async def test_the_relay_asks_for_usage_and_keeps_it_to_itself() -> None:
    """
    The provider is asked for usage; a caller that did not ask does not see the extra chunk.
    """
    async with relay_of(chat()) as (one, relay):
        heard = await relay.ask(stream=True)
        finished = await relay.finished()

    assert b'"include_usage":true' in one.last.body.replace(b" ", b"")
    assert b"".join(golden.wire(golden.TEXT)) == heard.body
    usage = finished.usage
    assert usage is not None
    assert (11, 7, 4, 2, False) == (
        usage.input_tokens,
        usage.output_tokens,
        usage.cached_tokens,
        usage.reasoning_tokens,
        usage.estimated,
    )


async def test_a_caller_that_asks_for_usage_gets_it() -> None:
    """
    With `include_usage` of its own the caller sees the usage chunk.
    """
    heard = await heard_through_a_relay(chat(), stream_options=INCLUDE)

    assert b"".join(golden.wire((*golden.TEXT, golden.USAGE))) == heard.body


@pytest.mark.parametrize("name", golden.STREAMS)
async def test_the_first_event_is_out_before_the_last_is_in(name: str) -> None:
    """
    While the provider still holds back the rest, the caller has the first words, whatever kind
    they are of; measured.
    """
    gate = asyncio.Event()
    events = golden.STREAMS[name]
    begun = 3 if name == "n=2" else 2  # the roles, and what is said first
    async with (
        relay_of(gated_stream(events, gate, after=begun)) as (one, relay),
        line(relay.base_url) as caller,
        asyncio.timeout(5),
    ):
        caller.say(request(body=asking(stream=True), key=CLIENT_KEY))
        heard = await caller.head()
        async for _ in caller.body(heard):
            if heard.body.count(b"\n\n") >= begun:
                gate.set()

    assert b"".join(golden.wire(events)) == heard.body
    first, last = heard.pieces[0][0], heard.pieces[-1][0]
    assert one.last.at < first < last


async def test_events_leave_one_by_one() -> None:
    """
    Events 50 ms apart at the provider are as far apart at the caller: nothing is collected.
    """
    heard = await heard_through_a_relay(ok_stream(golden.TEXT, gap=0.05))

    # The role chunk waits for the first words; from there on each event is a piece of its own.
    instants = [at for at, _ in heard.pieces]
    assert len(golden.TEXT) - 1 <= len(instants)
    assert instants[-1] - instants[0] > 0.05 * (len(golden.TEXT) - 2) * 0.8


async def test_two_hundred_streams_at_once_are_all_intact() -> None:
    """
    200 callers at once, each with words of its own: nobody misses or gets anybody else's.
    """

    def own_words(seen: Seen) -> Behaviour:
        name = seen.body.split(b"caller-")[1][:3].decode()
        return ok_stream(golden.text([f"{name}-{n} " for n in range(20)]), gap=0.01)

    async with relay_of(own_words) as (one, relay):
        heard = await asyncio.gather(
            *(relay.ask(stream=True, user=f"caller-{n:03}") for n in range(200))
        )

    said = ["".join(f"{caller:03}-{n} " for n in range(20)) for caller in range(200)]
    assert said == [answer.content for answer in heard]
    assert all(answer.done and answer.whole for answer in heard)
    assert 200 == len(one.requests)
