"""The provider's side of one connection: reads requests, plays the script of each, takes notes."""

import asyncio
import socket
import struct
from collections.abc import Coroutine
from contextlib import suppress
from typing import Protocol

from .script import Close, Hang, Repeat, Reset, Script, Seen, Send, Step, Until, Wait

#: More than any test sends; a request beyond it is a defect of the test.
LARGEST = 64 << 20


class Owner(Protocol):
    """Whose connection it is."""

    script: Script

    def got(self, seen: Seen) -> None: ...

    def adopt(self, connection: "Connection") -> None: ...

    def lost(self) -> None: ...

    def changed(self) -> None: ...


class Gone(Exception):
    """The other side went away."""


class Connection(asyncio.Protocol):
    """Serves until the other side goes, or a step ends the connection."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self._buffer = bytearray()
        self._gone = asyncio.Event()
        self._gone_at = 0.0
        self._more = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._owner.adopt(self)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._more.set()
        if len(self._buffer) > LARGEST:
            self._transport.abort()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def eof_received(self) -> None:
        """The transport then closes itself: callers that leave do not half-close."""
        self._leave()

    def connection_lost(self, error: Exception | None) -> None:
        self._leave()
        self._owner.lost()

    def _leave(self) -> None:
        if not self._gone.is_set():
            self._gone_at = asyncio.get_running_loop().time()
        self._gone.set()
        self._more.set()
        self._writable.set()

    async def serve(self, number: int) -> None:
        """The work of the connection; its owner runs it."""
        with suppress(Gone):
            try:
                while True:
                    await self._answer(await self._request(number))
            finally:
                self._transport.close()

    async def _answer(self, seen: Seen) -> None:
        self._owner.got(seen)
        try:
            for step in self._owner.script(seen):
                await self._do(step)
            seen.done_at = asyncio.get_running_loop().time()
        except Gone:
            seen.gone_at = self._gone_at
            raise
        finally:
            seen.over.set()
            self._owner.changed()

    async def _do(self, step: Step) -> None:
        match step:
            case Send(data):
                await self._send(data)
            case Wait(seconds):
                await self._unless_gone(asyncio.sleep(seconds))
            case Until(gate):
                await self._unless_gone(gate.wait())
            case Repeat(data, gap):
                while True:
                    await self._send(data)
                    await self._unless_gone(asyncio.sleep(gap))
            case Hang():
                await self._gone.wait()
                raise Gone
            case Close():
                self._transport.close()
            case Reset():
                _linger_not(self._transport)
                self._transport.abort()

    async def _send(self, data: bytes) -> None:
        if self._gone.is_set():
            raise Gone
        self._transport.write(data)
        await self._writable.wait()
        # Lets the other side run between two writes, so that they arrive apart.
        await asyncio.sleep(0)

    async def _unless_gone(self, waiting: Coroutine[object, object, object]) -> None:
        task = asyncio.ensure_future(waiting)
        gone = asyncio.ensure_future(self._gone.wait())
        try:
            await asyncio.wait((task, gone), return_when=asyncio.FIRST_COMPLETED)
        finally:
            task.cancel()
            gone.cancel()
        if self._gone.is_set():
            raise Gone

    async def _request(self, number: int) -> Seen:
        head = (await self._until(b"\r\n\r\n")).decode("latin-1")
        line, *fields = head.removesuffix("\r\n\r\n").split("\r\n")
        method, path, _ = line.split(" ")
        headers = tuple(_field(text) for text in fields)
        at = asyncio.get_running_loop().time()
        body = await self._body(dict(headers))
        return Seen(method, path, headers, body, at, number)

    async def _body(self, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding") != "chunked":
            return await self._exactly(int(headers.get("content-length", 0)))
        body = b""
        while size := int((await self._until(b"\r\n")).split(b";")[0], 16):
            body += (await self._exactly(size + 2))[:-2]
        await self._until(b"\r\n")
        return body

    async def _until(self, mark: bytes) -> bytes:
        while (end := self._buffer.find(mark)) < 0:
            await self._read_more()
        return self._take(end + len(mark))

    async def _exactly(self, size: int) -> bytes:
        while len(self._buffer) < size:
            await self._read_more()
        return self._take(size)

    async def _read_more(self) -> None:
        if self._gone.is_set():
            raise Gone
        self._more.clear()
        await self._more.wait()

    def _take(self, size: int) -> bytes:
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        return data


def _field(text: str) -> tuple[str, str]:
    name, _, value = text.partition(":")
    return name.lower(), value.strip()


def _linger_not(transport: asyncio.Transport) -> None:
    """Closing with SO_LINGER 0 sends RST instead of FIN (tcp(7))."""
    sock = transport.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
