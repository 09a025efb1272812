"""What is done for each row of the table of costs in docs/store.md. A row is a line in ROWS."""

import asyncio
from collections.abc import Awaitable, Callable

from attrs import define, evolve, field

from src.adapters.stores.redis.catalogue import RedisCatalogue
from src.adapters.stores.redis.folding import Folding
from src.adapters.stores.redis.layout import Keys
from src.adapters.stores.redis.leases import RedisLeases
from src.adapters.stores.redis.ledger import RedisLedger
from src.domain import quota
from src.domain.catalogue import Limit, Snapshot
from src.domain.idempotency import Claim, StoredAnswer
from src.domain.lines import Amounts, Limits
from src.domain.quota import Hold, Lesson, Outcome
from tests.support.clock import TurnedClock
from tests.support.counting import Bill, CountingCarrier

from . import books

#: Six limits of four subjects.
PLACES = Limit("client:team", "concurrency", "total", 1_000)
TOKENS = Limit("client:team", "tokens", "day", 10**9)
LIMITS = (
    PLACES,
    TOKENS,
    Limit("client:team", "requests", "minute", 10**6),
    Limit("deployment", "cost", "month", 10**12),
    Limit("model:m", "tokens", "minute", 10**9),
    Limit("provider:p", "requests", "day", 10**9),
)
THERE = Limit("provider:q", "requests", "day", 10**9)
NONE_LEFT = Limit("client:nobody", "requests", "total", 0)


@define(eq=False)
class Scene:
    """Books by the clock of the server, as every relay has them."""

    carrier: CountingCarrier
    keys: Keys
    clock: TurnedClock = field(factory=TurnedClock)
    ledger: RedisLedger = field(init=False)
    _count: int = 0

    def __attrs_post_init__(self) -> None:
        # Folds are a row of their own.
        self.ledger = RedisLedger(self.carrier, self.keys, self.clock, fold_at=1_000_000)

    async def begin(self) -> None:
        """What was done until now is not counted."""
        await self.carrier.bill()

    async def quiet(self, least: int = 0) -> Bill:
        """All that is done, so many commands at least, until nothing more is."""
        found, still = Bill(0, 0, {}), 0
        async with asyncio.timeout(10):
            while still < 5 or found.commands < least:
                await asyncio.sleep(0.01)
                bill = await self.carrier.bill()
                still = 0 if bill.commands or bill.trips else still + 1
                found = Bill(found.trips + bill.trips, found.commands + bill.commands, {})
        return found

    def hold(
        self, *limits: Limit, claim: str = "", until: float = 600.0, client: str = "team"
    ) -> Hold:
        self._count += 1
        now = self.clock.now()
        return quota.hold(
            books.opened(f"{self._count}", client, now),
            provider="p",
            amounts=Amounts(40),
            limits=Limits.of(limits),
            until=now + until,
            claim=Claim(claim, "body", now + 3600) if claim else None,
            now=now,
        )

    def outcome(self, hold: Hold) -> Outcome:
        return books.outcome(hold.id, at=hold.opened.at)

    def failed_before(self, hold: Hold) -> Outcome:
        """Served by its second provider; the key of the first one rests."""
        rest = Lesson("rest", "k", self.clock.now() + 60)
        return evolve(self.outcome(hold), learned=(rest,))

    async def request(self, hold: Hold) -> None:
        assert (await self.ledger.admit(hold)).admitted
        await self.ledger.settle(hold, self.outcome(hold))


async def plain(scene: Scene) -> None:
    await scene.request(scene.hold())


async def limited(scene: Scene) -> None:
    await scene.request(scene.hold(*LIMITS))


async def refused(scene: Scene) -> None:
    assert not (await scene.ledger.admit(scene.hold(NONE_LEFT, client="nobody"))).admitted


async def claiming(scene: Scene) -> None:
    hold = scene.hold(claim=f"claim {scene.clock.now()}")
    await scene.request(hold)


