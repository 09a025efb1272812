"""Every answer of a Redis may be lost after its effect: whoever asks again changes nothing."""

from collections import Counter
from random import Random
from uuid import uuid4

import pytest
from attrs import evolve

from src.adapters.stores.memory import MemoryLedger
from src.adapters.stores.redis.layout import Keys
from src.adapters.stores.redis.leases import RedisLeases
from src.domain.errors import StoreUnavailable
from src.domain.quota import Hold, Verdict
from tests.contract.books import Books, SetClock, on_redis
from tests.contract.test_ledger_random import same_gauges
from tests.contract.twins import Twins, pages
from tests.support.carriers import CARRIERS, FRAGILE

from .dropping import Dropping, Stubborn

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

INJECTIONS, VERBS, RATE = 10_000, 40, 0.5


class Lasting(Twins):
    """No hold is late at once: an admission that is asked for again would sweep its own."""

    def _hold(self) -> Hold:
        held = super()._hold()
        return evolve(held, until=max(held.until, self._now() + 0.5))


@pytest.mark.parametrize("way", FRAGILE)
async def test_ten_thousand_lost_answers_of_the_ledger(redis_url: str, way: str) -> None:
    """
    At every trip of every verb, most after they were carried out. After each verb the limits are
    those of books that lost nothing; receipts and sums are, in the end.
    """
    dropped: Counter[tuple[str, bool]] = Counter()
    seed = 0
    async with FRAGILE[way](redis_url) as fragile, CARRIERS["tcp"](redis_url) as clean:
        while dropped.total() < INJECTIONS:
            seed += 1
            keys, clock = Keys(f"drops-{uuid4().hex}"), SetClock()
            dropping = Dropping(fragile, Random(seed), RATE, dropped)
            memory = MemoryLedger(clock)
            theirs, read = on_redis(dropping, keys.namespace), on_redis(clean, keys.namespace)
            ours = Books(Stubborn(theirs.ledger), read.journal, theirs.clock)
            pair = Lasting((Books(memory, memory, clock), ours), Random(seed), always=True)
            for number in range(VERBS):
                read.clock.ahead = theirs.clock.ahead
                one, other = [decided(answer) for answer in await pair.step()]
                assert one == other, f"seed {seed}, verb {number}"
                await same_gauges(memory, clean, keys)
            read.clock.ahead = theirs.clock.ahead
            reference, found = [await pages(books) for books in pair.books]
            assert reference == found, f"seed {seed}"
            await clean.run(["DEL", keys.books, keys.inbox, keys.receipts, keys.order])
    table(way, dropped, f"{seed} sequences of {VERBS} verbs")


@pytest.mark.parametrize("way", FRAGILE)
async def test_lost_answers_of_leases(redis_url: str, way: str) -> None:
    """Nobody holds what another holds, tokens grow, and what nobody knows of runs out."""
    async with FRAGILE[way](redis_url) as fragile:
        dropping, clock = Dropping(fragile, Random(1), RATE), SetClock()
        keys = Keys(f"drops-{uuid4().hex}")
        leases = RedisLeases(dropping, keys, told=lambda: str(int(clock.now() * 1e6)))
        tokens, held = [0], 0.0
        while dropping.dropped.total() < INJECTIONS / 10:
            clock.turn(dropping.dice.choice((0.0, 1.0, 4.0)))
            began = clock.now()
            try:
                token = await leases.acquire("probe", 5.0)
            except StoreUnavailable:
                held = max(held, began)  # somebody may hold it, and does not know
                continue
            if token is None:
                continue
            assert token > tokens[-1]
            assert clock.now() >= held
            tokens.append(token)
            held = began + 5.0
            if dropping.dice.random() < 0.5:
                try:
                    await leases.release("probe", token)
                    held = 0.0
                except StoreUnavailable:
                    held = 0.0  # given back or not: it is not used any more
        clock.turn(5.1)
        dropping.rate = 0.0
        assert await leases.acquire("probe", 5.0) is not None
    table(way, dropping.dropped, f"{len(tokens)} leases")


def decided(answer: object) -> object:
    """Without what is told once only: what was left, and how many were swept by whom."""
    match answer:
        case Verdict():
            return evolve(answer, headroom=(), shadowed=())
        case int():
            return None
    return answer


def table(way: str, dropped: Counter[tuple[str, bool]], done: str) -> None:
    print(f"\n{way}: {dropped.total()} answers lost, {done}\nasked            applied  not applied")
    for what in sorted({what for what, _ in dropped}):
        print(f"{what:15}  {dropped[what, True]:7}  {dropped[what, False]:11}")
