"""A provider on a raw socket, for the outbound tests: it says exactly the bytes it is told to."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

from attrs import define, field, frozen

from src.adapters.outbound import Exchange, Outbound


@frozen
class Heard:
    """One request as it arrived."""

    head: bytes
    body: bytes

    @property
    def lines(self) -> list[str]:
        return self.head.decode("latin-1").split("\r\n")


@define
class Peer:
    """The provider's side of one connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    number: int

    async def head(self) -> bytes:
        return (await self.reader.readuntil(b"\r\n\r\n"))[:-4]

    async def request(self) -> Heard:
        head = await self.head()
        lengths = [
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        ]
        return Heard(head, await self.reader.readexactly(lengths[0] if lengths else 0))

    async def say(self, *pieces: bytes) -> None:
        """Sends the pieces so that the other side, in this loop, reads each by itself."""
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()
            await asyncio.sleep(0)
            await asyncio.sleep(0)

    async def gone(self) -> None:
        """Returns when the client has closed its end."""
        with suppress(ConnectionError):
            while await self.reader.read(65536):
                pass

    def reset(self) -> None:
        """Closes with RST instead of FIN."""
        linger = struct.pack("ii", 1, 0)
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.writer.transport.abort()


Behaviour = Callable[[Peer], Awaitable[None]]


@define
class Wire:
    """A running provider."""

    port: int
    connections: int = 0
    alive: set[asyncio.Task[None]] = field(factory=set)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1/chat"


@asynccontextmanager
async def serving(behave: Behaviour) -> AsyncIterator[Wire]:
    """A provider that does as told with every connection; a behaviour that returns closes it."""
    wire = Wire(0)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        wire.alive.add(task)
        wire.connections += 1
        try:
            await behave(Peer(reader, writer, wire.connections))
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # the client, or the test, is through with it
        finally:
            wire.alive.discard(task)
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    wire.port = server.sockets[0].getsockname()[1]
    try:
        yield wire
    finally:
        server.close()
        tasks = tuple(wire.alive)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def saying(*pieces: bytes) -> Behaviour:
    """Answers every request of a connection with these bytes."""

    async def behave(peer: Peer) -> None:
        while True:
            await peer.request()
            await peer.say(*pieces)

    return behave


def saying_once(*pieces: bytes, reset: bool = False) -> Behaviour:
    """Answers the first request of a connection with these bytes, and closes it."""

    async def behave(peer: Peer) -> None:
        await peer.request()
        await peer.say(*pieces)
        if reset:
            peer.reset()

    return behave


@asynccontextmanager
async def deaf_port() -> AsyncIterator[int]:
    """A port whose connections never come about: its queue is full and nobody accepts."""
    loop = asyncio.get_running_loop()
    listener = socket.socket()
    fillers = [socket.socket() for _ in range(2)]
    tries: list[asyncio.Task[None]] = []
    try:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for filler in fillers:
            filler.setblocking(False)
            tries.append(asyncio.create_task(loop.sock_connect(filler, listener.getsockname())))
        await asyncio.sleep(0.02)
        yield listener.getsockname()[1]
    finally:
        for one in tries:
            one.cancel()
        await asyncio.gather(*tries, return_exceptions=True)
        for sock in (listener, *fillers):
            sock.close()


async def free_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


async def eventually(check: Callable[[], bool], within: float = 2.0) -> bool:
    """Does the condition come true in time?"""
    loop = asyncio.get_running_loop()
    end = loop.time() + within
    while not check():
        if loop.time() > end:
            return False
        await asyncio.sleep(0.002)
    return True


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
STREAM = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
WAIT = 2.0


def soon(seconds: float = WAIT) -> float:
    """That many seconds from now, in loop time."""
    return asyncio.get_running_loop().time() + seconds


def post(outbound: Outbound, url: str, body: bytes = b"{}", wait: float = WAIT) -> Exchange:
    return outbound.send("POST", url, (), body, connect=wait, open_by=soon(wait))


async def whole(outbound: Outbound, url: str, body: bytes = b"{}") -> bytes:
    """The whole body of the answer to a POST."""
    answer = b""
    async with post(outbound, url, body) as exchange:
        while data := await exchange.read(soon()):
            answer += data
    return answer


@asynccontextmanager
async def closing() -> AsyncIterator[Outbound]:
    """A client that has to be empty in the end."""
    outbound = Outbound()
    yield outbound
    await outbound.aclose()
    assert 0 == outbound.open_connections


class LoopClock:
    """The running loop's own time."""

    def now(self) -> float:
        return 1_700_000_000.0

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def deadline(self, at: float) -> AbstractAsyncContextManager[object]:
        return asyncio.timeout_at(at)
