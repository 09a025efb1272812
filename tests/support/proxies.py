"""What people put in front of a relay, and what it does to streams, bodies and strangers."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from attrs import define

from .caller import Heard, Line, line
from .listening import listening

#: Written anew by the proxy.
_FRAMING = ("transfer-encoding", "content-length", "connection")


@define
class Proxy:
    """Passes requests to the relay at `target`. `batch`: how many pieces of an answer it collects
    before it passes them on, 0: all of them; `most`: the largest body it takes; `extra`: headers
    it adds; `packs`: it compresses text; `closes`: after each answer."""

    target: str
    batch: int = 1
    most: int = 1 << 30
    extra: Sequence[tuple[str, str]] = ()
    packs: bool = False
    closes: bool = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            size = _length(head)
            if size > self.most:
                writer.write(b"HTTP/1.1 413 Too Large\r\ncontent-length: 4\r\n\r\n<html")
                await writer.drain()
                return
            body = await reader.readexactly(size)
            async with line(self.target) as there:
                there.say(head + body)
                await self._answer(there, writer)
            if self.closes:
                return

    async def _answer(self, there: Line, writer: asyncio.StreamWriter) -> None:
        heard = await there.head()
        held: list[bytes] = []
        started = False
        async for piece in there.body(heard):
            held.append(piece)
            if self.batch and len(held) >= self.batch:
                started = self._start(writer, heard, started)
                writer.write(_chunk(b"".join(held)))
                held.clear()
        whole = b"".join(held)
        self._start(writer, heard, started)
        if whole:
            writer.write(_chunk(gzip.compress(whole) if self._packs(heard) else whole))
        writer.write(b"0\r\n\r\n")
        await writer.drain()

    def _start(self, writer: asyncio.StreamWriter, heard: Heard, started: bool) -> bool:
        if not started:
            kept = [pair for pair in heard.headers if pair[0] not in _FRAMING]
            kept += [*self.extra, ("transfer-encoding", "chunked")]
            kept += [("content-encoding", "gzip")] if self._packs(heard) else []
            kept += [("connection", "close")] if self.closes else []
            lines = "".join(f"{name}: {value}\r\n" for name, value in kept)
            writer.write(f"HTTP/1.1 {heard.status} X\r\n{lines}\r\n".encode("latin-1"))
        return True

    def _packs(self, heard: Heard) -> bool:
        return self.packs and (heard.header("content-type") or "").startswith("text/")


@asynccontextmanager
async def proxied(proxy: Proxy) -> AsyncIterator[str]:
    """Its base URL."""
    async with listening(proxy.serve) as port:
        yield f"http://127.0.0.1:{port}"


def _length(head: bytes) -> int:
    fields = (text.partition(b":") for text in head.lower().split(b"\r\n"))
    return next((int(value) for name, _, value in fields if name == b"content-length"), 0)


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)
