"""Load: so many connections, each sending its next request when it has the last answer whole."""

import asyncio
from functools import partial

BODY = (
    b'{"model": "bench", "messages": [{"role": "user", "content": "'
    + b"Say something of middling length, please. " * 5
    + b'"}]%s}'
)


KEY = "bench-client-key-0123456789"


def request(port: int, *, stream: bool, key: str = KEY) -> bytes:
    """One request, as bytes."""
    body = BODY % (b', "stream": true' if stream else b"")
    return (
        b"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1:%d\r\n"
        b"authorization: Bearer %s\r\n"
        b"content-type: application/json\r\ncontent-length: %d\r\n\r\n%s"
        % (port, key.encode(), len(body), body)
    )


class Client(asyncio.Protocol):
    """One connection that asks `rounds` times."""

    def __init__(self, ask: bytes, rounds: int, done: asyncio.Future[None]) -> None:
        self.ask = ask
        self.rounds = rounds
        self.done = done
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.write = getattr(transport, "write")  # noqa: B009  (uvloop's transport has no base)
        self.write(self.ask)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not complete(self.buffer):
            return
        if not self.buffer.startswith(b"HTTP/1.1 200"):
            self.done.set_exception(RuntimeError(self.buffer[:400].decode("latin-1")))
            return
        self.buffer = b""
        self.rounds -= 1
        if self.rounds:
            self.write(self.ask)
        elif not self.done.done():
            self.done.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(RuntimeError("the target closed the connection"))


def complete(buffer: bytes) -> bool:
    """Is this one whole response?"""
    head, _, body = buffer.partition(b"\r\n\r\n")
    if b"chunked" in head[:1024]:
        return body.endswith(b"0\r\n\r\n")
    at = head.lower().find(b"content-length:")
    return at >= 0 and len(body) >= int(head[at + 15 :].split(b"\r\n", 1)[0])


async def run(port: int, *, connections: int, rounds: int, stream: bool, key: str = KEY) -> None:
    """Returns when every connection has had all its answers."""
    loop = asyncio.get_running_loop()
    ask = request(port, stream=stream, key=key)
    waiting: list[asyncio.Future[None]] = []
    for _ in range(connections):
        done: asyncio.Future[None] = loop.create_future()
        waiting.append(done)
        client = Client(ask, rounds, done)
        await loop.create_connection(partial(same, client), "127.0.0.1", port)
    await asyncio.gather(*waiting)


def same(client: Client) -> Client:
    return client
