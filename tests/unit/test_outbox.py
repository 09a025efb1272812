"""What the store did not take is kept, and offered again."""

import asyncio

import pytest
from attrs import define, evolve, field

from src.adapters.stores.memory import MemoryLedger
from src.application.outbox import Outbox
from src.domain import quota
from src.domain.errors import NotStorable
from src.domain.events import Event, StoreFailed, Unbooked
from src.domain.idempotency import StoredAnswer
from src.domain.lines import Amounts
from src.domain.quota import Hold, News, Outcome
from src.domain.receipt import Receipt
from src.domain.usage import RequestQuery
from tests.support.hand_clock import HandClock, settle_down
from tests.support.shaky import Mood, ShakyLedger


def hold(name: str) -> Hold:
    return quota.hold(outcome(name).receipt, provider="p", amounts=Amounts(1), until=2_000.0)


def outcome(name: str) -> Outcome:
    receipt = Receipt(name, 1_000.0, "c", "chat.completions", "m", stream=False)
    return Outcome(evolve(receipt, ending="completed", status=200))


class Refusing(MemoryLedger):
    """Cannot keep what it is given."""

    async def settle(self, hold: Hold, outcome: Outcome) -> News:
        raise NotStorable("too large")


@define(eq=False)
class Scene:
    """An outbox before a store that has its troubles."""

    clock: HandClock = field(factory=HandClock)
    said: list[Event] = field(factory=list)
    store: ShakyLedger = field(factory=ShakyLedger)
    books: MemoryLedger = field(init=False)
    outbox: Outbox = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.store.inner = self.books = MemoryLedger(self.clock)
        self.outbox = Outbox(self.store, self.clock, self, most=3)

    def note(self, event: Event) -> None:
        self.said.append(event)

    async def settle(self, *names: str) -> None:
        for name in names:
            await self.outbox.settle(hold(name), outcome(name))

    async def booked(self) -> list[str]:
        """In the order in which they came to the books."""
        found = await self.books.requests(RequestQuery())
        return [receipt.request_id for receipt in reversed(found)]


async def test_what_the_store_takes_is_not_kept() -> None:
    """It is asked once, and nothing runs on."""
    scene = Scene()
    await scene.settle("1")

    assert (["1"], ["settle"], []) == (await scene.booked(), scene.store.asked, scene.said)
    assert not scene.outbox.waiting
    assert 1 == len(asyncio.all_tasks())


async def test_what_it_refuses_is_offered_again_until_it_is_taken() -> None:
    """Every second, the oldest first; then it is at rest."""
    scene = Scene()
    scene.store.mood = "away"
    await scene.settle("1", "2", "3")
    await scene.clock.turn(5.5)
    assert ([], True) == (await scene.booked(), bool(scene.said))

    scene.store.mood = "well"
    await scene.clock.turn(1.0)
    assert ["1", "2", "3"] == await scene.booked()
    assert not scene.outbox.waiting
    assert 1 == len(asyncio.all_tasks())


async def test_a_store_that_failed_is_left_alone_for_a_second() -> None:
    """Nobody waits for it meanwhile: one question for three, and one for all in each second."""
    scene = Scene()
    scene.store.mood = "away"
    await scene.settle("1", "2", "3")
    assert (["settle"], True) == (scene.store.asked, scene.outbox.away)

    await scene.clock.turn(3.5)
    assert 1 + 3 == len(scene.store.asked)
    await scene.outbox.close()


async def test_a_store_that_hangs_is_away_after_a_second() -> None:
    """The outcome is kept then."""
    scene = Scene()
    scene.store.mood = "hangs"
    settling = asyncio.create_task(scene.settle("1"))
    await scene.clock.turn(0.9)
    assert not settling.done()
    await scene.clock.turn(0.2)

    assert settling.done()
    scene.store.mood = "well"
    await scene.clock.turn(2.0)
    assert ["1"] == await scene.booked()


@pytest.mark.parametrize("mood", ["hangs", "never replies"])
async def test_who_is_cancelled_while_it_settles_has_settled(mood: Mood) -> None:
    """Once called it is not lost; a reply that is lost with it charges nobody twice."""
    scene = Scene()
    scene.store.mood = mood
    settling = asyncio.create_task(scene.settle("1"))
    await settle_down()
    settling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await settling
    scene.store.mood = "well"
    await scene.clock.turn(1.0)

    assert ["1"] == await scene.booked()
    assert not scene.outbox.waiting


async def test_past_its_bound_the_oldest_is_let_go_and_said() -> None:
    """It is in the log, which is told where to look."""
    scene = Scene()
    scene.store.mood = "away"
    await scene.settle("1", "2", "3", "4")
    scene.store.mood = "well"
    await scene.clock.turn(1.0)

    assert ["2", "3", "4"] == await scene.booked()
    assert StoreFailed("outbox", "full; 1 is in the log alone") in scene.said


async def test_closing_makes_one_last_offer() -> None:
    """Also within the second in which the store is left alone."""
    scene = Scene()
    scene.store.mood = "away"
    await scene.settle("1", "2")
    scene.store.mood = "well"
    await scene.outbox.close()

    assert ["1", "2"] == await scene.booked()
    assert 1 == len(asyncio.all_tasks())


async def test_what_is_kept_is_in_the_log_at_once() -> None:
    """Once, without its answer: the process may be gone before the store is back."""
    scene = Scene()
    scene.store.mood = "away"
    answer = StoredAnswer("text/plain", b"the answer")
    await scene.outbox.settle(hold("1"), evolve(outcome("1"), answer=answer))
    await scene.settle("1", "2", "3", "4", "5")
    await scene.clock.turn(3.0)
    closing = asyncio.create_task(scene.outbox.close())
    await scene.clock.turn(6.0)
    await closing

    told = [event for event in scene.said if isinstance(event, Unbooked)]
    assert [Unbooked(hold(name), outcome(name).receipt) for name in "12345"] == told
    assert "the answer" not in repr(scene.said)


async def test_what_cannot_be_stored_is_in_the_log_too() -> None:
    """Now, or when its turn comes: once."""
    scene = Scene()
    scene.store.inner = Refusing(scene.clock)
    await scene.settle("1")
    scene.store.mood = "away"
    await scene.settle("2")
    scene.store.mood = "well"
    await scene.clock.turn(1.0)

    assert not scene.outbox.waiting
    told = [event.hold.id for event in scene.said if isinstance(event, Unbooked)]
    assert ["1", "2"] == told


async def test_what_comes_later_says_so() -> None:
    """So that the books know it, however late it is told again (`airelay usage replay`)."""
    scene = Scene()
    scene.store.mood = "loses the reply"
    await scene.settle("1")
    scene.store.mood = "well"
    await scene.clock.turn(1.0)
    await scene.settle("2")

    assert ["1"] == list(scene.books.pages.came)
    assert ["1", "2"] == await scene.booked()


async def test_closing_says_what_is_not_booked() -> None:
    """It does not wait for ever: each has its second, and all have five."""
    scene = Scene()
    scene.store.mood = "away"
    await scene.settle("1", "2")
    scene.store.mood = "hangs"
    closing = asyncio.create_task(scene.outbox.close())
    await scene.clock.turn(1.1)

    assert closing.done()
    assert StoreFailed("outbox", "closed; 2 are in the log alone") == scene.said[-1]
