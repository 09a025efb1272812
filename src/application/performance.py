"""One attempt: open the call, judge what comes, pass it on. Fails with UpstreamError before the
commit boundary and with StreamBroken after it."""

from contextlib import suppress

from attrs import define

from ..domain import outgoing
from ..domain.catalogue import Timeouts
from ..domain.dialects import openai_chat
from ..domain.dialects.openai_chat.stream import Passed, StreamReader
from ..domain.errors import (
    BadAnswer,
    Cut,
    DeadlineExceeded,
    Silent,
    Stalled,
    StreamBroken,
    UpstreamError,
)
from ..domain.journey import Attempt
from ..domain.ports import Call, Clock, Reply, Upstream
from ..domain.receipt import Usage
from .delivery import LiveDelivery
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
    delivery: LiveDelivery
    deadline: float
    started: float
    under_way: bool = True
    usage: Usage | None = None
    upstream_request_id: str = ""

    @property
    def waited(self) -> float:
        """Seconds until the answer began; 0 for a whole one, whose beginning nobody sees."""
        began = self.delivery.first_event_at if self.request.chat.stream else None
        return (began or self.started) - self.started

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

    async def _judge(self, reply: Reply, call: Call) -> None:
        self.upstream_request_id = reply.headers.get("x-request-id", "")[:128]
        if not 200 <= reply.status < 300:
            raise await self._refused(reply)
        openai_chat.answer.check_encoding(reply.headers)
        if not self.request.chat.stream:
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
        allowed = call.timeouts.headers if self.request.chat.stream else call.timeouts.answer
        return late and self.deadline - self.started < allowed

    def _call(self) -> Call:
        stop = self.attempt.stop
        timeouts = stop.provider.timeouts_for(stop.model)
        return Call(
            provider=stop.provider,
            url=stop.provider.base_url.rstrip("/") + "/chat/completions",
            headers=outgoing.headers(
                stop.provider,
                self.attempt.key,
                stream=self.request.chat.stream,
                forward=self.request.forward,
            ),
            body=openai_chat.request.write(
                self.request.chat, stop.model, ask_usage=stop.provider.stream_usage
            ),
            timeouts=timeouts,
            open_by=min(self.deadline, self._limit(timeouts.headers, timeouts)),
        )

    def _limit(self, wait: float, timeouts: Timeouts) -> float:
        # Not streamed: a provider may think for as long as a whole answer may take.
        whole = self.started + timeouts.answer
        return self.clock.monotonic() + wait if self.request.chat.stream else whole

    async def _refused(self, reply: Reply) -> UpstreamError:
        until = self.clock.monotonic() + ERROR_SECONDS
        body = await self._read_all(reply, until, LARGEST_ERROR, part=True)
        return openai_chat.errors.classify(reply.status, reply.headers, body, now=self.clock.now())

    async def _whole(self, reply: Reply, body: bytes) -> None:
        usage = openai_chat.answer.read(reply.headers, body, now=self.clock.now())
        if self.request.chat.stream:
            raise BadAnswer("a whole answer where a stream was asked for", status=reply.status)
        self.usage = usage or Usage(output_tokens=len(body) // 4, estimated=True)
        await self.delivery.whole(body, reply.headers.get("content-type", "application/json"))

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
        reader = StreamReader(
            hide_usage=not self.request.chat.include_usage,
            choices=self.request.chat.choices,
            now=self.clock.now(),
        )
        try:
            await self._take(first, reader)
            while not reader.ended:
                idle = LAST_WORDS if reader.told else call.timeouts.idle
                until = self.clock.monotonic() + idle if self.delivery.committed else first_by
                await self._take(await self._more(reply, reader, until), reader)
        except UpstreamError as error:
            if not self.delivery.committed:
                raise
            raise _broken(error) from error
        finally:
            self.usage = reader.usage or _estimate(reader)
        await self.delivery.finish()
        await self._linger(reply)

    async def _more(self, reply: Reply, reader: StreamReader, until: float) -> bytes:
        try:
            return await self._read(reply, min(until, self.deadline))
        except (Cut, BadAnswer, Stalled):
            if not reader.complete:
                raise
            return b""  # the answer is whole; only its [DONE] is lost

    async def _take(self, data: bytes, reader: StreamReader) -> None:
        passed = reader.feed(data) if data else Passed(reader.end())
        await self.delivery.take(passed, reader)
        if reader.failure is not None:
            raise reader.failure

    async def _read(self, reply: Reply, until: float) -> bytes:
        try:
            return await reply.read(until)
        except Silent as error:
            if self.clock.monotonic() >= self.deadline - SLACK:
                raise DeadlineExceeded("The time allowed for this request is over.") from error
            if self.delivery.committed:
                raise Stalled("nothing came for too long") from error
            phase = "first_event" if self.request.chat.stream else "answer"
            raise Silent("no answer began in time", phase=phase) from error

    async def _linger(self, reply: Reply) -> None:
        """Lets the provider end its answer; the caller has all of it already."""
        until = self.clock.monotonic() + LINGER
        with suppress(UpstreamError):
            for _ in range(16):
                if not await reply.read(until):
                    return


def _broken(error: UpstreamError) -> StreamBroken:
    code = {"cut": "upstream_cut", "stalled": "upstream_stalled"}
    return StreamBroken(
        f"The provider's stream broke off: {error.detail or error.reason}."
        " What was sent is not complete; ask again.",
        code=code.get(error.reason, "upstream_error"),
        cause=error,
    )


def _is_whole(first: bytes) -> bool:
    """JSON, HTML or nothing where a stream was asked for: an error, or no answer at all. By its
    first bytes: providers label streams as JSON, and errors as streams."""
    return not first or first.lstrip()[:1] in (b"{", b"[", b"<")


def _estimate(reader: StreamReader) -> Usage:
    """Providers send about a token an event; better than nothing, and marked."""
    return Usage(output_tokens=reader.events, estimated=True)
