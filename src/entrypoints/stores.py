"""The store that the settings name, opened to be looked at or copied: no relay is built for it."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from zoneinfo import ZoneInfo

from attrs import frozen

from ..adapters.clock import RealClock
from ..adapters.log import LogObserver
from ..adapters.outbound import Outbound
from ..adapters.stores.archive import Archive
from ..adapters.stores.inspection import Inspection
from ..adapters.stores.redis.archive import RedisArchive
from ..adapters.stores.redis.carrier import Carrier
from ..adapters.stores.redis.inspection import RedisInspection
from ..adapters.stores.redis.journal import RedisJournal
from ..adapters.stores.redis.layout import Keys
from ..adapters.stores.redis.ledger import RedisLedger
from ..adapters.stores.redis.rest import where
from ..adapters.stores.sqlite.archive import SqliteArchive
from ..adapters.stores.sqlite.database import NAME, Database
from ..adapters.stores.sqlite.inspection import SqliteInspection
from ..adapters.stores.sqlite.journal import SqliteJournal
from ..adapters.stores.sqlite.ledger import SqliteLedger
from ..domain.ports import Journal, Ledger, Observer
from .environments import carrier_of
from .settings import Settings


@frozen
class Opened:
    """A store, and where it is: without a secret."""

    where: str
    inspection: Inspection
    archive: Archive
    journal: Journal
    ledger: Ledger


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Opened | None]:
    """Closed after the block. None: there is no store but memory, which nobody else can see."""
    match settings.store.kind:
        case "memory":
            yield None
        case "file":
            database = Database(settings.data_dir / NAME)
            try:
                yield _in_file(database, settings)
            finally:
                await database.aclose()
        case "redis" | "upstash":
            outbound = Outbound()
            carrier = carrier_of(settings.store, outbound)
            try:
                yield _in_redis(carrier, settings)
            finally:
                await carrier.aclose()
                await outbound.aclose()


def _in_file(database: Database, settings: Settings) -> Opened:
    return Opened(
        str(database.path),
        SqliteInspection(database, settings.snapshot, RealClock()),
        SqliteArchive(database),
        SqliteJournal(database),
        SqliteLedger(database, RealClock(), _complaints(), ZoneInfo(settings.timezone)),
    )


def _in_redis(carrier: Carrier, settings: Settings) -> Opened:
    keys, clock = Keys(settings.namespace), RealClock()
    zone = ZoneInfo(settings.timezone)
    return Opened(
        where(settings.store.url),
        RedisInspection(carrier, keys, settings.snapshot, clock),
        RedisArchive(carrier, keys, zone),
        RedisJournal(carrier, keys, clock, zone),
        RedisLedger(carrier, keys, clock, zone),
    )


def _complaints() -> Observer:
    """What nobody waits for is told beside what the command prints."""
    return LogObserver(lambda line: print(line, file=sys.stderr), "text")
