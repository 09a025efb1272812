"""All stores keep the same books: random verbs, and after each the same answer and the same pages.

The sequences come from fixed seeds, so that a failing one is a number.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random
from uuid import uuid4

import pytest

from src.adapters.stores.memory import MemoryLedger
from src.adapters.stores.redis.carrier import Carrier
from src.adapters.stores.redis.layout import Keys
from src.adapters.stores.sqlite.database import NAME, Database
from src.adapters.stores.sqlite.journal import SqliteJournal
from src.adapters.stores.sqlite.ledger import SqliteLedger
from src.domain import gauges
from tests.support.carriers import CARRIERS

from .books import Books, Heard, SetClock, on_redis
from .twins import Twins, pages

VERBS, GROUPS = 30, 4
#: Small, so that what is forgotten differs as well, if it does.
KEPT, TRIM_EVERY = 4, 3


@pytest.mark.parametrize("group", range(GROUPS))
async def test_sqlite_keeps_the_same_books(tmp_path: Path, group: int) -> None:
    """Whatever the verbs and their order: verdicts, receipts, sums and holds are the same."""
    for seed in range(group, 400, GROUPS):
        clocks = SetClock(), SetClock()
        memory = MemoryLedger(clocks[0], kept=KEPT, trim_every=TRIM_EVERY)
        database = Database(tmp_path / f"{seed}" / NAME)
        sqlite = SqliteLedger(database, clocks[1], Heard(), kept=KEPT, trim_every=TRIM_EVERY)
        reference = Books(memory, memory, clocks[0])
        await told_the_same(
            seed,
            Twins((reference, Books(sqlite, SqliteJournal(database), clocks[1])), Random(seed)),
        )
        database.close()


@pytest.mark.parametrize("group", range(GROUPS))
@pytest.mark.parametrize("way", CARRIERS)
async def test_redis_keeps_the_same_books(redis_url: str, way: str, group: int) -> None:
    """The same; and after each verb the same limits, to the byte."""
    async with CARRIERS[way](redis_url) as carrier:
        for seed in range(group, 120, GROUPS):
            await on_both(seed, carrier)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("group", range(GROUPS))
async def test_twenty_thousand_sequences(redis_url: str, group: int) -> None:
    """Lua comes to what the reference comes to."""
    async with CARRIERS["tcp"](redis_url) as carrier:
        for seed in range(group, 20_000, GROUPS):
            await on_both(seed, carrier)


async def on_both(seed: int, carrier: Carrier) -> None:
    keys, clock = Keys(f"twins-{uuid4().hex}"), SetClock()
    memory = MemoryLedger(clock)
    pair = Twins(
        (Books(memory, memory, clock), on_redis(carrier, keys.namespace)),
        Random(seed),
        always=True,
    )
    await told_the_same(seed, pair, lambda: same_gauges(memory, carrier, keys))
    await carrier.run(["DEL", keys.books, keys.inbox, keys.receipts, keys.order])


async def told_the_same(
    seed: int, pair: Twins, look: Callable[[], Awaitable[None]] | None = None
) -> None:
    for number in range(VERBS):
        one, other = await pair.step()
        assert one == other, f"seed {seed}, verb {number}"
        if look is not None:
            await look()
    reference, found = [await pages(books) for books in pair.books]
    assert reference == found, f"seed {seed}"


async def same_gauges(memory: MemoryLedger, carrier: Carrier, keys: Keys) -> None:
    expected = {name: gauges.write(record) for name, record in memory.pages.records.items()}
    (flat,) = await carrier.run(["HGETALL", keys.books])
    assert isinstance(flat, list)
    fields = [field.decode() for field in flat if isinstance(field, bytes)]
    found = dict(zip(fields[::2], fields[1::2], strict=True))
    assert expected == {n.removeprefix("g:"): v for n, v in found.items() if n.startswith("g:")}
