"""The catalogue on SQLite: what was configured, and over it what was saved by any process."""

import sqlite3

from attrs import define, field

from ....domain.catalogue import Snapshot
from ....domain.change import Change
from ....domain.ports import Observer
from ..in_force import InForce
from ..records import written
from ..saved import check_version, unreadable
from .database import Database
from .records import counter, everything, save


@define(eq=False)
class SqliteCatalogue:
    """The port `Catalogue`. Await `load` before serving: until then only what was configured is
    known. What another process saves is in force here with the next commit or read of this
    process, or within seconds (`writer.LOOKS_EVERY`).

    The observer hears of records that cannot be read; it is called in the writing thread.
    """

    database: Database
    configured: Snapshot
    observer: Observer
    _force: InForce = field(init=False)
    _seen: int = 0

    def __attrs_post_init__(self) -> None:
        self._force = InForce(self.configured, self.observer)
        self.database.watch(self._look)

    def snapshot(self) -> Snapshot:
        return self._force.snapshot

    async def load(self) -> Snapshot:
        """Reads what was saved. Raises StoreUnavailable."""
        await self.database.read(self._look)
        return self._force.snapshot

    async def heard(self, version: int | None) -> None:
        """The commits of other processes are seen in the file."""

    async def save(self, change: Change, expected_version: int) -> Snapshot:
        row = written(change, expected_version + 1, self.configured)
        found = await self.database.write(lambda file: save(file, row, self.configured))
        if found is None:
            raise unreadable(change)
        check_version(change, found=found, expected=expected_version)
        return self._force.snapshot

    def _look(self, file: sqlite3.Connection) -> None:
        """In the writing thread, after each commit: has anybody saved something?"""
        count = counter(file)
        if count == self._seen:
            return
        self._force.take(everything(file))
        self._seen = count
