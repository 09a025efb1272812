"""The catalogue on Redis: what was configured, and over it what was saved by any instance."""

from attrs import define, field

from ....domain.catalogue import Snapshot
from ....domain.change import Change
from ....domain.errors import StoreUnavailable
from ....domain.events import StoreFailed
from ....domain.ports import Clock, Observer
from .. import record_text
from ..in_force import InForce
from ..records import Saved, keeping, reading, written
from ..saved import check_version, unreadable
from .carrier import Carrier
from .layout import Keys
from .records import Records, every, exchange

#: Seconds for what nobody waits for.
WITHIN = 1.0
#: What stands in no field.
_NEVER = "never"


@define(eq=False)
class RedisCatalogue:
    """The port `Catalogue`. Await `load` before serving: until then only what was configured is
    known. What another instance saves is in force here once a request was settled here after it.
    """

    carrier: Carrier
    keys: Keys
    configured: Snapshot
    observer: Observer
    clock: Clock
    within: float = WITHIN
    _force: InForce = field(init=False)
    _known: Records = field(factory=Records)
    _loading: bool = False
    #: For which version it was read: where the books and the records differ, once is enough.
    _read_for: int = 0

    def __attrs_post_init__(self) -> None:
        self._force = InForce(self.configured, self.observer)

    def snapshot(self) -> Snapshot:
        return self._force.snapshot

    async def load(self) -> Snapshot:
        """Reads what was saved. One command. Raises StoreUnavailable."""
        asked = self._known
        self._take(await every(self.carrier, self.keys), asked)
        return self._force.snapshot

    async def heard(self, version: int | None) -> None:
        """One of many requests that hear it at once reads it for all of them."""
        if not version or version in (self._known.version, self._read_for) or self._loading:
            return
        self._loading = True
        try:
            async with self.clock.deadline(self.clock.monotonic() + self.within):
                await self.load()
            self._read_for = version
        except (StoreUnavailable, TimeoutError) as error:
            late = f"What was saved could not be read within {self.within:g} s."
            self.observer.note(StoreFailed("load", str(error) or late))
        finally:
            self._loading = False

    async def save(self, change: Change, expected_version: int) -> Snapshot:
        """One trip, where this instance has seen the record's last version; else two."""
        row = written(change, expected_version + 1, self.configured)
        while not await self._set(row):
            self._check(change, expected_version)
        return self._force.snapshot

    async def _set(self, row: Saved) -> bool:
        """If there stands what is known here, of the version before; it is known after that."""
        asked, before = self._known, _NEVER
        known = asked.found.get(row.id)
        if known is None and row.version == 1:
            before = ""
        elif known is not None and self._fits(known.row, row):
            row, before = keeping(row, known.row), known.text
        text = record_text.text(row, asked.place(row.id))
        done, found = await exchange(self.carrier, self.keys, row.id, before, text)
        self._take(found, asked)
        return done

    def _fits(self, known: Saved, row: Saved) -> bool:
        return known.version == row.version - 1 and reading(known, self.configured) is not None

    def _check(self, change: Change, expected: int) -> None:
        """Why was it not set? Raises ValueError, unless it was for what is only known now."""
        found = self._known.found.get(change.id)
        if found is not None and reading(found.row, self.configured) is None:
            raise unreadable(change)
        check_version(change, found=found.row.version if found else 0, expected=expected)

    def _take(self, found: Records, asked: Records) -> None:
        """`asked`: what was known when it was asked for. Answers may overtake one another; but a
        lower number may also be another store's."""
        if found.version < self._known.version and self._known is not asked:
            return
        if found != self._known:
            self._known = found
            self._force.take(found.rows)
