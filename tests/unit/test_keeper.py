"""Holds of requests under way are kept: written down as they go, lasting on, swept when left."""

import asyncio
from collections.abc import Callable

from attrs import define, evolve, field

from src.adapters.stores.memory import MemoryLeases, MemoryLedger
from src.application.books import Books
from src.application.keeper import HOLD, Keeper, Kept
from src.application.outbox import Outbox
from src.application.share import Share
from src.domain import quota
from src.domain.catalogue import Limit
from src.domain.events import Event
from src.domain.lines import UNLIMITED, Amounts, Limits
from src.domain.quota import Hold, Outcome
from src.domain.receipt import Receipt, Usage
from tests.support.hand_clock import HandClock
from tests.support.shaky import ShakyLedger


@define(eq=False)
class Scene:
    """A keeper before a store in memory."""

    every: float | None = 2.0
    kept: Kept = "all"
    clock: HandClock = field(factory=HandClock)
    store: ShakyLedger = field(factory=ShakyLedger)
    keeper: Keeper = field(init=False)
    ledger: MemoryLedger = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.store.inner = self.ledger = MemoryLedger(self.clock)
        outbox = Outbox(self.store, self.clock, self)
        books = Books(outbox, MemoryLeases(self.clock), self.clock, Share(self.clock))
        self.keeper = Keeper(books, self.clock, every=self.every, kept=self.kept)

    def until(self, longest: float, limits: Limits = UNLIMITED) -> float:
        """How long a new hold lasts whose request may last so long."""
        opened = Receipt("new", self.clock.now(), "c", "chat.completions", "m", stream=True)
        hold = quota.hold(opened, provider="p", until=longest, limits=limits, now=self.clock.now())
        return self.keeper.lasting(hold).until

    def note(self, event: Event) -> None:
        pass

    async def begin(self, name: str) -> tuple[Hold, Callable[[], Outcome]]:
        """A request that delivers a token a second, admitted now."""
        opened = Receipt(name, self.clock.now(), "c", "chat.completions", "m", stream=True)
        until, since = self.until(9_000.0), self.clock.at
        hold = quota.hold(opened, provider="p", amounts=Amounts(1), until=until)
        await self.ledger.admit(hold)

        def so_far() -> Outcome:
            usage = Usage(output_tokens=int(self.clock.at - since))
            return Outcome(evolve(opened, usage=usage))

        self.keeper.watch(hold, so_far)
        return hold, so_far

    async def recorded(self, name: str) -> int | None:
        receipt = await self.ledger.receipt(name, "c")
        return receipt.usage.output_tokens if receipt and receipt.usage else None


async def test_a_request_writes_down_every_two_seconds_how_far_it_is() -> None:
    """So a process that dies loses no more than that."""
    scene = Scene()
    await scene.begin("1")
    await scene.clock.turn(5.0)  # here its process dies
    await scene.keeper.close()

    await scene.clock.turn(60)
    await scene.ledger.sweep()
    assert 4 == await scene.recorded("1")


async def test_a_hold_lasts_as_long_as_its_request() -> None:
    """And 15 s longer than the last word of it."""
    scene = Scene()
    await scene.begin("1")
    await scene.clock.turn(100.0)
    await scene.keeper.close()

    (held,) = await scene.ledger.holds()
    assert 1_100.0 + HOLD == held.until


async def test_a_new_hold_lasts_no_longer_than_its_request_may() -> None:
    """Where that is sooner than 15 s."""
    scene = Scene()

    assert (1_015.0, 1_004.0) == (scene.until(9_000.0), scene.until(1_004.0))


async def test_what_is_over_is_no_longer_kept() -> None:
    """And when nothing is, nothing runs."""
    scene = Scene()
    hold, _ = await scene.begin("1")
    await scene.clock.turn(2.0)
    scene.keeper.forget(hold)
    await scene.clock.turn(10.0)

    assert 1 == scene.store.asked.count("checkpoint")
    assert 1 == len(asyncio.all_tasks())


async def test_all_are_written_at_once() -> None:
    """A store that is slow costs a second for all of them, and not for each."""
    scene = Scene()
    for number in range(30):
        await scene.begin(str(number))
    scene.store.moods = {"checkpoint": "hangs"}
    await scene.clock.turn(2.0)

    assert 30 == scene.store.asked.count("checkpoint")
    await scene.keeper.close()


async def test_a_store_that_is_away_is_not_asked() -> None:
    """What it did not hear it hears two seconds later."""
    scene = Scene()
    await scene.begin("1")
    scene.store.mood = "away"
    await scene.clock.turn(2.0)
    scene.store.mood = "well"
    await scene.clock.turn(2.0)
    await scene.keeper.close()

    await scene.clock.turn(60)
    await scene.ledger.sweep()
    assert 4 == await scene.recorded("1")


async def test_what_others_left_behind_is_swept() -> None:
    """Every ten seconds while anything is under way, however many there are."""
    scene = Scene()
    await scene.begin("alive")
    for number in range(50):
        dead = Receipt(f"{number}", 1_000.0, "c", "chat.completions", "m", stream=True)
        await scene.ledger.admit(quota.hold(dead, provider="p", amounts=Amounts(1), until=1_001.0))
    await scene.clock.turn(31.0)
    await scene.keeper.close()

    assert ["alive"] == [hold.id for hold in await scene.ledger.holds()]
    assert scene.store.asked.count("sweep") in (3, 4)


async def test_where_the_store_is_not_worth_it_nothing_is_kept() -> None:
    """A hold then lasts as long as its request may."""
    scene = Scene(every=None)
    await scene.begin("1")
    await scene.clock.turn(30.0)

    assert 9_000.0 == scene.until(9_000.0)
    assert [] == scene.store.asked
    assert 1 == len(asyncio.all_tasks())


METERED = Limits.of([Limit("client:c", "tokens", "day", 10)])
AT_ONCE = Limits.of([Limit("client:c", "concurrency", "total", 10)])
SHADOWED = Limits.of([Limit("client:c", "cost", "day", 10, mode="shadow")])


async def test_where_words_cost_money_only_those_are_kept_that_are_worth_it() -> None:
    """Limits of tokens and money; the others last as long as their request may."""
    scene = Scene(every=30.0, kept="metered")

    assert [1_045.0, 9_000.0, 9_000.0, 9_000.0] == [
        scene.until(9_000.0, limits) for limits in (METERED, AT_ONCE, SHADOWED, UNLIMITED)
    ]


async def test_who_is_limited_at_all_may_be_kept() -> None:
    """Where words cost nothing."""
    scene = Scene(kept="limited")

    assert [1_015.0, 1_015.0, 9_000.0] == [
        scene.until(9_000.0, limits) for limits in (METERED, AT_ONCE, UNLIMITED)
    ]


async def test_the_first_checkpoint_of_a_rare_kind_comes_late() -> None:
    """Most requests are over by then."""
    scene = Scene(every=30.0)
    await scene.begin("1")

    await scene.clock.turn(28.0)
    assert "checkpoint" not in scene.store.asked
    await scene.clock.turn(4.0)
    assert 1 == scene.store.asked.count("checkpoint")
    await scene.clock.turn(32.0)
    assert 2 == scene.store.asked.count("checkpoint")
    await scene.keeper.close()
