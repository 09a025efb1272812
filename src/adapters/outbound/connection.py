"""One connection: writes a request, feeds its answer, and tells the one who waits."""

import asyncio
from collections.abc import Callable

from .address import Origin
from .answer import Answer

#: With more than this unread, reading from the socket stops. A read takes all there is, so it
#: goes on with the next one.
READ_HIGH = 256 * 1024

#: A request up to this size is one write; a larger one goes out in pieces of it.
WRITE_SIZE = 64 * 1024


class Connection(asyncio.Protocol):
    """A transport and the exchange on it, one at a time. Idle while `answer` is None.

    Nobody owns a task here: request bodies are written from the transport's own callbacks, and
    the one reader waits on one future.
    """

    def __init__(
        self,
        origin: Origin,
        loop: asyncio.AbstractEventLoop,
        on_lost: Callable[["Connection"], None],
    ) -> None:
        """Calls `on_lost` once, when the transport is gone."""
        self.origin = origin
        self.answer: Answer | None = None
        self.lost = False
        self.served = 0
        self.idle_since = 0.0
        self._loop = loop
        self._on_lost = on_lost
        self._transport: asyncio.Transport | None = None
        self._unsent = memoryview(b"")
        self._write_paused = False
        self._read_paused = False
        self._waiter: asyncio.Future[bool] | None = None

    @property
    def reusable(self) -> bool:
        """May another request follow? Only after a whole answer to a wholly sent request."""
        answer = self.answer
        return answer is not None and answer.complete and answer.keep_alive

    def begin(self, answer: Answer, head: bytes, body: bytes) -> None:
        """Sends a request; its answer arrives in `answer`."""
        self.answer = answer
        transport = self._transport
        if transport is None or self.lost:
            self._end(clean=True)
        elif len(body) <= WRITE_SIZE:
            transport.write(head + body)
        else:
            transport.write(head)
            self._unsent = memoryview(body)
            self._pump()

    def rest(self, now: float) -> None:
        """The exchange is over and was `reusable`: idle from `now` (loop time) on."""
        self.answer = None
        self.served += 1
        self.idle_since = now
        self.relieve()

    def abort(self) -> None:
        """Closes at once, without sending what is still unsent."""
        self._unsent = memoryview(b"")
        if self.answer is not None:
            self.answer.close()
        if self._transport is not None:
            self._transport.abort()

    def relieve(self) -> None:
        """The reader took all there was: reading goes on if it had stopped."""
        if self._read_paused and self._transport is not None:
            self._read_paused = False
            self._transport.resume_reading()

    async def changed(self, until: float) -> bool:
        """Waits for news of the exchange; False when loop time `until` comes first."""
        waiter: asyncio.Future[bool] = self._loop.create_future()
        self._waiter = waiter
        timer = self._loop.call_at(until, _run_out, waiter)
        try:
            return await waiter
        finally:
            timer.cancel()
            self._waiter = None

    # What the transport calls.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        # Both event loops hand over a full transport here; uvloop's is no subclass of it.
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        answer = self.answer
        if answer is None:
            self.abort()  # bytes on an idle connection answer nothing we asked
            return
        answer.feed(data)
        if answer.buffered > READ_HIGH and not self._read_paused and self._transport is not None:
            self._read_paused = True
            self._transport.pause_reading()
        if answer.status >= 300 or answer.over:
            # RFC 9112, 9.5: who is refused while sending stops sending.
            self._stop_sending()
        self._wake()

    def eof_received(self) -> None:
        # Told at once: the transport closes only when all is sent, to one who may not listen.
        self._end(clean=True)

    def connection_lost(self, error: Exception | None) -> None:
        self._end(clean=error is None)
        self._transport = None
        self._on_lost(self)

    def pause_writing(self) -> None:
        self._write_paused = True

    def resume_writing(self) -> None:
        self._write_paused = False
        self._pump()

    # Helpers.

    def _pump(self) -> None:
        while self._unsent and not self._write_paused and self._transport is not None:
            piece, self._unsent = self._unsent[:WRITE_SIZE], self._unsent[WRITE_SIZE:]
            self._transport.write(piece)

    def _stop_sending(self) -> None:
        if self._unsent and self.answer is not None:
            self.answer.keep_alive = False
            self._unsent = memoryview(b"")

    def _end(self, *, clean: bool) -> None:
        self.lost = True
        self._unsent = memoryview(b"")
        if self.answer is not None:
            self.answer.end(clean=clean)
        self._wake()

    def _wake(self) -> None:
        waiter = self._waiter
        if waiter is not None and not waiter.done():
            waiter.set_result(True)


def _run_out(waiter: asyncio.Future[bool]) -> None:
    if not waiter.done():
        waiter.set_result(False)
