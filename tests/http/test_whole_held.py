"""A stream that is held until it is complete: what the caller hears meanwhile, and then."""

import asyncio

import pytest

from tests.support import golden
from tests.support.behaviours import (
    chat,
    data_after_done,
    double_done,
    gated_stream,
    no_done,
    ok_stream,
    open_after_done,
    raw_stream,
    reset_after,
    stall_after,
)
from tests.support.caller import Heard, asking, line, request
from tests.support.catalogue import CLIENT_KEY
from tests.support.relay import Relay, relay_of
from tests.support.script import Behaviour, Script
from tests.support.whole import ALONE_BY_MODEL, HEADER, house

STREAM = request(body=asking(stream=True), key=CLIENT_KEY, headers=[HEADER])
WIRE = b"".join(golden.wire(golden.TEXT))
BEAT = 0.05
COMMENT = b": keep-alive\n\n"


async def held(what: Behaviour | Script, **more: golden.Json) -> Heard:
    """An answer of a relay before one provider of this behaviour."""
    async with relay_of(what) as (_, relay):
        return await relay.ask(stream=True, headers=[HEADER], **more)


async def test_nothing_goes_out_before_the_providers_last_word() -> None:
    """
    All but `[DONE]` has come, and the caller has not so much as a status; then it has everything.
    """
    gate = asyncio.Event()
    everything = gated_stream(golden.TEXT, gate, after=len(golden.TEXT))
    async with relay_of(everything) as (_, relay), line(relay.base_url) as caller:
        caller.say(STREAM)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await caller.head()
        gate.set()
        heard = await caller.answer()

    assert (200, WIRE, True) == (heard.status, heard.body, heard.whole)


async def test_it_then_goes_out_at_once() -> None:
    """
    A stream that took its provider most of a second is with the caller in a moment.
    """
    heard = await held(ok_stream(gap=0.1))

    assert WIRE == heard.body
    assert heard.ended_at - heard.at < 0.3


async def test_comments_go_out_while_it_is_held() -> None:
    """
    200, the type of a stream, and comments, however much has come; no word before the last one.
    """
    gate = asyncio.Event()
    async with (
        house(gated_stream(golden.TEXT, gate, after=5), beat=BEAT) as found,
        line(found.relay.base_url) as caller,
        asyncio.timeout(5),
    ):
        caller.say(request(body=asking(ALONE_BY_MODEL.model, stream=True), key=CLIENT_KEY))
        heard = await caller.head()
        async for _ in caller.body(heard):
            if COMMENT * 3 == heard.body:
                gate.set()

    assert (200, "text/event-stream; charset=utf-8") == (
        heard.status,
        heard.header("content-type"),
    )
    assert COMMENT * heard.body.count(COMMENT) + WIRE == heard.body


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"], ids=repr)
@pytest.mark.parametrize("name", golden.STREAMS)
async def test_every_kind_of_stream_is_held_unchanged(name: str, line_end: bytes) -> None:
    """
    Text, tools, refusals, log probabilities and reasoning arrive byte for byte.
    """
    events = golden.STREAMS[name]

    heard = await held(ok_stream(events, line_end=line_end), n=1 + (name == "n=2"))

    assert b"".join(golden.wire(events, line_end=line_end)) == heard.body


async def test_comments_names_and_odd_shapes_are_no_faults() -> None:
    """
    What an event stream may have besides chunks is kept; so is an event without choices.
    """
    pieces = (
        b"\xef\xbb\xbf: hello\n\n",
        b"event: message\nid: 7\nretry: 10\ndata: " + golden.role() + b"\n\n",
        b"retry: 5\n\n",
        golden.event(golden.envelope([], prompt_filter_results=[])),
        golden.event(golden.piece({"content": "x"})),
        b":\n: two lines\n\n",
        golden.event(golden.piece({}, finish="stop")),
        golden.event(golden.DONE),
    )

    assert b"".join(pieces).removeprefix(b"\xef\xbb\xbf") == (await held(raw_stream(pieces))).body


ODD_ENDINGS = {
    "no [DONE]": no_done(),
    "[DONE] twice": double_done(),
    "data after [DONE]": data_after_done(),
    "open after [DONE]": open_after_done(),
    "open without [DONE]": stall_after(len(golden.TEXT)),
    "reset without [DONE]": reset_after(len(golden.TEXT)),
}


@pytest.mark.parametrize("behaviour", ODD_ENDINGS.values(), ids=ODD_ENDINGS)
async def test_odd_endings_of_a_complete_answer_are_no_faults(behaviour: Behaviour) -> None:
    """
    After a finish the answer is whole, with exactly one `[DONE]`; nobody else is asked.
    """
    async with relay_of(behaviour) as (one, relay):
        heard = await relay.ask(stream=True, headers=[HEADER])

    assert (WIRE, 1) == (heard.body, len(one.requests))


@pytest.mark.parametrize("asked", [False, True], ids=["not asked for", "asked for"])
async def test_usage_is_in_the_headers(asked: bool) -> None:
    """
    Known before the first byte; the usage chunk goes out to who asked for it, and to nobody else.
    """
    more = {"stream_options": {"include_usage": True}} if asked else {}
    heard = await held(chat(), **more)

    said = (*golden.TEXT, golden.USAGE) if asked else golden.TEXT
    assert b"".join(golden.wire(said)) == heard.body
    assert "input=11, output=7, cached=4, reasoning=2" == heard.header("x-relay-usage")


async def test_usage_that_nobody_said_is_marked() -> None:
    """
    Reckoned by the relay, and said to be.
    """
    heard = await held(ok_stream())

    assert (heard.header("x-relay-usage") or "").endswith(", estimated")


async def test_an_answer_that_is_not_streamed_is_whole_as_it_is() -> None:
    """
    The header changes nothing where no stream was asked for.
    """
    async with relay_of() as (_, relay):
        plain = await relay.ask()
        asked = await relay.ask(headers=[HEADER])

    assert (200, plain.body) == (asked.status, asked.body)
    assert {name for name, _ in plain.headers} == {name for name, _ in asked.headers}


async def before_the_end(relay: Relay, gate: asyncio.Event, model: str, delivery: str) -> Heard:
    """The head of an answer whose provider waits for the gate; then all of it."""
    headers = [("x-relay-delivery", delivery)]
    async with line(relay.base_url) as caller, asyncio.timeout(5):
        caller.say(request(body=asking(model, stream=True), key=CLIENT_KEY, headers=headers))
        heard = await caller.head()
        gate.set()
        async for _ in caller.body(heard):
            pass
    return heard


async def test_the_callers_live_goes_over_the_models_whole() -> None:
    """
    Who wants to see the words as they come says so.
    """
    gate = asyncio.Event()
    async with house(gated_stream(golden.TEXT, gate, after=3)) as found:
        heard = await before_the_end(found.relay, gate, ALONE_BY_MODEL.model, "live")

    assert (WIRE, "live") == (heard.body, heard.header("x-relay-delivery"))
    assert heard.header("x-relay-usage") is None


@pytest.mark.parametrize("value", ["", "Whole", "full", "whole, live"])
async def test_another_word_is_refused(value: str) -> None:
    """
    400 that names the header, and nobody is asked.
    """
    async with relay_of() as (one, relay):
        heard = await relay.ask(stream=True, headers=[("x-relay-delivery", value)])

    assert (400, "x-relay-delivery") == (heard.status, heard.error["param"])
    assert [] == one.requests
