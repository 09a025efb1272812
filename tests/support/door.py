"""A way to a real Redis that can be slow, or answer in its place: the faults of Upstash, by TCP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit

from attrs import define

from .listening import listening
from .upstash_faults import Late, Refuses


@define(eq=False)
class Door:
    """Passes commands in and answers out. While it has a `fault`, commands get its error and go no
    further, or answers are as late as it says."""

    _onward: str
    #: Where to call instead of the server.
    url: str = ""
    fault: Late | Refuses | None = None

    async def join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of a caller, and one to the server for it; one ends with the other."""
        parts = urlsplit(self._onward)
        onward, back = await asyncio.open_connection(parts.hostname, parts.port, limit=1 << 26)
        ways = (self._commands(reader, back, writer), self._answers(onward, writer))
        running = [asyncio.ensure_future(way) for way in ways]
        try:
            await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in running:
                one.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            back.transport.abort()

    async def _commands(
        self,
        reader: asyncio.StreamReader,
        onward: asyncio.StreamWriter,
        back: asyncio.StreamWriter,
    ) -> None:
        while True:
            command = await _command(reader)
            if isinstance(self.fault, Refuses):
                back.write(f"-{self.fault.text}\r\n".encode())
                await back.drain()
            else:
                onward.write(command)
                await onward.drain()

    async def _answers(self, onward: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await onward.read(1 << 16):
            if isinstance(self.fault, Late):
                await asyncio.sleep(self.fault.seconds)
            writer.write(data)
            await writer.drain()


@asynccontextmanager
async def before(url: str) -> AsyncIterator[Door]:
    """A door to the server at that URL."""
    parts = urlsplit(url)
    user, at, _ = parts.netloc.rpartition("@")
    door = Door(url)
    async with listening(door.join) as port:
        door.url = urlunsplit(parts._replace(netloc=f"{user}{at}127.0.0.1:{port}"))
        yield door


async def _command(reader: asyncio.StreamReader) -> bytes:
    """The bytes of one command: an array of bulk strings."""
    head = await reader.readuntil(b"\r\n")
    parts = [head]
    for _ in range(int(head[1:])):
        size = await reader.readuntil(b"\r\n")
        parts += [size, await reader.readexactly(int(size[1:]) + 2)]
    return b"".join(parts)
