"""The store and its absence: what then happens is declared, and nobody waits."""

import asyncio

import pytest
from attrs import define, evolve, field

from src.adapters.stores.memory import MemoryLeases, MemoryLedger
from src.application.books import Books, OnStoreDown
from src.application.outbox import Outbox
from src.application.share import Share
from src.domain import idempotency, quota
from src.domain.errors import StoreDown, StoreUnavailable
from src.domain.events import Event, StoreAway, StoreBack, StoreFailed
from src.domain.gauges import Denial
from src.domain.idempotency import Claim
from src.domain.lines import Amounts, Line
from src.domain.quota import NO_NEWS, Hold, News, Outcome, Verdict
from src.domain.receipt import Receipt
from tests.support.hand_clock import HandClock
from tests.support.shaky import Mood, ShakyLedger

OPENED = Receipt("1", 1_000.0, "c", "chat.completions", "m", stream=False)
HOLD = quota.hold(OPENED, provider="p", amounts=Amounts(1), until=1_060.0)
CLAIM = idempotency.claim("k", client="c", endpoint="e", body=b"{}", now=1_000.0)
DENIAL = Denial(Line("client:c", "tokens", "minute", 1, limit=1), wait=7_000_000)
TROUBLES: list[Mood] = ["away", "hangs", "loses the reply", "never replies"]


class Limited:
    """The port `Ledger` where a limit is reached."""

    async def admit(self, hold: Hold) -> Verdict:
        return Verdict(admitted=False, denial=DENIAL)

    async def settle(self, hold: Hold, outcome: Outcome) -> News:
        return NO_NEWS

    async def move(self, hold: Hold) -> Verdict:
        return Verdict(admitted=False)

    async def checkpoint(self, hold: Hold, outcome: Outcome) -> None: ...

    async def sweep(self) -> int:
        return 0


@define
class Slow(Limited):
    """The port `Ledger` of a store that takes so many seconds for everything."""

    clock: HandClock
    seconds: float

    async def admit(self, hold: Hold) -> Verdict:
        await self.clock.sleep(self.seconds)
        return Verdict(admitted=True)

    async def settle(self, hold: Hold, outcome: Outcome) -> News:
        await self.clock.sleep(self.seconds)
        return NO_NEWS


class NoLeases:
    """The port `Leases` of a store that is away."""

    async def acquire(self, name: str, ttl: float) -> int | None:
        raise StoreUnavailable("away")

    async def release(self, name: str, token: int) -> None:
        raise StoreUnavailable("away")


@define(eq=False)
class Scene:
    """Books before a store that has its troubles."""

    on_store_down: OnStoreDown = "local"
    clock: HandClock = field(factory=HandClock)
    said: list[Event] = field(factory=list)
    store: ShakyLedger = field(factory=ShakyLedger)
    books: Books = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.store.inner = MemoryLedger(self.clock)
        outbox = Outbox(self.store, self.clock, self)
        share = Share(self.clock)
        self.books = Books(outbox, MemoryLeases(self.clock), self.clock, share, self.on_store_down)

    def note(self, event: Event) -> None:
        self.said.append(event)

    async def admit(self, claim: Claim | None = None, name: str = "1") -> Verdict:
        """Admits, and turns the clock on while it waits."""
        opened = evolve(OPENED, request_id=name)
        hold = quota.hold(opened, provider="p", amounts=Amounts(1), until=1_060.0, claim=claim)
        asking = asyncio.create_task(self.books.admit(hold))
        await self.clock.turn(0.25 if claim is None else 2.0)
        assert asking.done()
        return await asking


async def test_a_store_that_is_well_decides() -> None:
    """Its verdict is the verdict; also that the claim was made before."""
    scene = Scene()

    assert Verdict(admitted=True) == await scene.admit(CLAIM)
    again = await scene.admit(CLAIM, "2")
    assert again.repeat is not None
    assert ("running", "1") == (again.repeat.state, again.repeat.request_id)


async def test_a_limit_that_is_reached_is_told() -> None:
    """Who may go on elsewhere decides; nothing is wrong with the store."""
    scene = Scene()
    scene.store.inner = Limited()

    assert Verdict(admitted=False, denial=DENIAL) == await scene.admit()
    assert not scene.books.outbox.away


