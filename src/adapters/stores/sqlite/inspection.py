"""The file, looked at."""

import sqlite3

from attrs import define

from ....domain.catalogue import Snapshot
from ....domain.ports import Clock
from ..inspection import Checked, Stats, timed
from ..records import reading
from .database import Database
from .records import counter, everything

_UNREADABLE = "SELECT id FROM entries WHERE state = 'unreadable' ORDER BY id"
_OPEN = "SELECT count(*) FROM entries WHERE state = 'open'"
_OVER = "SELECT count(*) FROM entries WHERE ended IS NOT NULL"
_SUMS = "SELECT count(*) FROM sums"
_RECORDS = "SELECT count(*) FROM records"


@define
class SqliteInspection:
    """The protocol `Inspection`."""

    database: Database
    configured: Snapshot
    clock: Clock

    async def check(self) -> Checked:
        seconds = await timed(lambda: self.database.read(counter), self.clock)
        return await self.database.read(lambda file: self._checked(file, seconds))

    async def stats(self) -> Stats:
        return await self.database.read(_stats)

    def _checked(self, file: sqlite3.Connection, seconds: float) -> Checked:
        rows = everything(file)
        bad = [row.id for row in rows if reading(row, self.configured) is None]
        entries = [id for (id,) in file.execute(_UNREADABLE)]
        return Checked(
            server=f"SQLite {sqlite3.sqlite_version}",
            seconds=seconds,
            version=counter(file),
            records=len(rows),
            unreadable=(*bad, *entries),
        )


def _stats(file: sqlite3.Connection) -> Stats:
    return Stats(
        open_holds=_number(file, _OPEN),
        waiting=0,
        receipts=_number(file, _OVER),
        sums=_number(file, _SUMS),
        records=_number(file, _RECORDS),
        bytes=_number(file, "PRAGMA page_count") * _number(file, "PRAGMA page_size"),
    )


def _number(file: sqlite3.Connection, question: str) -> int:
    (found,) = file.execute(question).fetchone()
    return int(found)
