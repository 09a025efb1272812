"""The caller at the other end: what it is told when, and that it is told once."""

import asyncio
import json

from src.adapters.http.asgi import Message
from src.adapters.http.caller import HttpCaller
from src.domain.receipt import Receipt

RECEIPT = Receipt("id", 0.0, "c", "", "m", stream=True)


class Wire:
    """Both ends of an ASGI connection, in memory."""

    def __init__(self) -> None:
        self.sent: list[Message] = []
        self.gone = asyncio.Event()

    async def receive(self) -> Message:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self.sent.append(message)

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent)


async def stream(wire: Wire, opened: asyncio.Event, *, say: bool) -> None:
    """A handler that says a word, perhaps, and then takes its time."""
    async with HttpCaller(wire.receive, wire.send, "id") as caller:
        if say:
            await caller.open(RECEIPT)
            await caller.write(b"data: a word\n\n")
        opened.set()
        await asyncio.sleep(60)


async def test_a_server_that_stops_ends_the_stream_with_an_error_event() -> None:
    """
    A stream that the server cuts says so, and does not end with [DONE].
    """
    wire, opened = Wire(), asyncio.Event()
    task = asyncio.create_task(stream(wire, opened, say=True))
    await opened.wait()

    task.cancel()
    await task

    *_, word, error = wire.body.split(b"\n\n")[:-1]
    assert b"data: a word" == word
    assert "nothing_to_try" == json.loads(error.removeprefix(b"data: "))["error"]["code"]
    assert not wire.sent[-1].get("more_body", False)


async def test_a_server_that_stops_refuses_what_has_not_begun() -> None:
    """
    A request without an answer gets 503, and when to come back.
    """
    wire, opened = Wire(), asyncio.Event()
    task = asyncio.create_task(stream(wire, opened, say=False))
    await opened.wait()

    task.cancel()
    await task

    assert 503 == wire.sent[0]["status"]
    assert (b"retry-after", b"1") in wire.sent[0]["headers"]


async def test_a_client_that_leaves_is_told_nothing_and_ends_the_work() -> None:
    """
    The handler is cancelled, the cancellation ends there, and nothing more is sent.
    """
    wire, opened = Wire(), asyncio.Event()
    task = asyncio.create_task(stream(wire, opened, say=True))
    await opened.wait()

    wire.gone.set()
    await task

    assert b"data: a word\n\n" == wire.body
    assert wire.sent[-1]["more_body"]


async def test_the_whole_body_is_sent_at_most_once() -> None:
    """
    After an answer nothing follows, whatever is tried.
    """
    wire = Wire()
    async with HttpCaller(wire.receive, wire.send, "id") as caller:
        await caller.answer(b"{}", "application/json", RECEIPT)
        await caller.finish()
        await caller.fault()

    assert ["http.response.start", "http.response.body"] == [m["type"] for m in wire.sent]


async def test_a_stop_in_the_middle_of_an_answer_begins_no_second_one() -> None:
    """
    A server that cancels while a whole answer is on its way gets no second start from us.
    """
    wire, began = Wire(), asyncio.Event()

    async def stuck(message: Message) -> None:
        await wire.send(message)
        if message["type"] == "http.response.body":
            began.set()
            await asyncio.Event().wait()

    async def answer() -> None:
        async with HttpCaller(wire.receive, stuck, "id") as caller:
            await caller.answer(b"{}", "application/json", RECEIPT)

    task = asyncio.create_task(answer())
    await began.wait()
    task.cancel()
    await asyncio.wait([task])

    assert 1 == [message["type"] for message in wire.sent].count("http.response.start")
