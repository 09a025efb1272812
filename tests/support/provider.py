"""A provider played from a script over real sockets: raw HTTP/1.1, and a record of what came."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from attrs import define, field

from .behaviours import chat
from .connection import Connection
from .script import Behaviour, Script, Seen, as_script


@define(eq=False)
class ScriptedProvider:
    """Answers by its script and keeps every request. Use `scripted(...)` to run one."""

    script: Script
    port: int = 0
    requests: list[Seen] = field(factory=list)
    #: How many connections were ever made, and how many are open now.
    connections: int = 0
    open: int = 0
    _changed: asyncio.Event = field(factory=asyncio.Event)
    _tasks: set[asyncio.Task[None]] = field(factory=set)
    _failures: list[BaseException] = field(factory=list)

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
            lambda: Connection(self), "127.0.0.1", 0, backlog=1024
        )
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def stop(self, server: asyncio.Server) -> None:
        """Ends the listener and every connection; raises what a script raised."""
        server.close()
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()
        if self._failures:
            raise self._failures[0]

    async def until(self, holds: Callable[["ScriptedProvider"], bool], within: float = 5.0) -> None:
        """Waits for it to hold; looks again whenever a request or a connection begins or ends.
        Raises TimeoutError."""
        async with asyncio.timeout(within):
            while not holds(self):
                self._changed.clear()
                await self._changed.wait()

    def changed(self) -> None:
        self._changed.set()

    def got(self, seen: Seen) -> None:
        self.requests.append(seen)
        self.changed()

    def adopt(self, connection: Connection) -> None:
        self.connections += 1
        self.open += 1
        task = asyncio.get_running_loop().create_task(connection.serve(self.connections))
        self._tasks.add(task)
        task.add_done_callback(self._forget)
        self.changed()

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (failure := task.exception()):
            self._failures.append(failure)

    def lost(self) -> None:
        self.open -= 1
        self.changed()


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
