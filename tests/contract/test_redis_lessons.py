"""What one instance learned, as others hear it: in their own time, whatever their clocks say."""

import pytest
from attrs import evolve

from src.adapters.stores.redis.layout import Keys
from src.adapters.stores.redis.ledger import RedisLedger
from src.domain.quota import Lesson
from tests.support.carriers import CARRIERS
from tests.support.clock import TurnedClock

from . import books

#: Seconds: how wrong the clock of the second instance is, and how exactly instants are told.
WRONG, CLOSE = 3600.0, 5.0


def lessons(now: float) -> tuple[Lesson, ...]:
    """One of each kind."""
    return (
        Lesson("open", "p/m/with:odd name", now + 20, since=now - 2),
        Lesson("rest", "k1", now + 30),
        Lesson("rest", "k1", now + 40, "m/x"),
        Lesson("low", "k1", now + 50, "m"),
    )


def span(lesson: Lesson, ago: float = 0.0) -> tuple[float, float]:
    """Its instants, on a clock that is `ago` seconds behind."""
    return lesson.since and lesson.since - ago, lesson.until - ago


def timeless(lesson: Lesson) -> Lesson:
    return evolve(lesson, since=0.0, until=0.0)


async def settled(
    ledger: RedisLedger, clock: TurnedClock, name: str, *learned: Lesson
) -> set[Lesson]:
    """A request without limits; what its settlement brought."""
    outcome = evolve(books.outcome(name, at=clock.now()), learned=learned)
    return set((await ledger.settle(books.hold(name, at=clock.now()), outcome)).learned)


@pytest.mark.parametrize("way", CARRIERS)
@pytest.mark.parametrize("wrong", [0.0, WRONG, -WRONG])
async def test_others_hear_what_one_learned(
    redis_url: str, namespace: str, way: str, wrong: float
) -> None:
    """
    Rests, keys without quota and open breakers, at the next settlement, also of an instance that
    has never asked the store for anything else and whose clock is an hour off.
    """
    async with CARRIERS[way](redis_url) as carrier:
        ours, theirs = TurnedClock(), TurnedClock(wrong)
        first = RedisLedger(carrier, Keys(namespace), ours)
        second = RedisLedger(carrier, Keys(namespace), theirs)
        told = lessons(ours.now())
        await settled(first, ours, "1", *told)

        heard = await settled(second, theirs, "2")

    assert {timeless(one) for one in told} == {timeless(one) for one in heard}
    by_until = sorted(heard, key=lambda one: one.until)
    for one, other in zip(told, by_until, strict=True):
        assert span(one) == pytest.approx(span(other, wrong), abs=CLOSE)


async def test_the_longer_one_stands_and_what_is_over_is_forgotten(
    redis_url: str, namespace: str
) -> None:
    """Whoever tells it last."""
    async with CARRIERS["tcp"](redis_url) as carrier:
        clock = TurnedClock()
        ledger, now = RedisLedger(carrier, Keys(namespace), clock), clock.now()
        long, short = (
            Lesson("open", "p/m", now + 60, since=now),
            Lesson("open", "p/m", now + 10, since=now - 1),
        )
        over = Lesson("rest", "k1", now - 1)

        await settled(ledger, clock, "1", long)
        heard = await settled(ledger, clock, "2", short, over)

    (one,) = heard
    assert timeless(long) == timeless(one)
    assert span(long) == pytest.approx(span(one), abs=CLOSE)
