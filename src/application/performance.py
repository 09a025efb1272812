"""One attempt: open the call, judge what comes, pass it on. Fails with UpstreamError before the
commit boundary and with StreamBroken after it."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress

from attrs import define

from ..domain import outgoing, quota
from ..domain.catalogue import Timeouts
from ..domain.dialects import encoding
from ..domain.dialects.codec import Passed, Reader
from ..domain.dialects.wire import Given, Sent, Wire
from ..domain.errors import (
    BadAnswer,
    Cut,
    DeadlineExceeded,
    Silent,
    Stalled,
    UpstreamError,
)
from ..domain.journey import Attempt
from ..domain.ports import Call, Clock, Reply, Upstream
from ..domain.receipt import Usage
from .delivery import Delivery, broken
from .drains import Drains
from .request import Request

LARGEST_ANSWER = 32 * 1024 * 1024
#: A provider's error page is read no further than this, and no longer (seconds).
LARGEST_ERROR, ERROR_SECONDS = 256 * 1024, 5.0
#: Seconds to wait for [DONE] when all else has come; and after it for the provider to end its
#: answer, so that the connection lives on.
LAST_WORDS, LINGER = 3.0, 0.5
#: Event loops round: a wait may end this much before its instant, in seconds.
SLACK = 0.01


@define
class Performance:
    """One attempt under way, and what is known of it at every moment."""

    upstream: Upstream
    clock: Clock
    request: Request
    attempt: Attempt
    wire: Wire
    delivery: Delivery
    drains: Drains
    deadline: float
    started: float
    heard: Callable[[Mapping[str, str]], None]
    under_way: bool = True
    #: All of the answer was read, also where its caller had left by then.
    complete: bool = False
    began_at: float | None = None
    upstream_request_id: str = ""
    sent: Sent | None = None
    _said: Usage | None = None
    _given: Given | None = None
    _reader: Reader | None = None

    @property
    def waited(self) -> float:
        """Seconds until the answer began; 0 for a whole one, whose beginning nobody sees."""
        return (self.began_at or self.started) - self.started

    @property
    def dropped(self) -> tuple[str, ...]:
        """What of the request and of its answer the other side has no words for."""
        sent, said = self.sent.dropped if self.sent else (), self._reader or self._given
        return sent + (said.dropped if said else ())

    @property
    def usage(self) -> Usage | None:
        """What it has used so far, as the provider says, else as far as can be told; None while
        there is no answer."""
        reader = self._reader
        if reader is None:
            return self._said
        if reader.usage is None and reader.pieces:
            return quota.estimated(len(self.request.asked.document.body), reader.pieces)
        return reader.usage

    async def perform(self) -> None:
        """Returns when the caller has the whole answer."""
        call = self._call()
        try:
            async with self.upstream.open(call) as reply:
                await self._judge(reply, call)
        except Silent as error:
            if self._hurried(call):
                raise DeadlineExceeded("The time allowed for this request is over.") from error
            raise
        finally:
            self.delivery.close()

    async def _judge(self, reply: Reply, call: Call) -> None:
        self.upstream_request_id = outgoing.answered_id(reply.headers)
        self.heard(reply.headers)
        if not 200 <= reply.status < 300:
            raise await self._refused(reply)
        encoding.check(reply.headers)
        if not self.request.asked.stream:
            until = self.started + call.timeouts.answer
            await self._whole(reply, await self._read_all(reply, until, LARGEST_ANSWER))
            return
        first_by = self.clock.monotonic() + call.timeouts.first_event
        first = await self._read(reply, min(first_by, self.deadline))
        if _is_whole(first):
            rest = await self._read_all(reply, first_by, LARGEST_ANSWER)
            await self._whole(reply, first + rest)
        else:
            await self._stream(reply, call, first, first_by)

    def _hurried(self, call: Call) -> bool:
        """The caller allowed less time than the provider may take: no fault of the provider's, or
        a few impatient callers would open its breaker for all (reliability 4.2)."""
        late = self.clock.monotonic() >= self.deadline - SLACK
        allowed = call.timeouts.headers if self.request.asked.stream else call.timeouts.answer
        return late and self.deadline - self.started < allowed

    def _call(self) -> Call:
        stop = self.attempt.stop
        sent = self.sent = self.wire.send(self.request.asked, stop.provider, stop.model)
        timeouts = stop.provider.timeouts_for(stop.model)
        return Call(
            provider=stop.provider,
            url=stop.provider.base_url.rstrip("/") + self.wire.path_of(self.request.query),
            headers=outgoing.headers(
                stop.provider,
                self.attempt.key,
                stream=self.request.asked.stream,
                forward=self.request.forward,
                same_dialect=not self.wire.translates,
            ),
            body=sent.body,
            timeouts=timeouts,
            open_by=min(self.deadline, self._limit(timeouts.headers, timeouts)),
        )

    def _limit(self, wait: float, timeouts: Timeouts) -> float:
        # Not streamed: a provider may think for as long as a whole answer may take.
        whole = self.started + timeouts.answer
        return self.clock.monotonic() + wait if self.request.asked.stream else whole

    async def _refused(self, reply: Reply) -> UpstreamError:
        until = self.clock.monotonic() + ERROR_SECONDS
        body = await self._read_all(reply, until, LARGEST_ERROR, part=True)
        return self.wire.refused(reply.status, reply.headers, body, now=self.clock.now())

    async def _whole(self, reply: Reply, body: bytes) -> None:
        given = self._given = self.wire.give(reply.headers, body, now=self.clock.now())
        if self.request.asked.stream:
            raise BadAnswer("a whole answer where a stream was asked for", status=reply.status)
        asked = len(self.request.asked.document.body)
        self._said = given.usage or quota.estimated(asked, len(body) // 4)
        self.complete = True
        await self.delivery.whole(given.body, given.content_type)

    async def _read_all(self, reply: Reply, until: float, most: int, part: bool = False) -> bytes:
        body = bytearray()
        try:
            while data := await self._read(reply, min(until, self.deadline)):
                body += data
                if len(body) > most:
                    raise BadAnswer(f"an answer larger than {most // 1024 // 1024} MiB")
        except UpstreamError:
            if not part:
                raise
        return bytes(body)

    async def _stream(self, reply: Reply, call: Call, first: bytes, first_by: float) -> None:
        reader = self._reader = self.wire.reader(
            self.request.asked, now=self.clock.now(), strict=self.delivery.how == "whole"
        )
        try:
            await self._take(first, reader)
            while not reader.ended:
                until = self._wait(reader, call.timeouts, first_by)
                await self._take(await self._more(reply, reader, until), reader)
            self.complete = True
            await self.delivery.finish()
        except UpstreamError as error:
            if not self.delivery.committed:
                raise
            raise broken(error) from error
        except asyncio.CancelledError:
            if self.delivery.caller.gone and reader.meaningful:
                until = min(self.clock.monotonic() + call.timeouts.drain, self.deadline)
                transcript = self.delivery.transcript
                self.complete = await self.drains.read_on(reply, reader, until, transcript)
            raise
        await self._linger(reply)

    def _wait(self, reader: Reader, timeouts: Timeouts, first_by: float) -> float:
        """Until when the next bytes may come."""
        if not self._begun:
            return first_by
        until = self.clock.monotonic() + (LAST_WORDS if reader.told else timeouts.idle)
        # Held until it is whole, an answer is bounded like one that is not streamed.
        held = self.delivery.how == "whole"
        return min(until, self.started + timeouts.answer) if held else until

    @property
    def _begun(self) -> bool:
        return self.began_at is not None or self.delivery.committed

    async def _more(self, reply: Reply, reader: Reader, until: float) -> bytes:
        try:
            return await self._read(reply, min(until, self.deadline))
        except (Cut, BadAnswer, Stalled):
            if not reader.complete:
                raise
            return b""  # the answer is whole; only its [DONE] is lost

    async def _take(self, data: bytes, reader: Reader) -> None:
        passed = reader.feed(data) if data else Passed(reader.end())
        if self.began_at is None and reader.meaningful:
            self.began_at = self.clock.monotonic()
        await self.delivery.take(passed, reader)
        if reader.failure is not None:
            raise reader.failure

    async def _read(self, reply: Reply, until: float) -> bytes:
        try:
            return await reply.read(until)
        except Silent as error:
            if self.clock.monotonic() >= self.deadline - SLACK:
                raise DeadlineExceeded("The time allowed for this request is over.") from error
            if self._begun:
                raise Stalled("nothing came for too long") from error
            phase = "first_event" if self.request.asked.stream else "answer"
            raise Silent("no answer began in time", phase=phase) from error

    async def _linger(self, reply: Reply) -> None:
        """Lets the provider end its answer; the caller has all of it already."""
        until = self.clock.monotonic() + LINGER
        with suppress(UpstreamError):
            for _ in range(16):
                if not await reply.read(until):
                    return


def _is_whole(first: bytes) -> bool:
    """JSON, HTML or nothing where a stream was asked for: an error, or no answer at all. By its
    first bytes: providers label streams as JSON, and errors as streams."""
    return not first or first.lstrip()[:1] in (b"{", b"[", b"<")
