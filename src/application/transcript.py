"""What a caller was sent, kept to be given again where an Idempotency-Key asks for it."""

from attrs import define, field

from ..domain.idempotency import LARGEST_STORED, StoredAnswer

#: As the HTTP side labels the streams that it sends.
EVENT_STREAM = "text/event-stream; charset=utf-8"


@define
class Transcript:
    """Bounded: an answer that is too large is not kept at all."""

    content_type: str = EVENT_STREAM
    _pieces: list[bytes] = field(factory=list)
    _size: int = 0

    def add(self, data: bytes) -> None:
        """The next bytes."""
        self._size += len(data)
        if self._size <= LARGEST_STORED:
            self._pieces.append(data)
        else:
            self._pieces.clear()

    def stored(self) -> StoredAnswer | None:
        """All of it, if it is small enough."""
        if self._size > LARGEST_STORED:
            return None
        return StoredAnswer(self.content_type, b"".join(self._pieces))
