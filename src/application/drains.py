"""Reading on after a caller left: the provider is paid for its whole answer either way, and only
its last words say how much that is (reliability 3.2)."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from attrs import define

from ..domain.dialects.codec import Passed, Reader
from ..domain.errors import UpstreamError
from ..domain.ports import Reply
from .transcript import Transcript

#: At once in one process; past that an answer is cut short, and its usage estimated.
MOST = 8


@define
class Drains:
    """How many answers are being read on. `most=0`: where nothing may run on after the caller."""

    most: int = MOST
    under_way: int = 0

    async def read_on(
        self, reply: Reply, reader: Reader, until: float, transcript: Transcript | None
    ) -> bool:
        """Reads an answer to its last word, but not past the monotonic instant `until`; whether
        all of it came. Nothing is read where there is no place."""
        kept = Transcript() if transcript is None else transcript
        with self._place() as granted, suppress(UpstreamError):
            while granted and not _over(reader):
                data = await reply.read(until)
                passed = reader.feed(data) if data else Passed(reader.end())
                kept.add(passed.raw)
        with suppress(UpstreamError):
            if reader.complete and not reader.ended:
                kept.add(reader.end())  # the answer is whole; only its [DONE] is lost
        return reader.complete and reader.failure is None

    @contextmanager
    def _place(self) -> Iterator[bool]:
        granted = self.under_way < self.most
        self.under_way += granted
        try:
            yield granted
        finally:
            self.under_way -= granted


def _over(reader: Reader) -> bool:
    """Nothing more is worth reading. What it used comes after the answer, also where the caller
    did not ask for it."""
    counted = reader.complete and reader.usage is not None
    return counted or reader.ended or reader.failure is not None
