"""How one attempt's bytes reach the caller, and the commit boundary. Live delivery is here.

Status and headers wait for the first meaningful event; what precedes it is held, so that a failure
before it leaves no trace. From the commit on there is never a second provider and never a splice.
"""

from collections.abc import Callable
from math import ceil
from typing import Protocol

from attrs import define, field

from ..domain.dialects.codec import Passed, Reader
from ..domain.errors import BadAnswer, RateLimited, ServerFailed, StreamBroken, UpstreamError
from ..domain.ports import Clock
from ..domain.receipt import Delivered, Receipt
from .caller import Caller
from .transcript import Transcript

#: What precedes the first meaningful event is held back, up to here (design 4.6).
MOST_HELD_EVENTS, MOST_HELD_BYTES = 64, 256 * 1024
LARGEST_STREAM = 256 * 1024 * 1024


class Delivery(Protocol):
    """One attempt's bytes on their way. `first_event_at`: the monotonic instant at which the
    caller got the first of them."""

    @property
    def caller(self) -> Caller: ...

    @property
    def transcript(self) -> Transcript | None: ...

    @property
    def how(self) -> Delivered: ...

    @property
    def committed(self) -> bool: ...

    @property
    def first_event_at(self) -> float | None: ...

    @property
    def bytes_out(self) -> int: ...

    @property
    def ended(self) -> bool:
        """The caller has all of the answer."""
        ...

    async def whole(self, body: bytes, content_type: str) -> None:
        """A whole answer."""
        ...

    async def take(self, passed: Passed, reader: Reader) -> None:
        """Some events of a stream. Raises BadAnswer for a stream that says it is done and has no
        answer in it, and for one without an end."""
        ...

    async def finish(self) -> None:
        """The stream is complete."""
        ...

    def close(self) -> None:
        """The attempt is over, however it ended."""
        ...


@define
class LiveDelivery:
    """Each event goes on as it comes."""

    caller: Caller
    clock: Clock
    #: The receipt as it stands, for the headers.
    receipt: Callable[[], Receipt]
    transcript: Transcript | None = None
    how: Delivered = "live"
    committed: bool = False
    first_event_at: float | None = None
    bytes_out: int = 0
    ended: bool = False
    _held: list[bytes] = field(factory=list)
    _held_events: int = 0

    async def whole(self, body: bytes, content_type: str) -> None:
        self.begin(len(body))
        if self.transcript is not None:
            self.transcript.content_type = content_type
            self.transcript.add(body)
        await self.caller.answer(body, content_type, self.receipt())
        self.ended = True

    async def take(self, passed: Passed, reader: Reader) -> None:
        if self.transcript is not None:
            self.transcript.add(passed.raw)
        if self.committed:
            if passed.raw:
                self.bytes_out += len(passed.raw)
                await self.caller.write(passed.raw)
            if self.bytes_out > LARGEST_STREAM:
                raise BadAnswer("a stream larger than 256 MiB")
            return
        if passed.raw:
            self._held.append(passed.raw)
            self._held_events += passed.events
        if reader.meaningful or self._holds_too_much():
            await self._commit()
        elif reader.done:
            raise BadAnswer("a stream without an answer in it", status=200)

    async def finish(self) -> None:
        await self.caller.finish()
        self.ended = True

    def close(self) -> None:
        self._held.clear()

    async def _commit(self) -> None:
        held, self._held = b"".join(self._held), []
        self.begin(len(held))
        await self.caller.open(self.receipt())
        await self.caller.write(held)

    def begin(self, size: int) -> None:
        """The commit: from here on there is no way back."""
        self.committed = True
        self.first_event_at = self.clock.monotonic()
        self.bytes_out += size

    def _holds_too_much(self) -> bool:
        return self._held_events > MOST_HELD_EVENTS or sum(map(len, self._held)) > MOST_HELD_BYTES


def broken(error: UpstreamError) -> StreamBroken:
    """What a failure is once words have gone out."""
    code = {"cut": "upstream_cut", "stalled": "upstream_stalled"}
    return StreamBroken(
        f"The provider's stream broke off: {error.detail or error.reason}."
        f" What was sent is not complete; ask again{_when(error)}.",
        code=code.get(error.reason, "upstream_error"),
        cause=error,
    )


def _when(error: UpstreamError) -> str:
    """A header cannot say it any more."""
    after = error.retry_after if isinstance(error, RateLimited | ServerFailed) else None
    return "" if after is None else f" in {ceil(after)} s"
