"""An attempt without sockets: a recorded answer, and a caller who keeps what it is told."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from attrs import define, field

from src.domain.errors import Refusal, UpstreamError
from src.domain.ports import Call, Reply
from src.domain.receipt import Receipt


@define
class Recorded:
    """The ports `Reply` and `Upstream`: these pieces one by one, or the error in their place; then
    a proper end."""

    pieces: list[bytes | UpstreamError]
    status: int = 200
    headers: Mapping[str, str] = field(factory=dict)
    #: Until when each read would have waited.
    reads: list[float] = field(factory=list)

    async def read(self, until: float) -> bytes:
        self.reads.append(until)
        piece = self.pieces.pop(0) if self.pieces else b""
        if isinstance(piece, UpstreamError):
            raise piece
        return piece

    @asynccontextmanager
    async def open(self, call: Call) -> AsyncIterator[Reply]:
        yield self


@define
class Listener:
    """The port `Caller`: hears everything."""

    status: int = 0
    gone: bool = False
    heard: list[bytes] = field(factory=list)
    refused: Refusal | None = None
    finished: bool = False

    async def answer(self, body: bytes, content_type: str, receipt: Receipt) -> None:
        self.status = 200
        self.heard.append(body)
        self.finished = True

    async def open(self, receipt: Receipt) -> None:
        self.status = 200

    async def write(self, data: bytes) -> None:
        self.heard.append(data)

    async def finish(self) -> None:
        self.finished = True

    async def refuse(self, refusal: Refusal, receipt: Receipt) -> None:
        self.refused = refusal
