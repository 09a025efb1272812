"""What a person wants to know of a store before it matters: `airelay store check | stats`."""

from collections.abc import Awaitable, Callable
from statistics import median
from typing import Protocol

from attrs import frozen

from ...domain.ports import Clock

#: Trips that are timed.
TIMED = 5


@frozen
class Checked:
    """The state of a store that answers."""

    #: What it is, as it says: "Valkey 8.1"; "" where it does not say.
    server: str
    #: The median of a few trips.
    seconds: float
    #: How often a record was saved, and how many there are.
    version: int
    records: int
    #: What nobody can read: damaged, or a newer relay's. By their names in the store.
    unreadable: tuple[str, ...] = ()
    #: What it throws away when its memory is full; None: it does not say; "": that cannot happen.
    evicts: str | None = ""
    #: By how many seconds its clock is ahead of this machine's; None: it does not say.
    ahead: float | None = None

    @property
    def forgets(self) -> bool:
        """It may throw away what is in the books."""
        return self.evicts not in (None, "", "noeviction")


@frozen
class Stats:
    """How much there is of what."""

    open_holds: int
    #: Settled requests that are not folded yet; they are in no sum, until somebody reads.
    waiting: int
    receipts: int
    #: Rows of the sums.
    sums: int
    records: int
    #: Without stored answers; None: it does not say.
    bytes: int | None


class Inspection(Protocol):
    """Raises StoreUnavailable."""

    async def check(self) -> Checked: ...

    async def stats(self) -> Stats: ...


async def timed(trip: Callable[[], Awaitable[object]], clock: Clock) -> float:
    """Seconds of the median of a few trips, after one that connects."""
    await trip()
    found = []
    for _ in range(TIMED):
        started = clock.monotonic()
        await trip()
        found.append(clock.monotonic() - started)
    return median(found)
