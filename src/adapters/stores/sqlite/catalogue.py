"""The catalogue on SQLite: what was configured, and over it what was saved by any process."""

import sqlite3

from attrs import define, field

from ....domain.catalogue import Snapshot
from ....domain.change import Change, applied
from ....domain.events import StoreFailed
from ....domain.ports import Observer
from ..saved import check_version
from .database import Database
from .records import Saved, counter, everything, reading, save, written


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
    _snapshot: Snapshot = field(init=False)
    _seen: int = 0
    #: What was read last, by id: it stands where the file is damaged later.
    _good: dict[str, tuple[Change, int]] = field(factory=dict)
    _bad: set[str] = field(factory=set)

    def __attrs_post_init__(self) -> None:
        self._snapshot = self.configured
        self.database.watch(self._look)

    def snapshot(self) -> Snapshot:
        return self._snapshot

    async def load(self) -> Snapshot:
        """Reads what was saved. Raises StoreUnavailable."""
        await self.database.read(self._look)
        return self._snapshot

    async def save(self, change: Change, expected_version: int) -> Snapshot:
        row = written(change, expected_version + 1, self.configured)
        found = await self.database.write(lambda file: save(file, row, self.configured))
        if found is None:
            raise ValueError(f"{change.id}: what is saved cannot be read, and is not overwritten")
        check_version(change, found=found, expected=expected_version)
        return self._snapshot

    def _look(self, file: sqlite3.Connection) -> None:
        """In the writing thread, after each commit: has anybody saved something?"""
        count = counter(file)
        if count == self._seen:
            return
        self._good = dict(item for row in everything(file) for item in self._read(row))
        self._snapshot = applied(self.configured, self._good.values())
        self._seen = count

    def _read(self, row: Saved) -> list[tuple[str, tuple[Change, int]]]:
        change = reading(row, self.configured)
        if change is not None:
            self._bad.discard(row.id)
            return [(row.id, (change, row.version))]
        if row.id not in self._bad:
            self._bad.add(row.id)
            self.observer.note(
                StoreFailed("catalogue", f"The saved record {row.id!r} cannot be read; it is left.")
            )
        return [(row.id, last)] if (last := self._last(row)) else []

    def _last(self, row: Saved) -> tuple[Change, int] | None:
        """What was read before stands. A client key that cannot be read lets nobody in."""
        if row.kind == "client_key":
            return self._good.get(row.id, (Change("client_key", row.name, None), 0))
        return self._good.get(row.id)
