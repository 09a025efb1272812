"""A wire to a server that can be cut: before what was sent arrives, or after it was done."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

from attrs import define

from .listening import listening


@define(eq=False)
class Severed:
    """Passes bytes both ways. With `next_cut` the next of them break the connection: `before`
    those to the server, `after` those from it, which are then lost."""

    _onward: str
    #: Where to call instead of the server.
    url: str = ""
    next_cut: Literal["before", "after"] | None = None

    async def join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of a caller, and one to the server for it."""
        parts = urlsplit(self._onward)
        onward, back = await asyncio.open_connection(parts.hostname, parts.port)
        ways = (self._pass(reader, back, "before"), self._pass(onward, writer, "after"))
        running = [asyncio.ensure_future(way) for way in ways]
        try:
            await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in running:
                one.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            back.transport.abort()

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, cut: str
    ) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(1 << 16):
                if self.next_cut == cut:
                    self.next_cut = None
                    return
                writer.write(data)
                await writer.drain()


@asynccontextmanager
async def severed(url: str, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[Severed]:
    """A wire to the server at that URL; with `tls` the caller's end of it is secured."""
    parts = urlsplit(url)
    user, at, _ = parts.netloc.rpartition("@")
    wire = Severed(url)
    async with listening(wire.join, tls=tls) as port:
        there = parts._replace(netloc=f"{user}{at}127.0.0.1:{port}")
        wire.url = urlunsplit(there._replace(scheme="rediss") if tls else there)
        yield wire
