"""Books what is in usage lines of a log: each of them once, however often the log is told."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from attrs import define, field, frozen

from ..domain import usage_search
from ..domain.errors import NotStorable
from ..domain.ports import Ledger
from ..domain.quota import Hold, Outcome
from ..domain.usage_line import BadLine, Reader, Reason

#: Lines that are settled at once, and those that are refused and named by their number.
AT_ONCE, MOST_NAMED = 16, 10
#: Lines of a log after which it is told how far it is, also where nothing is to be booked.
OFTEN = 10_000


@frozen
class LogLine:
    """One line of a log: where it is, and what it says."""

    number: int
    text: str


@define
class Tally:
    """How far it has come. `refused`: how many for which reason, and the first lines of each."""

    lines: int = 0
    found: int = 0
    booked: int = 0
    known: int = 0
    refused: Counter[Reason] = field(factory=Counter)
    named: dict[Reason, list[int]] = field(factory=dict)

    def refuse(self, reason: Reason, number: int) -> None:
        self.refused[reason] += 1
        named = self.named.setdefault(reason, [])
        if len(named) < MOST_NAMED and number not in named:
            named.append(number)


@define
class Replay:
    """`progress` hears every few lines how far it is; `now`: Unix seconds."""

    reader: Reader
    now: float
    progress: Callable[[Tally], None] = lambda tally: None
    tally: Tally = field(factory=Tally)

    def look(self, log: Iterable[LogLine]) -> None:
        """Reads it to its end, and books nothing."""
        for _ in self._owed(log):
            pass

    async def run(self, log: Iterable[LogLine], ledger: Ledger) -> None:
        """Reads it to its end, a few lines at a time. Raises StoreUnavailable; what was booked
        until then stands, and doing it all again books the rest."""
        owed = self._owed(log)
        while some := list(islice(owed, AT_ONCE)):
            await self._settle(some, ledger)
            self.progress(self.tally)

    def _owed(self, log: Iterable[LogLine]) -> Iterator[tuple[int, Hold, Outcome]]:
        for line in log:
            self.tally.lines += 1
            if self.tally.lines % OFTEN == 0:
                self.progress(self.tally)
            seem = usage_search.count(line.text)
            found = usage_search.search(line.text) if seem else []
            self.tally.found += max(seem, len(found))
            for _ in range(seem - len(found)):
                self.tally.refuse("damaged", line.number)
            for one in found:
                try:
                    held, outcome = self.reader.read(one, self.now)
                except BadLine as bad:
                    self.tally.refuse(bad.reason, line.number)
                else:
                    yield line.number, held, outcome

    async def _settle(self, some: list[tuple[int, Hold, Outcome]], ledger: Ledger) -> None:
        told = await asyncio.gather(
            *(ledger.settle(held, outcome) for _, held, outcome in some), return_exceptions=True
        )
        away: BaseException | None = None
        for (number, _, _), news in zip(some, told, strict=True):
            if isinstance(news, NotStorable):
                self.tally.refuse("not_storable", number)
            elif isinstance(news, BaseException):
                away = away or news
            elif news.known:
                self.tally.known += 1
            else:
                self.tally.booked += 1
        if away is not None:
            raise away
