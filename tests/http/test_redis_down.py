"""The store is away, in every way there is: what callers then get is declared."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from attrs import define

from src.adapters.stores.redis import scripts
from src.application.outbox import AWAY as AWAY_SECONDS
from src.domain.catalogue import Limit
from src.domain.events import StoreAway, StoreBack
from src.domain.usage import UsageQuery
from src.entrypoints.settings.values import Store
from tests.support.behaviours import chat
from tests.support.catalogue import provider, snapshot
from tests.support.provider import ScriptedProvider, scripted
from tests.support.redis_server import OwnServer, own_server
from tests.support.relay import Relay, running_relay
from tests.support.stores import nothing_held
from tests.support.upstash import TOKEN, Upstash, standing_in
from tests.support.upstash_faults import (
    BAD_GATEWAY,
    DAILY,
    FORBIDDEN,
    MONTHLY,
    MONTHLY_AT_ONCE,
    Dropped,
    Fault,
    Hang,
    Late,
    always,
)

#: A sixteenth of it is what one instance lets through alone.
MANY = Limit("client:test", "requests", "day", 160)
AWAY: dict[str, Fault] = {
    "the connection drops": Dropped(applied=False),
    "the answer is lost": Dropped(applied=True),
    "no answer": Hang(),
    "two seconds late": Late(2.0),
    "over the monthly quota": MONTHLY,
    "the same, at once": MONTHLY_AT_ONCE,
    "over the daily quota": DAILY,
    "a wrong token": FORBIDDEN,
    "a page of HTML": BAD_GATEWAY,
}


@define(eq=False)
class Scene:
    one: ScriptedProvider
    relay: Relay

    async def booked(self, count: int) -> int:
        """The requests in the books, once there are so many, or after ten seconds."""
        journal, rows = self.relay.container.journal(), 0
        async with asyncio.timeout(10):
            while rows < count:
                found = await journal.usage(UsageQuery())
                rows = sum(row.tally.requests for row in found)
                await asyncio.sleep(0.05)
        return rows

    def back(self, upstash: Upstash) -> None:
        """It is well; and the second after which it is looked for again need not pass."""
        upstash.plan = always(None)
        self.relay.clock.skip(AWAY_SECONDS)


@asynccontextmanager
async def relay_over(store: Store, *limits: Limit, **more: Any) -> AsyncIterator[Scene]:
    async with scripted(chat()) as one:
        configured = snapshot(provider("one", one), limits=limits)
        # A second: on a busy machine a store that is well may need more than a quarter of it.
        more = {"store_seconds": 1.0, **more}
        async with running_relay(configured, store=store, **more) as relay:
            yield Scene(one, relay)


@asynccontextmanager
async def over_upstash(
    url: str, *limits: Limit, **more: Any
) -> AsyncIterator[tuple[Upstash, Scene]]:
    async with (
        standing_in(url) as upstash,
        relay_over(Store("upstash", upstash.url, TOKEN), *limits, **more) as scene,
    ):
        yield upstash, scene


@pytest.mark.parametrize("fault", AWAY.values(), ids=AWAY)
async def test_known_callers_are_served_and_told(
    redis_url: str, namespace: str, fault: Fault
) -> None:
    """
    Degraded, within a store deadline for the first of them and none for the rest; and once it is
    back every one of them is in the books, once.
    """
    async with over_upstash(redis_url, MANY, namespace=namespace) as (upstash, scene):
        assert (await scene.relay.ask()).header("x-relay-degraded") is None
        upstash.plan = always(fault)
        heard = [await scene.relay.ask() for _ in range(6)]
        scene.back(upstash)
        booked = await scene.booked(7)

    assert [StoreAway, StoreBack] == [
        type(event)
        for event in scene.relay.notes.events
        if isinstance(event, StoreAway | StoreBack)
    ]
    assert [200] * 6 == [answer.status for answer in heard]
    assert ["store"] * 6 == [answer.header("x-relay-degraded") for answer in heard]
    slow = [h for h in heard if float(h.header("x-relay-overhead-ms") or 0) > 150]
    assert len(slow) <= 2  # the first, and who looks again a second later
    assert 7 == booked


async def test_alone_it_lets_a_bounded_part_through(redis_url: str, namespace: str) -> None:
    """
    Ten of a hundred and sixty; the others are told to come back soon.
    """
    async with over_upstash(redis_url, MANY, namespace=namespace) as (upstash, scene):
        await scene.relay.ask()
        upstash.plan = always(Dropped(applied=False))
        heard = [await scene.relay.ask() for _ in range(14)]
        scene.back(upstash)
        booked = await scene.booked(15)

    assert [200] * 10 + [429] * 4 == [answer.status for answer in heard]
    assert "2" == heard[-1].header("retry-after")
    assert 15 == booked


async def test_closed_serves_nobody_and_open_everybody(redis_url: str, namespace: str) -> None:
    """
    As `RELAY_ON_STORE_DOWN` says.
    """
    statuses: dict[str, list[int]] = {}
    for how in ("closed", "open"):
        async with over_upstash(
            redis_url, MANY, namespace=f"{namespace}-{how}", on_store_down=how
        ) as (upstash, scene):
            await scene.relay.ask()
            upstash.plan = always(MONTHLY)
            statuses[how] = [(await scene.relay.ask()).status for _ in range(12)]
            scene.back(upstash)
            await scene.booked(13)

    assert {"closed": [503] * 12, "open": [200] * 12} == statuses


async def test_who_is_not_limited_waits_for_nobody(redis_url: str, namespace: str) -> None:
    """
    Also the first request of all: nothing is asked of the store before it.
    """
    async with over_upstash(redis_url, namespace=namespace) as (upstash, scene):
        upstash.plan = always(Hang())
        heard = await scene.relay.ask()
        scene.back(upstash)
        booked = await scene.booked(1)

    assert (200, 1) == (heard.status, booked)
    assert float(heard.header("x-relay-overhead-ms") or 1e9) < 150


KILLS: dict[str, Callable[[OwnServer], None]] = {
    "killed": OwnServer.kill,
    "paused": OwnServer.pause,
}
BACK: dict[str, Callable[[OwnServer], None]] = {
    "killed": OwnServer.restart,
    "paused": OwnServer.go_on,
}


@pytest.mark.parametrize("how", KILLS)
async def test_a_real_server_goes_and_comes_back(namespace: str, how: str) -> None:
    """
    Over TCP: the limit holds before, the part of it meanwhile, and all of it after.
    """
    limit = Limit("client:test", "requests", "day", 32)
    with own_server() as server:
        store = Store("redis", server.url)
        async with relay_over(store, limit, namespace=namespace) as scene:
            before = [(await scene.relay.ask()).status for _ in range(3)]
            KILLS[how](server)
            meanwhile = [(await scene.relay.ask()).status for _ in range(6)]
            BACK[how](server)
            await scene.booked(9)
            after = [(await scene.relay.ask()).status for _ in range(40)]

    assert [200] * 3 == before
    assert [200] * 2 + [429] * 4 == meanwhile
    assert 32 - 3 - 2 == after.count(200)
    assert {200, 429} == set(after)


async def test_who_is_turned_away_by_its_relay_leaves_nothing_reserved(
    redis_url: str, namespace: str
) -> None:
    """
    The store had admitted it, and its answer was lost; then there was nothing left of the part that
    a relay lets through alone. It stands in the books once, and takes nothing.
    """
    limit = Limit("client:test", "requests", "day", 16)  # one of them alone
    lost = 0

    def plan(commands: Sequence[Sequence[bytes]]) -> Fault | None:
        nonlocal lost
        admits = scripts.ADMIT.sha1.encode() in commands[0]
        lost += admits
        return Dropped(applied=True) if admits else None

    async with over_upstash(redis_url, limit, namespace=namespace) as (upstash, scene):
        heard = [await scene.relay.ask()]
        upstash.plan = plan
        async with asyncio.timeout(10):
            while lost < 3:
                heard.append(await scene.relay.ask())
        upstash.plan = always(None)
        booked = await scene.booked(len(heard))
        await nothing_held(scene.relay.container.journal())

    assert {200, 429} == {answer.status for answer in heard}
    assert len(heard) == booked
