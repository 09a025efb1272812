"""The real application, wired by the real container, served by uvicorn on a free port."""

import asyncio
import random
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from attrs import define, evolve, field
from dependency_injector import providers

from src.adapters.http.asgi import App
from src.domain.catalogue import Snapshot
from src.domain.events import Event, Faulted, RequestFinished
from src.domain.receipt import Receipt
from src.entrypoints import server
from src.entrypoints.container import Container, gate
from src.entrypoints.environments import build
from src.entrypoints.settings import Settings

from . import golden
from .caller import Heard, asking, request, send
from .catalogue import CLIENT_KEY, provider, snapshot
from .clock import TurnedClock
from .provider import ScriptedProvider, scripted
from .script import Behaviour, Script

T = TypeVar("T")


@define(eq=False)
class Notes:
    """An Observer that keeps everything it hears."""

    events: list[Event] = field(factory=list)
    heard: asyncio.Event = field(factory=asyncio.Event)

    def note(self, event: Event) -> None:
        self.events.append(event)
        self.heard.set()

    @property
    def defects(self) -> list[str]:
        return [event.detail for event in self.events if isinstance(event, Faulted)]

    @property
    def receipts(self) -> list[Receipt]:
        return [event.receipt for event in self.events if isinstance(event, RequestFinished)]


@define(eq=False)
class Relay:
    """A running relay, as its callers and its operator see it."""

    base_url: str
    notes: Notes
    clock: TurnedClock
    container: Container

    async def send(self, data: bytes) -> Heard:
        """These bytes on a connection of their own, and the whole answer."""
        return await send(self.base_url, data)

    async def ask(
        self,
        model: str = "gpt-4o",
        *,
        stream: bool = False,
        key: str | None = CLIENT_KEY,
        headers: Iterable[tuple[str, str]] = (),
        **more: golden.Json,
    ) -> Heard:
        """A chat request by the tests' client."""
        body = asking(model, stream=stream, **more)
        return await self.send(request(body=body, key=key, headers=headers))

    async def serves(self) -> bool:
        """Whether a plain request is answered now."""
        return 200 == (await self.ask()).status

    async def finished(self, count: int = 1) -> Receipt:
        """The newest receipt, once there are so many. Raises TimeoutError."""
        async with asyncio.timeout(5):
            while len(self.notes.receipts) < count:
                self.notes.heard.clear()
                await self.notes.heard.wait()
        return self.notes.receipts[-1]

    async def hurried(self, waiting: Awaitable[T], times: int = 10) -> T:
        """What comes of it; meanwhile the time that the relay waits for callers and for its store
        passes so many times as fast. For providers it waits by the loop's own."""
        task = asyncio.ensure_future(waiting)
        try:
            while not task.done():
                await asyncio.wait([task], timeout=0.01)
                self.clock.skip(0.01 * (times - 1))
        finally:
            task.cancel()
        return task.result()


def as_it_is(container: Container) -> None:
    """Wired as every relay is."""


@asynccontextmanager
async def running_relay(
    configured: Snapshot,
    *,
    seed: int = 7,
    beat: float = 15.0,
    grace: float = 2.0,
    folder: Path | None = None,
    wire: Callable[[Container], None] = as_it_is,
    **process: Any,
) -> AsyncIterator[Relay]:
    """A relay with this configuration on 127.0.0.1, its clock in the test's hand. `beat`: seconds
    after which a stream that is silent says something; `grace`: seconds for what is under way when
    it stops; `folder`: where its books are a file, else they are in memory; `wire` swaps adapters;
    `process` goes to the settings. No defect may have been noted."""
    notes, clock = Notes(), TurnedClock()
    settings = Settings(configured, folder or Path("nowhere"), **process)
    kept = folder is not None or settings.store.kind in ("redis", "upstash")
    container = build("serve" if kept else "tests", settings)
    container.clock.override(providers.Object(clock))
    container.observer.override(providers.Object(notes))
    container.dice.override(providers.Object(random.Random(seed)))
    wire(container)
    app = gate(evolve(container.house(), beat=beat))
    async with _served(app, grace) as base_url:
        yield Relay(base_url, notes, clock, container)
    assert notes.defects == []


@asynccontextmanager
async def relay_of(
    what: Behaviour | Script | None = None, **more: Any
) -> AsyncIterator[tuple[ScriptedProvider, Relay]]:
    """One provider `one` of this behaviour, and a relay before it; `more` goes to `provider`."""
    async with scripted(what) as one:
        configured = snapshot(provider("one", one, **more))
        async with running_relay(configured) as relay:
            yield one, relay


@asynccontextmanager
async def _served(app: App, grace: float) -> AsyncIterator[str]:
    """This application under our own configuration of uvicorn; its base URL. Without the server's
    main loop, whose ticks cost each test a tenth of a second and only watch for signals."""
    config = server.config(app)
    config.load()
    serving = server.Server(config, grace)
    serving.lifespan = config.lifespan_class(config)
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as listener:
        base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        await serving.startup(sockets=[listener])
        try:
            yield base_url
        finally:
            await serving.shutdown(sockets=[listener])
