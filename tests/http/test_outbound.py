"""What the outbound client sends and understands, over real sockets, and how long it waits."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from src.adapters.outbound import Outbound
from src.domain.errors import BadAnswer, ConnectionReset, Cut, Silent, UpstreamError

from .outbound_wire import (
    OK,
    STREAM,
    WAIT,
    Behaviour,
    Heard,
    Peer,
    closing,
    deaf_port,
    eventually,
    post,
    saying,
    saying_once,
    serving,
    soon,
    whole,
)


@pytest.fixture
async def outbound() -> AsyncIterator[Outbound]:
    async with closing() as one:
        yield one


async def test_the_provider_gets_exactly_what_was_given(outbound: Outbound) -> None:
    """
    Request line, host, length, headers and body arrive as they were given, and nothing else.
    """
    heard: list[Heard] = []

    async def behave(peer: Peer) -> None:
        heard.append(await peer.request())
        await peer.say(OK)

    async with serving(behave) as wire:
        headers = (("authorization", "Bearer k"), ("X-Odd", "é"))
        async with outbound.send(
            "POST", wire.url + "?a=b", headers, b"\x00\xff", connect=WAIT, open_by=soon()
        ) as exchange:
            await exchange.read(soon())

    expected = [
        "POST /v1/chat?a=b HTTP/1.1",
        f"host: 127.0.0.1:{wire.port}",
        "content-length: 2",
        "authorization: Bearer k",
        "X-Odd: é",
    ]
    assert [(expected, b"\x00\xff")] == [(one.lines, one.body) for one in heard]


FAILURES: dict[str, tuple[Behaviour, type[UpstreamError]]] = {
    "ends at once": (saying_once(), ConnectionReset),
    "resets at once": (saying_once(reset=True), ConnectionReset),
    "ends in the head": (saying_once(b"HTTP/1.1 200 OK\r\nX-"), ConnectionReset),
    "is not HTTP": (saying(b"SSH-2.0-OpenSSH\r\n"), BadAnswer),
    "floods headers": (saying(b"HTTP/1.1 200 OK\r\n", *[b"X-A: " + b"a" * 4000] * 20), BadAnswer),
    "switches protocols": (saying(b"HTTP/1.1 101 X\r\nUpgrade: x\r\n\r\n"), BadAnswer),
}


@pytest.mark.parametrize("name", FAILURES)
async def test_what_is_no_answer_has_its_own_error(outbound: Outbound, name: str) -> None:
    """
    An end before an answer is ConnectionReset, what is not HTTP is BadAnswer; nothing stays open.
    """
    behave, expected = FAILURES[name]
    async with serving(behave) as wire:
        with pytest.raises(UpstreamError) as caught:
            await whole(outbound, wire.url)

        assert (expected, True) == (
            type(caught.value),
            await eventually(lambda: outbound.open_connections == 0),
        )


async def test_a_reset_in_the_body_is_a_cut_even_without_a_length(outbound: Outbound) -> None:
    """
    Only a clean end completes an answer that lasts until the end of the connection.
    """
    behave = saying_once(b"HTTP/1.1 200 OK\r\n\r\nhello", reset=True)
    async with serving(behave) as wire, post(outbound, wire.url) as exchange:
        first = await exchange.read(soon())
        with pytest.raises(Cut):
            await exchange.read(soon())

    assert b"hello" == first


async def test_the_wait_for_headers_is_kept(outbound: Outbound) -> None:
    """
    A silent provider costs the time it was given, no more, and its connection.
    """
    left = asyncio.Event()

    async def behave(peer: Peer) -> None:
        await peer.gone()
        left.set()

    async with serving(behave) as wire:
        begin = soon(0)
        with pytest.raises(Silent) as caught:
            await post(outbound, wire.url, wait=0.05).__aenter__()
        taken = soon(0) - begin
        await asyncio.wait_for(left.wait(), WAIT)

    assert ("headers", True) == (caught.value.phase, 0.04 < taken < 0.5)


@pytest.mark.parametrize(("connect", "answer"), [(0.05, 5.0), (5.0, 0.05)])
async def test_the_wait_for_a_connection_is_kept(
    outbound: Outbound, connect: float, answer: float
) -> None:
    """
    A host that does not even accept is given `connect` seconds, and never beyond `open_by`.
    """
    async with deaf_port() as port:
        url, begin = f"http://127.0.0.1:{port}/", soon(0)
        with pytest.raises(Silent) as caught:
            await outbound.send(
                "POST", url, (), b"", connect=connect, open_by=soon(answer)
            ).__aenter__()
        taken = soon(0) - begin

    assert ("connect", 0, True) == (caught.value.phase, outbound.open_connections, taken < 1)


async def test_a_read_that_timed_out_may_be_repeated(outbound: Outbound) -> None:
    """
    Silent says nothing came in time; what comes later is read by the next read.
    """
    go = asyncio.Event()

    async def behave(peer: Peer) -> None:
        await peer.request()
        await peer.say(STREAM)
        await go.wait()
        await peer.say(b"2\r\nok\r\n0\r\n\r\n")

    async with serving(behave) as wire, post(outbound, wire.url) as exchange:
        with pytest.raises(Silent):
            await exchange.read(soon(0.02))
        go.set()

        assert b"ok" == await exchange.read(soon())


async def test_what_is_there_is_read_although_the_time_is_over(outbound: Outbound) -> None:
    """
    Bytes that have arrived are given out at once and in one piece, without a look at the time.
    """
    said: list[str] = []

    async def behave(peer: Peer) -> None:
        await peer.request()
        await peer.say(STREAM, b"1\r\na\r\n1\r\nb\r\n", b"0\r\n\r\n")
        said.append("all")

    async with serving(behave) as wire, post(outbound, wire.url) as exchange:
        await eventually(lambda: said == ["all"])

        assert [b"ab", b"", b""] == [await exchange.read(0.0) for _ in range(3)]


CUTS = {
    "length": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "chunked": STREAM + b"2;a=b\r\nhe\r\n3\r\nllo\r\n0\r\nX-T: 1\r\n\r\n",
}


@pytest.mark.parametrize("name", CUTS)
async def test_an_answer_cut_at_any_byte_is_never_whole(outbound: Outbound, name: str) -> None:
    """
    Before the end of the head it is ConnectionReset, after it Cut; only the last byte completes.
    """
    said = CUTS[name]
    head = said.index(b"\r\n\r\n") + 4
    outcomes: list[object] = []

    async def behave(peer: Peer) -> None:
        await peer.request()
        await peer.say(said[: len(outcomes)])

    async with serving(behave) as wire:
        while len(outcomes) <= len(said):
            try:
                outcomes.append(await whole(outbound, wire.url))
            except UpstreamError as error:
                outcomes.append(type(error))

    assert [ConnectionReset] * head + [Cut] * (len(said) - head) + [b"hello"] == outcomes
