"""The ledger on SQLite: each verb one transaction of the writing thread, shared with others."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, tzinfo
from functools import partial
from typing import TypeVar

from attrs import define, field

from ....domain.events import StoreFailed
from ....domain.ports import Clock, Observer
from ....domain.quota import Hold, News, Outcome, Verdict
from ..bookkeeping import KEPT, TRIM_EVERY, Bookkeeper, Tidied
from .database import Database
from .pages import SqlPages

T = TypeVar("T")


@define(eq=False)
class SqliteLedger:
    """The port `Ledger`. Several processes may keep the same file; `zone` is whose days are added
    up. The observer hears of what nobody waits for; it may be called in the writing thread."""

    database: Database
    clock: Clock
    observer: Observer
    zone: tzinfo = UTC
    kept: int = KEPT
    trim_every: int = TRIM_EVERY
    _tidied: Tidied = field(factory=Tidied)

    async def admit(self, hold: Hold) -> Verdict:
        now = self.clock.now()
        if hold.limited:
            return await self._write(lambda keeper: keeper.admit(hold, now))
        verdict = Verdict(admitted=True, degraded=self.database.failing)
        self.database.write_behind(
            partial(self._carried_out, lambda keeper: keeper.admit(hold, now)), self._complain
        )
        return verdict

    async def settle(self, hold: Hold, outcome: Outcome) -> News:
        now = self.clock.now()
        return await self._write(lambda keeper: keeper.settle(hold, outcome, now))

    async def move(self, hold: Hold) -> Verdict:
        now = self.clock.now()
        return await self._write(lambda keeper: keeper.move(hold, now))

    async def checkpoint(self, hold: Hold, outcome: Outcome) -> None:
        await self._write(lambda keeper: keeper.checkpoint(hold, outcome))

    async def sweep(self) -> int:
        now = self.clock.now()
        return await self._write(lambda keeper: keeper.sweep(now))

    async def _write(self, verb: Callable[[Bookkeeper], T]) -> T:
        return await self.database.write(partial(self._carried_out, verb))

    def _carried_out(self, verb: Callable[[Bookkeeper], T], connection: sqlite3.Connection) -> T:
        """In the writing thread, where connections come and go."""
        pages = SqlPages(connection, self._unreadable)
        keeper = Bookkeeper(pages, self.zone, self.kept, self.trim_every, self._tidied)
        return verb(keeper)

    def _unreadable(self, id: str) -> None:
        self.observer.note(StoreFailed("read", f"The entry {id} cannot be read; it is set aside."))

    def _complain(self, error: Exception) -> None:
        self.observer.note(StoreFailed("admit", str(error)))
