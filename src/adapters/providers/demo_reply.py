"""The demo's answers on their way: one piece at a time, in the clock's time."""

from collections.abc import Mapping, Sequence

from ...domain.errors import Silent
from ...domain.ports import Clock


class DemoReply:
    """The port's `Reply` over ready pieces, with `gap` seconds before each but the first."""

    def __init__(
        self, clock: Clock, status: int, content_type: str, pieces: Sequence[bytes], *, gap: float
    ) -> None:
        self._clock = clock
        self._status = status
        self._content_type = content_type
        self._pieces = pieces
        self._gap = gap
        self._given = 0
        self._due = clock.monotonic()

    @property
    def status(self) -> int:
        return self._status

    @property
    def headers(self) -> Mapping[str, str]:
        return {"content-type": self._content_type}

    async def read(self, until: float) -> bytes:
        if self._given == len(self._pieces):
            return b""
        now = self._clock.monotonic()
        if now < self._due:
            await self._clock.sleep(max(0.0, min(self._due, until) - now))
        if until < self._due:
            raise Silent("the demo has not spoken yet", phase="answer")
        self._given += 1
        self._due = max(self._due, now) + self._gap
        return self._pieces[self._given - 1]
