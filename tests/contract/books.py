"""Both sides of the books, over every store. A store is one line in BOOKS."""

from collections.abc import Callable
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Protocol

from attrs import define, evolve, field

from src.adapters.stores.memory import MemoryLedger
from src.adapters.stores.sqlite.database import NAME, Database
from src.adapters.stores.sqlite.journal import SqliteJournal
from src.adapters.stores.sqlite.ledger import SqliteLedger
from src.domain import quota
from src.domain.events import Event
from src.domain.idempotency import Claim, StoredAnswer
from src.domain.lines import Amounts
from src.domain.ports import Clock, Journal, Ledger
from src.domain.quota import Hold, Outcome
from src.domain.receipt import AttemptRecord, Receipt, Usage
from src.domain.usage import RequestQuery, Tally, UsageQuery
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


def in_memory(folder: Path, *, zone: tzinfo = UTC, kept: int = 1000) -> Books:
    clock = SetClock()
    ledger = MemoryLedger(clock, zone=zone, kept=kept)
    return Books(ledger, ledger, clock)


def in_sqlite(folder: Path, *, zone: tzinfo = UTC, kept: int = 1000) -> Books:
    clock, database = SetClock(), Database(folder / NAME)
    ledger = sqlite_ledger(database, clock, zone=zone, kept=kept)
    return Books(ledger, SqliteJournal(database), clock, database.close)


def sqlite_ledger(
    database: Database, clock: Clock, *, zone: tzinfo = UTC, kept: int = 1000
) -> SqliteLedger:
    return SqliteLedger(database, clock, Heard(), zone, kept)


BOOKS: dict[str, Maker] = {"memory": in_memory, "sqlite": in_sqlite}


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
        opened(name, client, at), provider="p", amounts=Amounts(40), until=until, claim=claim
    )


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
