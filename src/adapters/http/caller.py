"""The caller at the other end of an ASGI connection: writes, heartbeats, and a watch."""

import asyncio

from ...domain import sse
from ...domain.blocks import Dialect
from ...domain.errors import NothingToTry, Refusal
from ...domain.receipt import Receipt
from . import errors, receipt_headers
from .asgi import Receive, Send

#: A stream says something at least this often, from the first second on: proxies cut at 60 s.
BEAT = 15.0

#: The server's own end, after its grace: a stream under way must not just stop.
_STOPPING = NothingToTry("The relay is being stopped; ask again.", retry_after=1.0)

#: What every stream goes out with; `x-accel-buffering` tells nginx not to hold it back.
STREAM_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
]


class HttpCaller:
    """Takes one answer for one request. Use as an async context manager around the work: the task
    that entered is cancelled when the client goes, and the cancellation ends at the exit."""

    def __init__(
        self,
        receive: Receive,
        send: Send,
        request_id: str,
        *,
        dialect: Dialect = "openai_chat",
        beat: float = BEAT,
    ) -> None:
        self._receive = receive
        self._send = send
        self._request_id = request_id
        self._told = errors.Told(dialect, request_id)
        self._beat_seconds = beat
        self._lock = asyncio.Lock()
        self._opened = False
        self._ended = False
        self._whole_begun = False
        self._gone = False
        self._status = 0
        self._last = 0.0
        self._task: asyncio.Task[object] | None = None
        self._watch: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._beating: asyncio.Task[None] | None = None

    @property
    def status(self) -> int:
        return errors.CLIENT_GONE if self._gone and not self._ended else self._status

    @property
    def gone(self) -> bool:
        return self._gone

    async def __aenter__(self) -> "HttpCaller":
        self._task = asyncio.current_task()
        self._watch = asyncio.create_task(self._watch_client())
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        stopped = kind is asyncio.CancelledError and not self._gone and not self._ended
        if stopped:
            await self._tell(
                errors.event(_STOPPING, self._told), errors.write(_STOPPING, self._told)
            )
        self._stop()
        if self._beating is not None:
            self._beating.cancel()
        if kind is asyncio.CancelledError and self._gone and self._task is not None:
            # Ours, not the server's: the client left, and that is the end of it.
            return self._task.uncancel() == 0
        return stopped  # told; what the server cancelled ends here by itself

    def streams(self) -> None:
        """The caller asked for a stream: from now on it hears something every 15 s."""
        self._last = asyncio.get_running_loop().time()
        self._set_timer()

    async def answer(self, body: bytes, content_type: str, receipt: Receipt) -> None:
        headers = receipt_headers.of(receipt)
        headers.append((b"content-type", content_type.encode("latin-1", "replace")))
        await self._whole(200, headers, body)

    async def open(self, receipt: Receipt) -> None:
        async with self._lock:
            await self._start(receipt_headers.of(receipt))

    async def write(self, data: bytes) -> None:
        async with self._lock:
            await self._write(data)

    async def finish(self) -> None:
        await self._end(b"")

    async def refuse(self, refusal: Refusal, receipt: Receipt) -> None:
        if self._opened:
            await self._end(errors.event(refusal, self._told))
        else:
            await self._send_error(errors.write(refusal, self._told), receipt_headers.of(receipt))

    async def fault(self) -> None:
        """A defect of our own, told in whatever form is still possible."""
        await self._tell(errors.internal_event(self._told), errors.write_internal(self._told))

    async def _tell(self, event: bytes, written: errors.Written) -> None:
        """An error of which there is no receipt."""
        if self._opened:
            await self._end(event)
        elif not self._whole_begun:  # there is no second beginning
            await self._send_error(written, self._id_header())

    async def _send_error(
        self, written: errors.Written, headers: list[tuple[bytes, bytes]]
    ) -> None:
        """An error as a whole response."""
        extra = [
            (name.encode(), value.encode("latin-1", "replace")) for name, value in written.headers
        ]
        content_type = (b"content-type", written.content_type.encode("latin-1", "replace"))
        await self._whole(written.status, [*headers, *extra, content_type], written.body)

    async def _whole(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        if self._ended:
            return
        self._status, self._whole_begun = status, True
        headers.append((b"content-length", str(len(body)).encode()))
        async with self._lock:
            await self._send({"type": "http.response.start", "status": status, "headers": headers})
            await self._send({"type": "http.response.body", "body": body})
            self._stop()

    async def _start(self, headers: list[tuple[bytes, bytes]]) -> None:
        if self._opened:
            return
        self._opened = True
        self._status = 200
        await self._send(
            {"type": "http.response.start", "status": 200, "headers": headers + STREAM_HEADERS}
        )

    async def _write(self, data: bytes) -> None:
        self._last = asyncio.get_running_loop().time()
        await self._send({"type": "http.response.body", "body": data, "more_body": True})

    async def _end(self, data: bytes) -> None:
        if self._ended:
            return
        async with self._lock:
            await self._send({"type": "http.response.body", "body": data, "more_body": False})
            self._stop()

    def _stop(self) -> None:
        """The answer is out: what the client does from here on is no disconnect."""
        self._ended = True
        if self._watch is not None:
            self._watch.cancel()
        if self._timer is not None:
            self._timer.cancel()

    def _id_header(self) -> list[tuple[bytes, bytes]]:
        return [(b"x-request-id", self._request_id.encode())]

    async def _watch_client(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._leave()

    def _set_timer(self) -> None:
        loop = asyncio.get_running_loop()
        due = max(self._last + self._beat_seconds, loop.time() + 0.001)
        self._timer = loop.call_at(due, self._tick)

    def _tick(self) -> None:
        """A timer and no task: most streams never need a heartbeat."""
        now = asyncio.get_running_loop().time()
        if self._ended or self._gone:
            return
        if self._lock.locked():
            self._last = now  # something is on its way already; the server watches over that
        elif now - self._last >= self._beat_seconds:
            self._last = now
            self._beating = asyncio.create_task(self._beat())
        self._set_timer()

    async def _beat(self) -> None:
        async with self._lock:
            if not self._ended:
                await self._start(self._id_header())
                await self._write(sse.comment("keep-alive"))

    def _leave(self) -> None:
        if not self._ended and not self._gone and self._task is not None:
            self._gone = True
            if self._timer is not None:
                self._timer.cancel()  # nobody hears it any more, however long the task goes on
            self._task.cancel()
