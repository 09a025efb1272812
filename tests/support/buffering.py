"""A reverse proxy that holds answers back, as nginx does: until there is enough, or the end, or the
answer says that it must not (`X-Accel-Buffering: no`)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from .caller import line
from .listening import listening

#: nginx's own: one buffer of 4 KiB for the head, eight for the rest.
ENOUGH = 32 * 1024


@asynccontextmanager
async def buffering(base_url: str, *, obeys: bool = True) -> AsyncIterator[str]:
    """Its base URL, before that one. `obeys`: it does what answers say; else it holds them all."""

    async def serves(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with line(base_url) as behind:
            asking = asyncio.create_task(_pass_on(reader, behind.writer))
            try:
                await _hold(behind.reader, writer, obeys=obeys)
            finally:
                asking.cancel()

    async with listening(serves) as port:
        yield f"http://{urlsplit(base_url).hostname}:{port}"


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(1 << 16):
        writer.write(data)
        await writer.drain()


async def _hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, obeys: bool) -> None:
    """The head at once; of the body nothing until there is enough of it, or all."""
    head = await reader.readuntil(b"\r\n\r\n")
    writer.write(head)
    at_once = obeys and b"\r\nx-accel-buffering: no\r\n" in head.lower()
    held = b""
    while data := await reader.read(1 << 16):
        held += data
        if at_once or len(held) >= ENOUGH or held.endswith(b"0\r\n\r\n"):
            writer.write(held)
            await writer.drain()
            held = b""
    writer.write(held)
