"""The upstream over HTTP: what it sends, how it fails, and which calls are not for it."""

import asyncio
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from src.adapters.outbound import Outbound
from src.adapters.providers.demo_reply import DemoReply
from src.adapters.providers.http import HttpUpstream
from src.adapters.providers.switch import SwitchUpstream
from src.domain.catalogue import Provider, Timeouts
from src.domain.errors import ConnectionReset, Cut, Silent, Unreachable, UpstreamError
from src.domain.ports import Call, Reply

from .outbound_wire import (
    OK,
    STREAM,
    Behaviour,
    Heard,
    LoopClock,
    Peer,
    closing,
    free_port,
    saying,
    saying_once,
    serving,
    soon,
)

SECRET = "hunter2"


def call(base: str, *, wait: float = 1.0, value: str = f"Bearer {SECRET}") -> Call:
    return Call(
        provider=Provider("p", base),
        url=f"{base}/chat/completions?key={SECRET}",
        headers=(("authorization", value), ("Accept-Encoding", "gzip"), ("x-a", "1")),
        body=f'{{"secret": "{SECRET}"}}'.encode(),
        timeouts=Timeouts(connect=wait),
        open_by=soon(wait),
    )


async def ask(outbound: Outbound, asked: Call) -> bytes:
    said = b""
    async with HttpUpstream(outbound).open(asked) as reply:
        while piece := await reply.read(soon(0.1)):
            said += piece
    return said


async def test_headers_are_the_calls_own_but_for_the_encoding() -> None:
    """
    Host and length are added, the encoding is identity, the rest goes as it came.
    """
    heard: list[Heard] = []

    async def behave(peer: Peer) -> None:
        heard.append(await peer.request())
        await peer.say(OK)

    async with serving(behave) as wire, closing() as outbound:
        await ask(outbound, call(f"http://127.0.0.1:{wire.port}/v1"))

    assert [
        f"POST /v1/chat/completions?key={SECRET} HTTP/1.1",
        f"host: 127.0.0.1:{wire.port}",
        "content-length: 21",
        f"authorization: Bearer {SECRET}",
        "x-a: 1",
        "accept-encoding: identity",
    ] == heard[0].lines


FAILURES: dict[str, tuple[Behaviour, type[UpstreamError]]] = {
    "reset": (saying_once(reset=True), ConnectionReset),
    "silent": (saying(), Silent),
    "cut": (saying_once(STREAM, b"2\r\nok\r\n"), Cut),
    "stalled": (saying(STREAM, b"2\r\nok\r\n"), Silent),
}


@pytest.mark.parametrize("name", FAILURES)
async def test_a_failure_shows_no_secret(name: str) -> None:
    """
    Each failure has its class; its whole traceback holds neither key nor body nor query.
    """
    behave, expected = FAILURES[name]
    async with serving(behave) as wire, closing() as outbound:
        with pytest.raises(UpstreamError) as caught:
            await ask(outbound, call(f"http://127.0.0.1:{wire.port}", wait=0.1))

    assert expected is type(caught.value)
    assert_clean(caught.value)


@pytest.mark.parametrize("value", [f"{SECRET}\r\nx: y", f"{SECRET}…", f"{SECRET}\0"])
async def test_a_key_that_cannot_be_sent_is_unreachable(value: str) -> None:
    """
    A key with a line break in it is never sent and never shown.
    """
    async with closing() as outbound:
        with pytest.raises(Unreachable) as caught:
            await ask(outbound, call("http://127.0.0.1:9", value=value))

    assert_clean(caught.value)


async def test_nobody_there_is_unreachable() -> None:
    """
    A refused connection names the origin and the class of the error.
    """
    port = await free_port()
    async with closing() as outbound:
        with pytest.raises(Unreachable) as caught:
            await ask(outbound, call(f"http://127.0.0.1:{port}"))

    assert f"http://127.0.0.1:{port}: ConnectionRefusedError" == str(caught.value)
    assert_clean(caught.value)


async def test_the_scheme_decides_who_carries_the_call() -> None:
    """
    `demo:` goes to the demo and nothing else does.
    """
    http, demo = Noting(), Noting()
    switch = SwitchUpstream(http, demo)
    for base in ("demo:", "http://demo", "https://a/demo:"):
        async with switch.open(call(base)):
            pass

    assert (["http://demo", "https://a/demo:"], ["demo:"]) == (http.bases, demo.bases)


class Noting:
    """An upstream that notes where it was called, and says nothing."""

    def __init__(self) -> None:
        self.bases: list[str] = []

    @asynccontextmanager
    async def open(self, call: Call) -> AsyncIterator[Reply]:
        self.bases.append(call.provider.base_url)
        yield DemoReply(LoopClock(), 200, "text/plain", (), gap=0.0)


def assert_clean(error: BaseException) -> None:
    shown = "".join(traceback.format_exception(error)) + repr(error)
    assert SECRET not in shown
    assert isinstance(error, UpstreamError)


async def test_a_cancelled_call_stops_the_provider() -> None:
    """
    Cancelled before the headers, the call closes its connection at once.
    """
    asked, gone = asyncio.Event(), asyncio.Event()

    async def behave(peer: Peer) -> None:
        await peer.request()
        asked.set()
        await peer.gone()
        gone.set()

    async with serving(behave) as wire, closing() as outbound:
        task = asyncio.create_task(ask(outbound, call(f"http://127.0.0.1:{wire.port}")))
        await asyncio.wait_for(asked.wait(), 1)
        task.cancel()
        await asyncio.wait_for(gone.wait(), 0.5)

        assert (True, 0) == (task.cancelled(), outbound.open_connections)
