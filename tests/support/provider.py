"""A provider played from a script over real sockets: raw HTTP/1.1, and a record of what came."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress

from attrs import define, field

from .behaviours import chat
from .script import (
    Behaviour,
    Close,
    Hang,
    Repeat,
    Reset,
    Script,
    Seen,
    Send,
    Step,
    Until,
    Wait,
    as_script,
)

#: More than any test sends; a request beyond it is a defect of the test.
LARGEST = 64 << 20


@define(eq=False)
class ScriptedProvider:
    """Answers by its script and keeps every request. Use `scripted(...)` to run one."""

    script: Script
    port: int = 0
    requests: list[Seen] = field(factory=list)
    #: How many connections were ever made, and how many are open now.
    connections: int = 0
    open: int = 0
    _tasks: set[asyncio.Task[None]] = field(factory=set)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def keys(self) -> list[str]:
        """The key of each request, in the order they came."""
        return [seen.key for seen in self.requests]

    @property
    def last(self) -> Seen:
        return self.requests[-1]

    def play(self, what: Behaviour | Script) -> None:
        """From now on, this."""
        self.script = as_script(what)

    async def start(self) -> asyncio.Server:
        server = await asyncio.get_running_loop().create_server(
            lambda: _Connection(self), "127.0.0.1", 0, backlog=1024
        )
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def stop(self, server: asyncio.Server) -> None:
        """Ends the listener and every connection; raises what a script raised."""
        server.close()
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, Exception):
                raise result
        await server.wait_closed()

    def adopt(self, connection: "_Connection") -> None:
        self.connections += 1
        self.open += 1
        task = asyncio.get_running_loop().create_task(connection.serve(self.connections))
        self._tasks.add(task)


@asynccontextmanager
async def scripted(what: Behaviour | Script | None = None) -> AsyncIterator[ScriptedProvider]:
    """A provider on a free port of 127.0.0.1; without a script it answers every chat well."""
    provider = ScriptedProvider(chat() if what is None else as_script(what))
    server = await provider.start()
    try:
        yield provider
    finally:
        await provider.stop(server)


def nobody_listens() -> str:
    """A base URL whose port refuses connections."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/v1"


class _Gone(Exception):
    """The other side went away."""


class _Connection(asyncio.Protocol):
    """One connection: reads requests, plays the script of each."""

    def __init__(self, provider: ScriptedProvider) -> None:
        self._provider = provider
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
        self._provider.adopt(self)

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
        self._provider.open -= 1

    def _leave(self) -> None:
        if not self._gone.is_set():
            self._gone_at = asyncio.get_running_loop().time()
        self._gone.set()
        self._more.set()
        self._writable.set()

    async def serve(self, number: int) -> None:
        """Until the other side goes, or a step ends the connection."""
        with suppress(_Gone):
            try:
                while True:
                    await self._answer(await self._request(number))
            finally:
                self._transport.close()

    async def _answer(self, seen: Seen) -> None:
        self._provider.requests.append(seen)
        try:
            for step in self._provider.script(seen):
                await self._do(step)
            seen.done_at = asyncio.get_running_loop().time()
        except _Gone:
            seen.gone_at = self._gone_at
            raise
        finally:
            seen.over.set()

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
                raise _Gone
            case Close():
                self._transport.close()
            case Reset():
                _linger_not(self._transport)
                self._transport.abort()

    async def _send(self, data: bytes) -> None:
        if self._gone.is_set():
            raise _Gone
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
            raise _Gone

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
            raise _Gone
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
