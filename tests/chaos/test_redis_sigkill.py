"""Several relays around one Redis: streams end, callers leave, processes are killed."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from uuid import uuid4

import pytest
from attrs import define, field, frozen

from src.domain.receipt import Receipt
from src.domain.usage import Tally
from tests.support.golden import Json
from tests.support.provider import scripted
from tests.support.upstash import TOKEN, standing_in

from .audit import Audit, Loss, gather, gauges, judged, reading_redis, sums_are_of
from .load import SHORT, Kind, Load, Trip
from .process import CLIENT, Process, Setup, processes, where_it_is_noon

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

#: A few events, and one in nine leaves in the middle.
BRIEF = Kind((3, 8), 0.005, leaves=0.11)
#: Of streams that last some leave too, and the relay reads on for a moment alone.
LEAVES, DRAIN = 0.3, 1.0
#: The books keep the newest 10,000 receipts: so many ends before they are read again.
READ_EVERY = 4_000
#: One who is always turned away: every ten seconds that makes the books look for what is late.
SPENT, LOOKED = "spent", 10.0
TOKENS_A_DAY, AT_ONCE = 10**9, 10**4


@frozen
class Scale:
    """How much of everything. `lasting`: streams of which a checkpoint is written. `apart`: seconds
    from one kill to the next. `bound`: seconds of a stream that a kill may cost (ADR 0016), and
    half a one under load; `hold`: how long reservations outlive their process."""

    finished: int
    left: int
    kills: int
    relays: int
    brief: int
    pause: float
    lasting: Kind
    apart: float
    bound: float
    hold: float

    @property
    def kinds(self) -> Iterable[Kind]:
        """Of the callers of one relay."""
        return (*[BRIEF] * self.brief, *[self.lasting] * LASTING)


LASTING = 8
SCALES = {
    "tcp": Scale(10_000, 1_000, 6, 3, 16, 0.0, Kind((30, 100), 0.1, LEAVES), 5.0, 2.5, 15.0),
    "upstash": Scale(1_000, 100, 2, 2, 8, 0.2, Kind((130, 150), 0.35, LEAVES), 37.0, 30.5, 45.0),
}


@define
class Scene:
    """Relays under load, and the receipts that were found so far."""

    scale: Scale
    load: Load
    relays: list[Process]
    redis: str
    namespace: str
    found: dict[str, Receipt] = field(factory=dict)

    async def play(self) -> None:
        """Until enough is finished, and enough callers have left; meanwhile processes die."""
        for killed in range(1, self.scale.kills + 1):
            soon = asyncio.get_running_loop().time() + self.scale.apart
            await self._until(killed * self.scale.finished // (self.scale.kills + 1), soon)
            await self._kill(self.relays[killed % len(self.relays)])
        await self._until(self.scale.finished)
        self.load.over = True

    async def released(self) -> float:
        """Seconds until nothing is reserved any more, with somebody to be turned away."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        async with reading_redis(self.redis, self.namespace) as journal:
            while await journal.holds():
                await self.load.once(self.relays[0].port, SHORT, SPENT)
                await asyncio.sleep(0.5)
                assert loop.time() < began + self.scale.hold + 2 * LOOKED
        return loop.time() - began

    async def audited(self) -> tuple[Audit, Tally]:
        """Every request is in the books once; they add up, also the gauges of the limits."""
        async with reading_redis(self.redis, self.namespace) as journal:
            await gather(journal, self.found)
            total = await sums_are_of(journal, self.found.values())
        usages = [r.usage for r in self.found.values() if r.usage and r.client == CLIENT]
        tokens = sum(usage.input_tokens + usage.output_tokens for usage in usages)
        expected = {"tokens/day": (tokens, 0), "concurrency/total": (0, 0)}
        assert expected == await gauges(self.redis, self.namespace, CLIENT)
        return judged(self.load, self.found, drain=DRAIN), total

    async def _until(self, finished: int, soon: float = 0.0) -> None:
        loop, last = asyncio.get_running_loop(), len(self.load.trips)
        async with asyncio.timeout(600), reading_redis(self.redis, self.namespace) as journal:
            while (
                self.load.finished < finished
                or self.load.left < finished * self.scale.left // self.scale.finished
                or loop.time() < soon
            ):
                await asyncio.sleep(0.1)
                if len(self.load.trips) >= last + READ_EVERY:
                    last = len(self.load.trips)
                    await gather(journal, self.found)
            await gather(journal, self.found)

    async def _kill(self, relay: Process) -> None:
        relay.kill()
        self.load.lives[relay.port] = self.load.lives.get(relay.port, 0) + 1
        await relay.start()


