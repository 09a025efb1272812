"""The socket by which the platform's bootstrap tells what happens: JSON, with NULs between."""

import asyncio
import base64
import json
from collections.abc import Callable

from attrs import define, field, frozen

from tests.support.golden import Json


@frozen
class Event:
    """One message. `at`: the event loop's seconds."""

    at: float
    type: str
    payload: Json

    @property
    def request(self) -> int:
        """Which request it is about; 0: none."""
        return int(self.payload.get("context", {}).get("requestId", 0))

    @property
    def text(self) -> str:
        """What was logged."""
        return base64.b64decode(self.payload.get("message", "")).decode()


@define(eq=False)
class Ipc:
    """Everything that was told so far."""

    events: list[Event] = field(factory=list)
    _changed: asyncio.Event = field(factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        while raw := await _message(reader):
            told = json.loads(raw)
            self.events.append(Event(loop.time(), told["type"], told.get("payload", {})))
            self._changed.set()
        writer.close()

    async def until(self, fits: Callable[[Event], bool], within: float) -> Event:
        """The first that fits, once it was told. Raises TimeoutError."""
        async with asyncio.timeout(within):
            while True:
                self._changed.clear()
                if found := next(filter(fits, self.events), None):
                    return found
                await self._changed.wait()


async def _message(reader: asyncio.StreamReader) -> bytes:
    try:
        return (await reader.readuntil(b"\0"))[:-1]
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""
