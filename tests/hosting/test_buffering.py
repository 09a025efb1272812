"""Streams behind proxies: what they carry, and that nothing holds them back."""

import asyncio

import pytest

from tests.support import golden
from tests.support.behaviours import gated_stream
from tests.support.buffering import buffering
from tests.support.caller import asking, line, request
from tests.support.catalogue import CLIENT_KEY
from tests.support.relay import relay_of

#: A stream that is not held says its first words long before; one that is held never does.
SOON = 2.0


async def hears_before_the_end(base_url: str, gate: asyncio.Event) -> bool:
    """Whether the first words come while the provider has not said the others yet."""
    async with line(base_url) as caller:
        caller.say(request(body=asking(stream=True), key=CLIENT_KEY))
        heard = await caller.head()
        try:
            async with asyncio.timeout(SOON):
                async for _ in caller.body(heard):
                    if b"Gr" in heard.body:
                        return True
        except TimeoutError:
            return False
        finally:
            gate.set()
    raise AssertionError("it ended")


@pytest.mark.parametrize(("obeys", "expected"), [(True, True), (False, False)])
async def test_a_buffering_proxy_lets_streams_through(obeys: bool, expected: bool) -> None:
    """
    A proxy that buffers by default passes each event on, because the answer asks for it; one that
    does not listen holds them.
    """
    gate = asyncio.Event()
    behaviour = gated_stream(golden.TEXT, gate, after=3)
    async with relay_of(behaviour) as (_, relay), buffering(relay.base_url, obeys=obeys) as front:
        assert expected == await hears_before_the_end(front, gate)


async def test_what_streams_say_to_proxies() -> None:
    """
    nginx is told not to buffer, caches not to keep, and compressors (which buffer too) not to
    touch: RFC 9111, 5.2.2.6. A whole answer needs none of it.
    """
    async with relay_of() as (_, relay):
        stream, whole = await relay.ask(stream=True), await relay.ask()

    assert ("no", "no-cache, no-transform") == (
        stream.header("x-accel-buffering"),
        stream.header("cache-control"),
    )
    assert None is whole.header("x-accel-buffering")
