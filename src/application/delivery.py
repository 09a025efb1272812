"""Live delivery: what is held until the answer begins, the commit boundary, and what went out.

Status and headers wait for the first meaningful event; what precedes it is held, so that a failure
before it leaves no trace. From the commit on there is never a second provider and never a splice.
"""

from collections.abc import Callable

from attrs import define, field

from ..domain.dialects.openai_chat.stream import Passed, StreamReader
from ..domain.errors import BadAnswer
from ..domain.ports import Clock
from ..domain.receipt import Receipt
from .caller import Caller

#: What precedes the first meaningful event is held back, up to here (design 4.6).
MOST_HELD_EVENTS, MOST_HELD_BYTES = 64, 256 * 1024
LARGEST_STREAM = 256 * 1024 * 1024


@define
class LiveDelivery:
    """One attempt's bytes on their way to the caller. `first_event_at` is monotonic."""

    caller: Caller
    clock: Clock
    #: The receipt as it stands, for the headers.
    receipt: Callable[[], Receipt]
    committed: bool = False
    first_event_at: float | None = None
    bytes_out: int = 0
    _held: list[bytes] = field(factory=list)
    _held_events: int = 0

    async def whole(self, body: bytes, content_type: str) -> None:
        """A whole answer."""
        self._begin(len(body))
        await self.caller.answer(body, content_type, self.receipt())

    async def take(self, passed: Passed, reader: StreamReader) -> None:
        """Some events of a stream: held, or sent on. Raises BadAnswer for a stream that says it
        is done and has no answer in it, and for one without an end."""
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
        """The stream is complete."""
        await self.caller.finish()

    async def _commit(self) -> None:
        held, self._held = b"".join(self._held), []
        self._begin(len(held))
        await self.caller.open(self.receipt())
        await self.caller.write(held)

    def _begin(self, size: int) -> None:
        self.committed = True
        self.first_event_at = self.clock.monotonic()
        self.bytes_out += size

    def _holds_too_much(self) -> bool:
        return self._held_events > MOST_HELD_EVENTS or sum(map(len, self._held)) > MOST_HELD_BYTES
