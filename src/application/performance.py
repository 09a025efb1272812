"""One attempt: open the call, judge what comes, pass it on. Fails with UpstreamError before the
commit boundary and with StreamBroken after it."""

from collections.abc import Callable
from contextlib import suppress

from attrs import define, field

from ..domain import outgoing
from ..domain.catalogue import Waits
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
from ..domain.receipt import Receipt, Usage
from .caller import Caller
from .request import Request

#: What precedes the first meaningful event is held back, up to here (design 4.6).
MOST_HELD_EVENTS, MOST_HELD_BYTES = 64, 256 * 1024
LARGEST_ANSWER, LARGEST_STREAM = 32 * 1024 * 1024, 256 * 1024 * 1024
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
    caller: Caller
    attempt: Attempt
    deadline: float
    #: The receipt as it stands, for the headers.
    receipt: Callable[[], Receipt]
    started: float
    under_way: bool = True
    committed: bool = False
    first_event_at: float | None = None
    usage: Usage | None = None
    bytes_out: int = 0
    upstream_request_id: str = ""
    _held: list[bytes] = field(factory=list)
    _held_events: int = 0

    @property
    def waited(self) -> float:
        """Seconds until the answer began; 0 for a whole one, whose beginning nobody sees."""
        began = self.first_event_at if self.request.chat.stream else None
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
        if self.request.chat.stream and not _is_whole(reply):
            await self._stream(reply, call)
        else:
            await self._whole(reply, call)

    def _hurried(self, call: Call) -> bool:
        """The caller allowed less time than the provider may take: no fault of the provider's, or
        a few impatient callers would open its breaker for all (reliability 4.2)."""
        late = self.clock.monotonic() >= self.deadline - SLACK
        return late and self.deadline - self.started < call.waits.headers

    def _call(self) -> Call:
        stop = self.attempt.stop
        waits = stop.provider.waits_for(stop.model)
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
            waits=waits,
            open_by=min(self.deadline, self._limit(waits.headers, waits)),
        )

    def _limit(self, wait: float, waits: Waits) -> float:
        # Not streamed: a provider may think for as long as a whole answer may take.
        whole = self.started + waits.answer
        return self.clock.monotonic() + wait if self.request.chat.stream else whole

    async def _refused(self, reply: Reply) -> UpstreamError:
        until = min(self.deadline, self.clock.monotonic() + ERROR_SECONDS)
        body = await self._read_all(reply, until, LARGEST_ERROR, part=True)
        return openai_chat.errors.classify(reply.status, reply.headers, body, now=self.clock.now())

    async def _whole(self, reply: Reply, call: Call) -> None:
        until = min(self.deadline, self._limit(call.waits.first_event, call.waits))
        body = await self._read_all(reply, until, LARGEST_ANSWER)
        usage = openai_chat.answer.read(reply.headers, body, now=self.clock.now())
        if self.request.chat.stream:
            raise BadAnswer("a whole answer where a stream was asked for", status=reply.status)
        self.usage = usage or Usage(output_tokens=len(body) // 4, estimated=True)
        self.first_event_at = self.clock.monotonic()
        self.committed = True
        self.bytes_out = len(body)
        await self.caller.answer(
            body, reply.headers.get("content-type", "application/json"), self.receipt()
        )

    async def _read_all(self, reply: Reply, until: float, most: int, part: bool = False) -> bytes:
        body = bytearray()
        try:
            while data := await self._read(reply, until):
                body += data
                if len(body) > most:
                    raise BadAnswer(f"an answer larger than {most // 1024 // 1024} MiB")
        except UpstreamError:
            if not part:
                raise
        return bytes(body)

    async def _stream(self, reply: Reply, call: Call) -> None:
        openai_chat.answer.check_encoding(reply.headers)
        reader = StreamReader(
            hide_usage=not self.request.chat.include_usage,
            choices=self.request.chat.choices,
            now=self.clock.now(),
        )
        try:
            await self._follow(reply, reader, call)
        except UpstreamError as error:
            if not self.committed:
                raise
            raise self._broken(error) from error
        finally:
            self.usage = reader.usage or _estimate(reader)
        await self.caller.finish()
        await self._linger(reply)

    async def _follow(self, reply: Reply, reader: StreamReader, call: Call) -> None:
        first_by = self.clock.monotonic() + call.waits.first_event
        while not reader.done:
            idle = LAST_WORDS if reader.told else call.waits.idle
            until = self.clock.monotonic() + idle if self.committed else first_by
            try:
                data = await self._read(reply, min(until, self.deadline))
            except (Cut, BadAnswer, Stalled):
                if not reader.complete:
                    raise
                data = b""  # the answer is whole; only its [DONE] is lost
            if not data:
                await self._pass(Passed(reader.end()), reader)
                return
            await self._pass(reader.feed(data), reader)
            if reader.failure is not None:
                raise reader.failure
            if self.bytes_out > LARGEST_STREAM:
                raise BadAnswer("a stream larger than 256 MiB")

    async def _read(self, reply: Reply, until: float) -> bytes:
        try:
            return await reply.read(until)
        except Silent as error:
            if self.clock.monotonic() >= self.deadline - SLACK:
                raise DeadlineExceeded("The time allowed for this request is over.") from error
            if self.committed:
                raise Stalled("nothing came for too long") from error
            phase = "first_event" if self.request.chat.stream else "answer"
            raise Silent("no answer began in time", phase=phase) from error

    async def _pass(self, passed: Passed, reader: StreamReader) -> None:
        if not self.committed:
            if passed.raw:
                self._held.append(passed.raw)
                self._held_events += passed.events
            if not reader.meaningful and not self._held_too_much():
                if reader.done:
                    raise BadAnswer("a stream without an answer in it", status=200)
                return
            await self._commit()
        elif passed.raw:
            self.bytes_out += len(passed.raw)
            await self.caller.write(passed.raw)

    async def _commit(self) -> None:
        """From here on never a second provider, never a splice."""
        self.committed = True
        self.first_event_at = self.clock.monotonic()
        held, self._held = b"".join(self._held), []
        self.bytes_out += len(held)
        await self.caller.open(self.receipt())
        await self.caller.write(held)

    def _held_too_much(self) -> bool:
        return self._held_events > MOST_HELD_EVENTS or sum(map(len, self._held)) > MOST_HELD_BYTES

    def _broken(self, error: UpstreamError) -> StreamBroken:
        code = {"cut": "upstream_cut", "stalled": "upstream_stalled"}
        return StreamBroken(
            f"The provider's stream broke off: {error.detail or error.reason}."
            " What was sent is not complete; ask again.",
            code=code.get(error.reason, "upstream_error"),
            cause=error,
        )

    async def _linger(self, reply: Reply) -> None:
        """Lets the provider end its answer; the caller has all of it already."""
        until = self.clock.monotonic() + LINGER
        with suppress(UpstreamError):
            for _ in range(16):
                if not await reply.read(until):
                    return


def _is_whole(reply: Reply) -> bool:
    """JSON or HTML where a stream was asked for: an error, or no answer at all."""
    content_type = reply.headers.get("content-type", "").lower()
    return "json" in content_type or "html" in content_type


def _estimate(reader: StreamReader) -> Usage:
    """Providers send about a token an event; better than nothing, and marked."""
    return Usage(output_tokens=reader.events, estimated=True)
