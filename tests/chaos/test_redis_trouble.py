"""Whole relays under load while their store has troubles: one table of what callers then get."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import pytest
from attrs import define, field, frozen

from src.application.outbox import STORE_SECONDS
from src.application.share import INSTANCES, MONEY_SHARE, SHARE
from src.domain.receipt import Receipt
from tests.support.golden import Json
from tests.support.provider import scripted

from .audit import gather, gauges, judged, reading_redis, sums_are_of
from .load import SHORT, Load, Trip
from .process import Process, Setup, processes, where_it_is_noon
from .trouble import STORES, TROUBLES, Store, Trouble, flushed, slow_early

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

RELAYS, RATE, NAMESPACE, FREE = 2, 100.0, "trouble", "free"
#: Seconds: until every limit is reached (or not), of the trouble, and after it.
BEFORE, EARLY, DURING, AFTER = 4.0, 1.0, 4.0, 1.0
#: Nano-USD for a request of one token; and the limits of a day.
COST = 100_000
CALLS, MONEY = 64, 80 * COST
#: What all relays together may let through alone, beyond a limit that is reached (docs/limits.md).
MOST_CALLS, MOST_MONEY = int(CALLS * SHARE * RELAYS / INSTANCES), int(MONEY * MONEY_SHARE)
#: Who waited so many seconds has waited for the store; and so long does nobody wait. Machines are
#: busy: a stall of half a second is no waiting.
WAITED, NEVER = STORE_SECONDS - 0.05, 1.0


@frozen
class Row:
    """What a trouble came to: the requests begun `during` it, and `all` of those before and after
    too. `away`: how often relays said that their store is."""

    trouble: Trouble
    began: float
    during: Sequence[Trip]
    all: Sequence[Trip]
    away: int

    @property
    def clients(self) -> tuple[str, str, str]:
        return clients(self.trouble)

    def served(self, client: str) -> int:
        return sum(trip.status == 200 for trip in self.all if trip.client == client)

    def turned_away_late(self, client: str) -> int:
        """Those who were told so after having waited for the store."""
        late = (t for t in self.all if t.client == client and t.answered - t.began > WAITED)
        return sum(trip.status == 429 for trip in late)

    @property
    def overspent(self) -> tuple[int, int]:
        """Requests, and nano-USD."""
        _, calls, money = self.clients
        return self.served(calls) - CALLS, self.served(money) * COST - MONEY

    def waited(self, port: int) -> list[float]:
        """Who waited for the store at that relay: when they began, in seconds of the trouble. Those
        are left out who were under way when it came: nobody could know."""
        began = (
            t.began - self.began for t in self.during if t.port == port and t.overhead > WAITED
        )
        return sorted(at for at in began if at > STORE_SECONDS)

    def __str__(self) -> str:
        statuses = Counter(trip.status for trip in self.during)
        slowest = max(trip.answered - trip.began for trip in self.during)
        waited = sum(trip.overhead > WAITED for trip in self.during)
        degraded = sum(trip.degraded for trip in self.during)
        calls, money = self.overspent
        return (
            f"{self.trouble.__name__:15} {len(self.during):5} {statuses[200]:7}"
            f" {statuses[429] + statuses[402]:8} {slowest:12.2f} {waited:7} {degraded:9}"
            f" {self.away:5} {calls:9}/{MOST_CALLS} {money / COST:11g}/{MOST_MONEY / COST:g}"
        )


HEAD = (
    "trouble         begun  served  refused  slowest (s)  waited  degraded  away"
    "  requests over  costs over"
)


@define
class Scene:
    """Relays before a store, and the receipts that were found so far."""

    store: Store
    load: Load
    relays: list[Process]
    found: dict[str, Receipt] = field(factory=dict)

    async def suffer(self, trouble: Trouble) -> Row:
        """Limits are reached, the trouble comes and goes, and the books are exact again."""
        away, loop = self._away(), asyncio.get_running_loop()
        before = await self._go_on(EARLY if trouble is slow_early else BEFORE, trouble)
        async with trouble(self.store):
            began = loop.time()
            during = await self._go_on(DURING, trouble)
        after = await self._go_on(AFTER, trouble)
        await self._booked()
        row = Row(trouble, began, during, [*before, *during, *after], self._away() - away)
        await self._charged(row)
        return row

    async def _go_on(self, seconds: float, trouble: Trouble) -> list[Trip]:
        """Requests at the rate, for so long; half of them are of nobody who is limited."""
        loop, (free, calls, money) = asyncio.get_running_loop(), clients(trouble)
        began, tasks, turns = loop.time(), [], (free, calls, free, money)
        for number in range(int(seconds * RATE)):
            relay = self.relays[number % RELAYS]
            client = turns[number // RELAYS % len(turns)]
            tasks.append(asyncio.create_task(self.load.once(relay.port, SHORT, client)))
            await asyncio.sleep(max(0.0, began + (number + 1) / RATE - loop.time()))
        return list(await asyncio.gather(*tasks))

    async def _booked(self) -> None:
        """Waits until every request is in the books: nothing is in an outbox, nothing reserved."""
        url = self.store.server.url
        async with asyncio.timeout(30), reading_redis(url, NAMESPACE) as journal:
            while len(self.found) < len(self.load.trips) or await journal.holds():
                await asyncio.sleep(0.2)
                await gather(journal, self.found)
            await sums_are_of(journal, self.found.values())

    async def _charged(self, row: Row) -> None:
        """Nothing is reserved; what was served is charged. Whom the store had admitted when its
        relay turned it away has taken one request, and no money."""
        _, calls, money = row.clients
        url, admitted = self.store.server.url, range(row.turned_away_late(calls) + 1)
        assert {"cost/day": (row.served(money) * COST, 0)} == await gauges(url, NAMESPACE, money)
        (used, held), *others = (await gauges(url, NAMESPACE, calls)).values()
        assert (0, []) == (held, others)
        assert used - row.served(calls) in admitted

    def _away(self) -> int:
        events = [line["event"] for relay in self.relays for line in relay.log]
        assert events.count("store_away") == events.count("store_back")
        return events.count("store_away")


def clients(trouble: Trouble) -> tuple[str, str, str]:
    """One without limits, one limited in requests, one in money: those two are new each time."""
    return FREE, f"calls-{trouble.__name__}", f"money-{trouble.__name__}"


def limits() -> list[Json]:
    day: Json = {"window": "day", "timezone": where_it_is_noon()}
    return [
        day | {"subject": f"client:{client}", "metric": metric, "limit": limit}
        for trouble in TROUBLES
        for client, metric, limit in zip(
            clients(trouble)[1:], ("requests", "cost"), (CALLS, MONEY), strict=True
        )
    ]


@asynccontextmanager
async def relays_over(way: str, folder: Path) -> AsyncIterator[Scene]:
    load = Load(Random(3))
    names = dict.fromkeys(client for trouble in TROUBLES for client in clients(trouble))
    async with scripted(load.play) as one, STORES[way]() as store:
        environ = {**store.environ, "RELAY_NAMESPACE": NAMESPACE}
        # Nano-USD for a token are a thousandth of dollars for a million.
        setup = Setup(
            folder, one.base_url, tuple(names), limits(), price=COST / 1000, store=environ
        )
        with processes(RELAYS, setup) as relays:
            for relay in relays:
                await relay.start()
            yield Scene(store, load, relays)
        # Nothing was let go unwritten.
        assert "outbox" not in {line.get("verb") for relay in relays for line in relay.log}


@pytest.mark.parametrize("way", STORES)
async def test_known_callers_are_served_whatever_the_store_does(way: str, tmp_path: Path) -> None:
    """
    A hundred requests a second. Who has no limits is served throughout; who has overspends it by no
    more than was declared; nobody waits for the store twice, and one each second while it is away;
    and afterwards each request is in the books, once.
    """
    print(f"\n{way}: {RELAYS} relays, {RATE:.0f} requests a second\n{HEAD}")
    async with relays_over(way, tmp_path) as scene:
        rows = []
        for trouble in TROUBLES:
            rows.append(await scene.suffer(trouble))
            print(rows[-1])
        audit = judged(scene.load, scene.found)
    assert not audit.died
    for row in rows:
        as_declared(row, [relay.port for relay in scene.relays])


def as_declared(row: Row, ports: Sequence[int]) -> None:
    """docs/limits.md, "When the store is away"."""
    name, (calls, money) = row.trouble.__name__, row.overspent
    assert {200} == {trip.status for trip in row.all if trip.client == FREE}, name
    assert {200, 402, 429} >= {trip.status for trip in row.all}, name
    if row.trouble is not flushed:
        # Told once, or a few times by a machine that is busy; not over and over.
        assert RELAYS <= row.away <= 3 * RELAYS, (name, row.away)
        assert any(trip.degraded for trip in row.during), name
    # Those limits that were reached before are not forgotten.
    assert row.trouble is slow_early or min(calls, money) >= 0, (name, calls, money)
    assert calls <= MOST_CALLS, (name, calls)
    assert money <= MOST_MONEY, (name, money)
    assert max(trip.overhead for trip in row.all) < NEVER, name
    for port in ports:
        assert len(row.waited(port)) <= 2 * DURING, (name, row.waited(port))
