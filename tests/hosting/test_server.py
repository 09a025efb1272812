"""The order in which a server ends: first what is under way, then what it stands on."""

import asyncio
import socket

from attrs import define, field

from src.adapters.http.asgi import Receive, Scope, Send
from src.entrypoints.server import Server, config
from tests.support.caller import line, request


@define
class Slow:
    """An application whose requests take a while to put down what they know when they are cut."""

    seconds: float
    begun: asyncio.Event = field(factory=asyncio.Event)
    done: list[str] = field(factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        self.begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(self.seconds)
            self.done.append("settled")

    async def _live(self, receive: Receive, send: Send) -> None:
        for word in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{word}.complete"})
        self.done.append("closed")


async def test_books_close_after_the_last_settlement() -> None:
    """
    What is cut short when the grace is over settles first, however slow its store is; only then
    is the application shut down.
    """
    app = Slow(seconds=0.3)
    told = config(app)
    told.load()
    server = Server(told, 0.0)
    server.lifespan = told.lifespan_class(told)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        await server.startup(sockets=[listener])
        async with line(base_url) as caller:
            caller.say(request("/", method="GET"))
            await app.begun.wait()
            await server.shutdown(sockets=[listener])

    assert ["settled", "closed"] == app.done
