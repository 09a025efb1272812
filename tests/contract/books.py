"""Both sides of the books, over every store. A store is one line in BOOKS."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import pytest
from attrs import define, evolve, field

from src.adapters.stores.memory import MemoryLedger
from src.adapters.stores.redis.carrier import Carrier
from src.adapters.stores.redis.journal import RedisJournal
from src.adapters.stores.redis.layout import Keys
from src.adapters.stores.redis.ledger import RedisLedger
from src.adapters.stores.sqlite.database import NAME, Database
from src.adapters.stores.sqlite.journal import SqliteJournal
from src.adapters.stores.sqlite.ledger import SqliteLedger
from src.domain import quota
from src.domain.catalogue import Limit
from src.domain.events import Event
from src.domain.idempotency import Claim, StoredAnswer
from src.domain.lines import Amounts, Limits
from src.domain.ports import Clock, Journal, Ledger
from src.domain.quota import Hold, Outcome
from src.domain.receipt import AttemptRecord, Receipt, Usage
from src.domain.usage import RequestQuery, Tally, UsageQuery
from tests.support.carriers import CARRIERS, Opens
from tests.support.clock import TurnedClock
from tests.support.tally import tokens_alone

#: 2025-11-22T15:17:00Z, by the clock of these tests.
NOW = 1_763_824_620.0


@define(eq=False)
class SetClock(TurnedClock):
    """Stands still until it is turned."""

    at: float = NOW

    def now(self) -> float:
        return self.at + self.ahead


@define(eq=False)
class Heard:
    """The port `Observer`: what was said."""

    events: list[Event] = field(factory=list)

    def note(self, event: Event) -> None:
        self.events.append(event)


@define(eq=False)
class Books:
    """A ledger, and the journal over the same pages."""

    ledger: Ledger
    journal: Journal
    clock: SetClock
    close: Callable[[], None] = lambda: None

    async def charged(self, name: str, client: str = "team") -> int | None:
        """The output tokens in the books for this request; None if it is not settled."""
        receipt = await self.journal.receipt(name, client)
        return None if receipt is None or receipt.usage is None else receipt.usage.output_tokens

    async def sweep(self, at: float) -> int:
        """Once it is so late."""
        self.clock.turn(at - self.clock.now())
        return await self.ledger.sweep()

    async def ended(self, limit: int = 100) -> list[str]:
        """The ids of the newest receipts."""
        found = await self.journal.requests(RequestQuery(limit))
        return [receipt.request_id for receipt in found]

    async def open(self) -> list[str]:
        return [hold.id for hold in await self.journal.holds()]

    async def total(self) -> Tally:
        """All sums of tokens together."""
        rows = await self.journal.usage(UsageQuery())
        return tokens_alone(sum((row.tally for row in rows), Tally()))


class Maker(Protocol):
    def __call__(self, folder: Path, *, zone: tzinfo = UTC, kept: int = 1000) -> Books: ...


#: Where books of one kind are made: what they need is there meanwhile.
Room = Callable[[pytest.FixtureRequest], AbstractAsyncContextManager[Maker]]


def in_memory(folder: Path, *, zone: tzinfo = UTC, kept: int = 1000) -> Books:
    clock = SetClock()
    ledger = MemoryLedger(clock, zone=zone, kept=kept)
    return Books(ledger, ledger, clock)


def in_sqlite(folder: Path, *, zone: tzinfo = UTC, kept: int = 1000) -> Books:
    clock, database = SetClock(), Database(folder / NAME)
    ledger = sqlite_ledger(database, clock, zone=zone, kept=kept)
    return Books(ledger, SqliteJournal(database), clock, database.close)


def on_redis(
    carrier: Carrier, namespace: str, *, zone: tzinfo = UTC, kept: int = 1000, fold_at: int = 5
) -> Books:
    """By the clock of these tests, not by the server's; so small a batch folds all the time."""
    clock, keys = SetClock(), Keys(namespace)
    ledger = RedisLedger(
        carrier,
        keys,
        clock,
        zone,
        kept,
        fold_at=fold_at,
        sweep_every=0.0,
        told=lambda: str(int(clock.now() * 1e6)),
    )
    return Books(ledger, RedisJournal(carrier, keys, clock, zone, kept), clock)


def sqlite_ledger(
    database: Database, clock: Clock, *, zone: tzinfo = UTC, kept: int = 1000
) -> SqliteLedger:
    return SqliteLedger(database, clock, Heard(), zone, kept)


def alone(maker: Maker) -> Room:
    """Books that need nothing."""

    @asynccontextmanager
    async def room(request: pytest.FixtureRequest) -> AsyncIterator[Maker]:
        yield maker

    return room


def over(opens: Opens) -> Room:
    """Books in a real Redis, at the other end of this carrier."""

    @asynccontextmanager
    async def room(request: pytest.FixtureRequest) -> AsyncIterator[Maker]:
        async with opens(request.getfixturevalue("redis_url")) as carrier:
            yield lambda folder, **more: on_redis(carrier, f"{uuid4().hex}", **more)

    return room


#: A store is a line here.
BOOKS: dict[str, Room] = {
    "memory": alone(in_memory),
    "sqlite": alone(in_sqlite),
    "redis": over(CARRIERS["tcp"]),
    "upstash": over(CARRIERS["upstash"]),
}


def roomy(client: str) -> Limits:
    """In the way of every hold of these tests, so that every store is asked; never reached."""
    return Limits.of((Limit(f"client:{client}", "requests", "total", 10**9),))


def opened(name: str, client: str = "team", at: float = NOW) -> Receipt:
    return Receipt(name, at, client, "chat.completions", "m", stream=False)


def hold(
    name: str,
    *,
    client: str = "team",
    until: float = NOW + 600,
    claim: Claim | None = None,
    at: float = NOW,
) -> Hold:
    return quota.hold(
        opened(name, client, at),
        provider="p",
        amounts=Amounts(40),
        limits=roomy(client),
        until=until,
        claim=claim,
        now=at,
    )


def unlimited(name: str, *, until: float = NOW + 600, claim: Claim | None = None) -> Hold:
    """Nobody waits for the store with it."""
    return evolve(hold(name, until=until, claim=claim), lines=())


def outcome(name: str, *, client: str = "team", output: int = 7, at: float = NOW) -> Outcome:
    """A request that provider p answered."""
    usage = Usage(output_tokens=output)
    attempt = AttemptRecord("p", "m-1", "k", "served", status=200, usage=usage)
    receipt = evolve(opened(name, client, at), ending="completed", status=200, usage=usage)
    return Outcome(evolve(receipt, attempts=(attempt,)))


def failed(name: str) -> Outcome:
    return Outcome(evolve(opened(name), ending="upstream_error", status=502))


def claim(key: str = "key", body: str = "body", until: float = NOW + 3600) -> Claim:
    return Claim(key, body, until)


def answered(name: str, body: bytes = b"{}") -> Outcome:
    return evolve(outcome(name), answer=StoredAnswer("application/json", body))
