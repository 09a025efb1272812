"""Who asked, as the relay sees it: it pushes the answer, and never learns how it travels."""

from typing import Protocol

from ..domain.errors import Refusal
from ..domain.receipt import Receipt


class Caller(Protocol):
    """Takes exactly one answer: `answer`, or `open`, `write`... and `finish`, or `refuse`.

    A caller of a stream who has heard nothing for 15 s is told 200 and a comment by the adapter;
    `refuse` is then an error event. Writing raises CancelledError once the caller has gone.
    """

    @property
    def status(self) -> int:
        """What the caller was told: 0 for nothing yet, 499 once it has gone."""
        ...

    @property
    def gone(self) -> bool:
        """The caller left before its answer was complete."""
        ...

    async def answer(self, body: bytes, content_type: str, receipt: Receipt) -> None:
        """A whole answer: 200."""
        ...

    async def open(self, receipt: Receipt) -> None:
        """A stream begins, if it has not yet."""
        ...

    async def write(self, data: bytes) -> None:
        """Whole events of the stream."""
        ...

    async def finish(self) -> None:
        """The stream is complete; nothing follows."""
        ...

    async def refuse(self, refusal: Refusal, receipt: Receipt) -> None:
        """An error: a status, or, in a stream that has begun, one error event and the end."""
        ...