def limits() -> list[Json]:
    """Larger than anything, so that nobody but one meets them."""
    ours, theirs = f"client:{CLIENT}", f"client:{SPENT}"
    return [
        {"subject": ours, "metric": "tokens", "window": "day", "limit": TOKENS_A_DAY,
         "timezone": where_it_is_noon()},
        {"subject": ours, "metric": "concurrency", "window": "total", "limit": AT_ONCE},
        {"subject": theirs, "metric": "requests", "window": "total", "limit": 1},
    ]  # fmt: skip


@asynccontextmanager
async def stored(way: str, redis: str) -> AsyncIterator[Mapping[str, str]]:
    """What the environment of the relays says of their store."""
    if way == "tcp":
        yield {"REDIS_URL": redis}
        return
    async with standing_in(redis) as upstash:
        yield {"UPSTASH_REDIS_REST_URL": upstash.url, "UPSTASH_REDIS_REST_TOKEN": TOKEN}


@asynccontextmanager
async def loaded(way: str, redis: str, folder: Path) -> AsyncIterator[Scene]:
    """The block ends with the load: what is under way then is finished."""
    scale, load, namespace = SCALES[way], Load(Random(7)), f"sigkill-{uuid4().hex}"
    async with scripted(load.play) as one, stored(way, redis) as store:
        named = {**store, "RELAY_NAMESPACE": namespace}
        setup = Setup(folder, one.base_url, (CLIENT, SPENT), limits(), DRAIN, store=named)
        with processes(scale.relays, setup) as relays:
            for relay in relays:
                await relay.start()
            callers = [
                asyncio.create_task(load.call(relay.port, kind, pause=scale.pause))
                for relay in relays
                for kind in scale.kinds
            ]
            scene = Scene(scale, load, relays, redis, namespace)
            try:
                await scene.play()
                await asyncio.gather(*callers)
                yield scene
            finally:
                for caller in callers:
                    caller.cancel()


def table(way: str, scale: Scale, audit: Audit) -> None:
    print(f"\n{way}: {scale.relays} relays, {scale.kills} of them killed under way")
    print("requests                    count  delivered  recorded")
    left = [(trip, trip.tokens) for trip in audit.counted]
    _row("finished", [(trip, trip.tokens) for trip in audit.finished])
    _row("left; the provider counted", left)
    _row("left; the relay reckoned", audit.reckoned)
    _row("died with their process", [(loss.trip, loss.recorded) for loss in audit.died])
    _row("turned away", [(trip, 0) for trip in audit.refused])
    most = max(loss.seconds for loss in kept(audit))
    print(f"largest loss {most:.1f} s of a stream; bound {scale.bound - 0.5:g} s and a commit")


def _row(name: str, of: list[tuple[Trip, int]]) -> None:
    delivered, recorded = sum(trip.delivered for trip, _ in of), sum(told for _, told in of)
    print(f"{name:26} {len(of):6} {delivered:10} {recorded:9}")


@pytest.mark.parametrize("way", SCALES)
async def test_streams_that_end_and_relays_that_are_killed(
    way: str, redis_url: str, tmp_path: Path
) -> None:
    """
    Finished streams are recorded as they were delivered, those whose callers left as the provider
    counted or, marked so, as the relay reckoned; what a killed relay loses is within the bound;
    nothing stays reserved, and no request stands twice.
    """
    async with loaded(way, redis_url, tmp_path) as scene:
        seconds = await scene.released()
        audit, total = await scene.audited()
    scale, load = scene.scale, scene.load
    table(way, scale, audit)
    print(f"{total.requests} requests in the books; nothing reserved after {seconds:.1f} s")

    assert load.finished >= scale.finished
    assert load.left >= scale.left
    assert scale.kills == len({(loss.trip.port, loss.trip.life) for loss in audit.died})
    assert audit.counted
    assert audit.reckoned
    assert {SPENT} >= {trip.client for trip in audit.refused}
    assert max(loss.seconds for loss in kept(audit)) <= scale.bound
    # Of some a checkpoint told how far they were: it is not the bound that is large.
    assert any(loss.recorded for loss in kept(audit))


def kept(audit: Audit) -> list[Loss]:
    """Those that the store had admitted. On a machine that is busy with all of this it may be late
    for some: they are served without it, and no checkpoint is written of them."""
    return [loss for loss in audit.died if not loss.trip.degraded]
