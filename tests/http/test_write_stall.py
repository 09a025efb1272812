"""A client that does not read its answer is let go."""

import asyncio
import socket

import uvicorn

from src.adapters.http.asgi import Message, Receive, Scope, Send
from src.adapters.http.server import Protocol


class Hasty(Protocol):
    """Waits a moment instead of half a minute."""

    write_stall = 0.2


async def test_a_client_that_reads_nothing_is_let_go() -> None:
    """
    Its connection is broken off, and the handler that was writing learns of it.
    """
    gone = asyncio.Event()

    async def endless(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        body: Message = {"type": "http.response.body", "body": b"x" * 65536, "more_body": True}
        listening = asyncio.ensure_future(receive())
        while not listening.done():
            await send(body)
            await asyncio.sleep(0)
        assert "http.disconnect" == listening.result()["type"]
        gone.set()

    config = uvicorn.Config(endless, http=Hasty, ws="none", lifespan="off", log_level="error")
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        await server.startup(sockets=[listener])
        client = socket.create_connection(listener.getsockname())
        try:
            client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            async with asyncio.timeout(10):
                await gone.wait()
        finally:
            client.close()
            await server.shutdown(sockets=[listener])
