"""Whole delivery: the stream is held until it is complete, so that any failure can be mended.

A complete answer or none (ADR 0013). What is held is bounded, for one answer and for the process;
over the bound the answer goes on live, and says so.
"""

from collections.abc import Iterator

from attrs import define, field

from ..domain import sse
from ..domain.dialects.codec import Passed, Reader
from ..domain.errors import BadAnswer
from ..domain.receipt import Delivered
from .caller import Caller
from .delivery import MOST_HELD_BYTES, LiveDelivery
from .transcript import Transcript

#: Bytes held for one answer, and for all of a process.
MOST_HELD, MOST_HELD_BY_ALL = 8 * 1024 * 1024, 256 * 1024 * 1024
#: About so many bytes are written at once when it is complete: a slow reader slows us down.
PIECE = 64 * 1024
#: Told to the caller as a comment where the answer was too large to be held.
SWITCHED = sse.comment("relay: too large to be held; delivered live from here on")


@define
class Room:
    """What all answers of a process may hold together, in bytes."""

    left: int = MOST_HELD_BY_ALL

    def take(self, size: int) -> bool:
        """Whether there is so much room; it is then taken."""
        if size > self.left:
            return False
        self.left -= size
        return True

    def give_back(self, size: int) -> None:
        """So much is no longer held."""
        self.left += size


@define
class WholeDelivery:
    """Holds an attempt's bytes until they are complete, then lets them go at once."""

    live: LiveDelivery
    room: Room
    most: int = MOST_HELD
    how: Delivered = "whole"
    _held: list[bytes] = field(factory=list)
    #: Bytes for which there is room, and bytes for which there was none.
    _size: int = 0
    _beyond: int = 0

    @property
    def caller(self) -> Caller:
        return self.live.caller

    @property
    def transcript(self) -> Transcript | None:
        return self.live.transcript

    @property
    def committed(self) -> bool:
        return self.live.committed

    @property
    def first_event_at(self) -> float | None:
        return self.live.first_event_at

    @property
    def bytes_out(self) -> int:
        return self.live.bytes_out

    @property
    def ended(self) -> bool:
        return self.live.ended

    async def whole(self, body: bytes, content_type: str) -> None:
        await self.live.whole(body, content_type)

    async def take(self, passed: Passed, reader: Reader) -> None:
        if self.committed:
            await self.live.take(passed, reader)
            return
        if reader.failure is not None:
            return  # nothing of it goes out, and what is not out can be mended
        if self.transcript is not None:
            self.transcript.add(passed.raw)
        self._hold(passed.raw)
        if reader.done and not reader.meaningful:
            raise BadAnswer("a stream without an answer in it", status=200)
        # Where there is no room at all, what precedes the answer waits for it, as in live delivery.
        if self._beyond and (reader.meaningful or self._beyond > MOST_HELD_BYTES):
            self.how, reader.strict = "switched", False
            await self._release(SWITCHED)

    async def finish(self) -> None:
        if not self.committed:
            await self._release(b"")
        await self.live.finish()

    def close(self) -> None:
        self._held.clear()
        self.room.give_back(self._size)
        self._size = 0

    def _hold(self, raw: bytes) -> None:
        self._held.append(raw)
        if self._size + len(raw) <= self.most and self.room.take(len(raw)):
            self._size += len(raw)
        else:
            self._beyond += len(raw)

    async def _release(self, note: bytes) -> None:
        """Lets go of it. Its room is free once it is written: a slow reader still takes it up."""
        self.live.begin(0)
        await self.caller.open(self.live.receipt())
        for piece in _pieces([note, *self._held]):
            self.live.bytes_out += len(piece)
            await self.caller.write(piece)
        self.close()


def _pieces(held: list[bytes]) -> Iterator[bytes]:
    """Whole events, some at a time: the adapter may put a comment between two pieces."""
    piece: list[bytes] = []
    size = 0
    for raw in held:
        piece.append(raw)
        size += len(raw)
        if size >= PIECE:
            yield b"".join(piece)
            piece, size = [], 0
    if size:
        yield b"".join(piece)