async def keeping(scene: Scene) -> Claim:
    hold = scene.hold(claim=f"keep {scene.clock.now()}")
    assert hold.claim is not None
    assert (await scene.ledger.admit(hold)).admitted
    answer = StoredAnswer("application/json", b"{}")
    await scene.ledger.settle(hold, evolve(scene.outcome(hold), answer=answer))
    return hold.claim


async def repeated(scene: Scene) -> None:
    """A repeat is in the books like every request, and has nothing reserved."""
    claim = await keeping(scene)
    again = evolve(scene.hold(), claim=claim)
    await scene.begin()
    verdict = await scene.ledger.admit(again)
    assert verdict.repeat is not None and verdict.repeat.answer is not None
    await scene.ledger.settle(evolve(again, claim=None), scene.outcome(again))


async def streaming(scene: Scene) -> None:
    await scene.request(scene.hold(PLACES))


async def metered(scene: Scene) -> None:
    """After 30 s it writes down how far it has come."""
    hold = scene.hold(TOKENS)
    assert (await scene.ledger.admit(hold)).admitted
    await scene.ledger.checkpoint(evolve(hold, until=hold.until + 45), scene.outcome(hold))
    await scene.ledger.settle(hold, scene.outcome(hold))


async def switched(scene: Scene) -> None:
    hold = scene.hold()
    assert (await scene.ledger.admit(hold)).admitted
    await scene.ledger.settle(hold, scene.failed_before(hold))


async def switched_limited(scene: Scene) -> None:
    hold = scene.hold(TOKENS)
    assert (await scene.ledger.admit(hold)).admitted
    await scene.ledger.settle(hold, scene.failed_before(hold))


async def switched_provider(scene: Scene) -> None:
    limits, now = Limits.of((*LIMITS, THERE)), scene.clock.now()
    hold = scene.hold(*LIMITS)
    assert (await scene.ledger.admit(hold)).admitted
    there = quota.moved(hold, "q", amounts=Amounts(40), limits=limits, now=now)
    assert (await scene.ledger.move(there)).admitted
    await scene.ledger.settle(there, scene.failed_before(there))


async def coming_late(scene: Scene) -> None:
    """The store was away; then the outbox settles it, or `airelay usage replay`."""
    hold = scene.hold()
    await scene.ledger.settle(hold, evolve(scene.outcome(hold), late=True))


async def sweeping(scene: Scene) -> None:
    """The request before is looked at, and listed anew: it is remembered for an hour."""
    await scene.request(scene.hold(*LIMITS, until=0.0))
    scene.ledger.sweep_every = 0.0
    await scene.begin()
    await limited(scene)


async def fold(scene: Scene) -> None:
    """As many receipts go as come."""
    folding = Folding(scene.carrier, scene.keys, kept=64)
    for _ in range(128):
        await plain(scene)
    await folding.batch()
    await scene.begin()
    assert 64 == await folding.batch()


async def probing(scene: Scene) -> None:
    leases = RedisLeases(scene.carrier, scene.keys)
    token = await leases.acquire("probe", 10.0)
    assert token is not None
    await leases.release("probe", token)


async def cold(scene: Scene) -> None:
    """An instance starts: it reads what was saved, and its books ask for nothing."""
    other = Scene(scene.carrier, scene.keys)
    await RedisCatalogue(other.carrier, other.keys, Snapshot(), books.Heard(), other.clock).load()


#: A row is a line here.
ROWS: dict[str, Callable[[Scene], Awaitable[object]]] = {
    "a request without limits": plain,
    "a request with limits": limited,
    "a request that is refused by a limit": refused,
    "a request with an Idempotency-Key": claiming,
    "the same, and its answer is kept": keeping,
    "a repeat of it, answered from the books": repeated,
    "a stream of 60 s without a limit on tokens or money": streaming,
    "a stream of 60 s with one": metered,
    "a failed attempt and a switch, no limits": switched,
    "a failed attempt and a switch, limits on the caller alone": switched_limited,
    "a failed attempt and a switch, limits on both providers": switched_provider,
    "a request that is settled late": coming_late,
    "a request with limits, and a sweep by the way": sweeping,
    "a fold of 64 requests": fold,
    "a probe of a key or a breaker": probing,
    "a cold start": cold,
}
