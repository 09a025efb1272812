"""Leases on SQLite: one statement each, and a row per name that outlives its holder."""

import sqlite3

from attrs import define

from ....domain.ports import Clock
from .database import Database

#: Tokens grow for ever, also after a release: the row stays.
_ACQUIRE = """
    INSERT INTO leases (name, token, until) VALUES (?1, 1, ?3)
    ON CONFLICT (name) DO UPDATE SET token = token + 1, until = excluded.until
        WHERE leases.until <= ?2
    RETURNING token"""
_RELEASE = "UPDATE leases SET until = 0 WHERE name = ? AND token = ?"


@define
class SqliteLeases:
    """The port `Leases`, among all processes of this machine, by its clock."""

    database: Database
    clock: Clock

    async def acquire(self, name: str, ttl: float) -> int | None:
        now = self.clock.now()

        def verb(connection: sqlite3.Connection) -> int | None:
            row: tuple[int] | None = connection.execute(_ACQUIRE, (name, now, now + ttl)).fetchone()
            return None if row is None else row[0]

        return await self.database.write(verb)

    async def release(self, name: str, token: int) -> None:
        await self.database.write(lambda file: file.execute(_RELEASE, (name, token)).rowcount)
