"""One request and its answer, over a connection of the pool."""

import asyncio
from collections.abc import Mapping
from types import TracebackType

from attrs import field, frozen

from ...domain.errors import BadAnswer, ConnectionReset, Cut, Silent
from . import head
from .answer import Answer
from .connection import Connection
from .pool import Pool


@frozen
class Request:
    """What to send, and how long to wait: `connect` seconds for a connection, until `open_by`
    (loop time) for status and headers."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    body: bytes = field(repr=False)
    connect: float
    open_by: float


class Exchange:
    """An async context manager, to be entered once; inside it is a `Reply` (`domain/ports.py`).

    Entering sends the request and waits for status and headers. Raises Unreachable,
    ConnectionReset, BadAnswer, or Silent with phase `connect` or `headers`.
    Leaving gives the connection back after a whole answer, and else closes it at once, so that
    the provider sees it. No error names more than the origin and what happened.
    """

    def __init__(self, pool: Pool, request: Request) -> None:
        self._pool = pool
        self._request = request
        self._answer = Answer(request.method)
        self._connection: Connection | None = None

    async def __aenter__(self) -> "Exchange":
        request = self._request
        address = self._pool.address(request.url)
        start = head.write(request.method, address, request.headers, len(request.body))
        now = asyncio.get_running_loop().time()
        connection = self._pool.checkout(address.origin, now)
        if connection is None:
            until = min(now + request.connect, request.open_by)
            connection = await self._pool.dial(address.origin, until)
        # From here on no await is without the way back: no connection is ever lost on the way.
        self._connection = connection
        connection.begin(self._answer, start, request.body)
        try:
            await self._opened(connection)
        except BaseException:
            self._leave()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._leave()

    @property
    def status(self) -> int:
        return self._answer.status

    @property
    def headers(self) -> Mapping[str, str]:
        """Names in lower case; values of one name joined by commas; no `set-cookie`."""
        return self._answer.headers

    async def read(self, until: float) -> bytes:
        """Everything that has arrived since the last read, or b"" at the proper end.

        Raises Silent when nothing comes before loop time `until`, Cut when the answer breaks
        off or turns into something else; what arrived before that was given out before.
        """
        answer, connection = self._answer, self._connection
        while not answer.buffered:
            if answer.complete:
                return b""
            if connection is None:
                raise Cut("the exchange is over")
            if answer.flaw is not None:
                raise Cut(f"{connection.origin}: {answer.flaw}")
            if not await connection.changed(until) and not (answer.buffered or answer.over):
                raise Silent(f"{connection.origin}: nothing came in time", phase="answer")
        data = answer.take()
        if connection is not None:
            connection.relieve()
        return data

    async def _opened(self, connection: Connection) -> None:
        answer = self._answer
        while not answer.opened:
            if answer.flaw is not None:
                raise self._unopened(connection, answer.flaw)
            woken = await connection.changed(self._request.open_by)
            if not (woken or answer.opened or answer.over):
                raise Silent(f"{connection.origin}: no answer in time", phase="headers")

    def _unopened(self, connection: Connection, flaw: str) -> ConnectionReset | BadAnswer:
        if not self._answer.ended_early:
            return BadAnswer(f"{connection.origin}: {flaw}")
        stale = connection.served > 0
        if stale:
            # It went stale while it was idle. The others are older; a repeat shall not meet them.
            self._pool.forget(connection.origin)
        detail = f"{connection.origin}: the connection ended before an answer"
        return ConnectionReset(detail, stale=stale)

    def _leave(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            self._pool.checkin(connection, asyncio.get_running_loop().time())
            self._answer.close()
