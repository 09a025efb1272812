"""All stores keep the same books: random verbs, and after each the same answer and the same pages.

The sequences come from fixed seeds, so that a failing one is a number.
"""

from pathlib import Path
from random import Random

import pytest
from attrs import define, evolve

from src.adapters.stores.memory import MemoryLedger
from src.adapters.stores.sqlite.database import NAME, Database
from src.adapters.stores.sqlite.journal import SqliteJournal
from src.adapters.stores.sqlite.ledger import SqliteLedger
from src.domain.catalogue import Limit
from src.domain.idempotency import StoredAnswer
from src.domain.lines import Amounts, Limits
from src.domain.quota import Hold, Outcome, moved
from src.domain.receipt import Ending, Usage
from src.domain.usage import RequestQuery, UsageQuery

from .books import NOW, Books, Heard, SetClock, claim, hold, opened

SEQUENCES, VERBS, GROUPS = 400, 30, 4
#: Small, so that what is forgotten differs as well, if it does.
KEPT, TRIM_EVERY = 4, 3
LIMITS = (
    Limit("client:team", "concurrency", "total", 2),
    Limit("client:team", "requests", "minute", 3),
    Limit("deployment", "tokens", "day", 20),
    Limit("provider:p", "output_tokens", "total", 30, mode="shadow"),
    Limit("provider:other", "tokens", "minute", 9),
)
AMOUNTS = Amounts(3, 2)
ENDINGS: tuple[Ending, ...] = ("completed", "client_gone", "upstream_error", "deadline")


@define(eq=False)
class Twins:
    """Two books that are told the same."""

    books: tuple[Books, Books]
    dice: Random

    async def step(self) -> tuple[object, object]:
        """One verb, drawn by lot, and what each of them answers."""
        verb = self.dice.choice(
            ("admit", "admit", "settle", "settle", "checkpoint", "move", "sweep")
        )
        held, outcome = self._hold(), self._outcome()
        turned = self.dice.choice((0.0, 0.0, 1.0, 40.0, 4000.0))
        one, other = [await self._do(b, verb, held, outcome, turned) for b in self.books]
        return one, other

    async def _do(
        self, books: Books, verb: str, held: Hold, outcome: Outcome, turned: float
    ) -> object:
        books.clock.turn(turned)
        match verb:
            case "admit":
                return await books.ledger.admit(held)
            case "settle":
                await books.ledger.settle(held, outcome)
            case "checkpoint":
                await books.ledger.checkpoint(held, outcome)
            case "move":
                return await books.ledger.move(
                    moved(held, "other", amounts=AMOUNTS, limits=Limits.of(LIMITS), now=NOW)
                )
            case _:
                return await books.ledger.sweep(books.clock.now())
        return None

    def _hold(self) -> Hold:
        """Few names and few keys, so that they meet."""
        now, dice = self.books[0].clock.now(), self.dice
        claimed = claim(dice.choice("KL"), dice.choice("xy"), until=now + 900)
        held = hold(
            dice.choice("123456"),
            at=now,
            until=now + dice.choice((0.0, 30.0, 600.0)),
            claim=claimed if dice.random() < 0.5 else None,
        )
        amounts = Amounts(dice.randrange(9), dice.randrange(9))
        limits = Limits.of(dice.sample(LIMITS, dice.randint(0, 3)))
        return evolve(held, lines=limits.lines(held.subjects, amounts, now))

    def _outcome(self) -> Outcome:
        dice = self.dice
        usage = Usage(dice.randrange(9), dice.randrange(9), estimated=dice.random() < 0.2)
        receipt = evolve(
            opened(dice.choice("123456"), at=NOW + dice.randrange(9000)),
            ending=dice.choice(ENDINGS),
            status=dice.choice((200, 499, 502)),
            usage=dice.choice((usage, None)),
        )
        answer = StoredAnswer("text/plain", dice.randbytes(9))
        return Outcome(receipt, answer=dice.choice((answer, None)))


async def pages(books: Books) -> object:
    """All that can be read."""
    receipts = await books.journal.requests(RequestQuery())
    known = [await books.journal.receipt(name, "team") for name in "123456"]
    days, hours = [await books.journal.usage(UsageQuery(kind)) for kind in ("day", "hour")]
    return receipts, known, days, hours, await books.journal.holds()


def twins(seed: int, folder: Path) -> tuple[Twins, Database]:
    clocks = SetClock(), SetClock()
    memory = MemoryLedger(clocks[0], kept=KEPT, trim_every=TRIM_EVERY)
    database = Database(folder / f"{seed}" / NAME)
    sqlite = SqliteLedger(database, clocks[1], Heard(), kept=KEPT, trim_every=TRIM_EVERY)
    both = (
        Books(memory, memory, clocks[0]),
        Books(sqlite, SqliteJournal(database), clocks[1]),
    )
    return Twins(both, Random(seed)), database


@pytest.mark.parametrize("group", range(GROUPS))
async def test_all_stores_keep_the_same_books(tmp_path: Path, group: int) -> None:
    """Whatever the verbs and their order: verdicts, receipts, sums and holds are the same."""
    for seed in range(group, SEQUENCES, GROUPS):
        pair, database = twins(seed, tmp_path)
        for number in range(VERBS):
            one, other = await pair.step()
            assert one == other, f"seed {seed}, verb {number}"
        memory, sqlite = [await pages(books) for books in pair.books]
        assert memory == sqlite, f"seed {seed}"
        database.close()