@pytest.mark.parametrize("how", ["local", "open"])
@pytest.mark.parametrize("mood", TROUBLES)
async def test_without_the_store_requests_go_on(how: OnStoreDown, mood: Mood) -> None:
    """Degraded, after a quarter of a second; those that follow do not wait, and it is not asked."""
    scene = Scene(how)
    scene.store.mood = mood

    assert Verdict(admitted=True, degraded=True) == await scene.admit()
    assert Verdict(admitted=True, degraded=True) == await scene.books.admit(HOLD)
    assert ["admit"] == scene.store.asked
    assert [StoreFailed, StoreAway] == [type(event) for event in scene.said]


@pytest.mark.parametrize("mood", TROUBLES)
@pytest.mark.parametrize(
    ("how", "claim"), [("closed", None), ("local", CLAIM), ("open", CLAIM), ("closed", CLAIM)]
)
async def test_what_needs_the_store_is_refused_without_it(
    mood: Mood, how: OnStoreDown, claim: Claim | None
) -> None:
    """All of it where that is configured; else what must not be done twice."""
    scene = Scene(how)
    scene.store.mood = mood
    for _ in range(2):
        with pytest.raises(StoreDown):
            await scene.admit(claim)


async def test_a_second_later_the_store_is_asked_again() -> None:
    """And is believed."""
    scene = Scene("closed")
    scene.store.mood = "away"
    with pytest.raises(StoreDown):
        await scene.admit()
    scene.store.mood = "well"
    await scene.clock.turn(1.0)

    assert Verdict(admitted=True) == await scene.admit()


async def test_a_store_that_forgets_is_no_store_where_that_is_asked() -> None:
    """A degraded verdict of its own is a refusal under `closed`, and told under `local`."""
    closed, local = Scene("closed"), Scene("local")
    for scene in (closed, local):
        scene.store.inner = MemoryLedger(scene.clock, degraded=True)

    assert (await local.admit()).degraded
    with pytest.raises(StoreDown):
        await closed.admit()


async def test_without_the_store_nobody_has_a_lease() -> None:
    """And what cannot be given back runs out."""
    scene = Scene()
    scene.books.leases = NoLeases()

    assert await scene.books.lease("probe", 5.0) is None
    await scene.books.give_back("probe", 1)
    assert 2 == sum(isinstance(event, StoreFailed) for event in scene.said)


async def test_neither_checkpoints_nor_sweeps_wait_for_a_store_that_is_away() -> None:
    """They are not for the caller, and there will be others."""
    scene = Scene()
    scene.store.mood = "away"
    await scene.admit()
    await scene.books.checkpoint(HOLD, Outcome(OPENED))
    await scene.books.sweep()

    assert ["admit"] == scene.store.asked


async def test_a_store_that_is_too_slow_for_callers_takes_what_it_is_owed() -> None:
    """That is no reason for callers to wait for it again: one of them does in each second. It is
    told once that it went, and once that it is back."""
    scene = Scene()
    slow = scene.store.inner = Slow(scene.clock, 0.5)
    limited = evolve(HOLD, lines=(Line("client:c", "requests", "total", 1, limit=1_000),))
    for _ in range(3):
        first = asyncio.create_task(scene.books.admit(limited))
        await scene.clock.turn(0.25)
        settling = asyncio.create_task(scene.books.settle(limited, Outcome(OPENED)))
        await scene.clock.turn(0.5)
        assert first.done()
        assert settling.done()
        assert (await scene.books.admit(limited)).degraded
        await scene.clock.turn(0.5)
    assert (["admit", "settle"] * 3, 0) == (scene.store.asked, len(scene.books.outbox.waiting))

    slow.seconds = 0.0
    last = asyncio.create_task(scene.books.admit(limited))
    await scene.clock.turn(0.0)
    assert not (await last).degraded
    events = [type(event) for event in scene.said]
    assert [StoreFailed, StoreAway, StoreFailed, StoreFailed, StoreBack] == events
