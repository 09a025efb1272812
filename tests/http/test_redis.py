"""Several relays around one Redis, over either carrier, as callers see them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from itertools import count
from typing import TypeVar

import pytest
from attrs import define

from src.domain.catalogue import Limit, Snapshot
from src.domain.events import BreakerOpened
from src.domain.receipt import Receipt
from src.domain.usage import UsageQuery
from src.entrypoints.settings.values import Store
from tests.support.behaviours import chat, ok_chat, rate_limited, refused
from tests.support.catalogue import provider, snapshot
from tests.support.provider import ScriptedProvider, scripted
from tests.support.relay import Relay, running_relay
from tests.support.script import Behaviour, Script, by_key, in_turn
from tests.support.upstash import TOKEN, standing_in

T = TypeVar("T")
Ways = Callable[[str], AbstractAsyncContextManager[Store]]
FIVE = Limit("client:test", "requests", "day", 5)


@asynccontextmanager
async def tcp(url: str) -> AsyncIterator[Store]:
    yield Store("redis", url)


@asynccontextmanager
async def rest(url: str) -> AsyncIterator[Store]:
    async with standing_in(url) as upstash:
        yield Store("upstash", upstash.url, TOKEN)


both = pytest.mark.parametrize("way", [tcp, rest], ids=["tcp", "upstash"])


@define(eq=False)
class Fleet:
    """Relays around one store, before one provider."""

    one: ScriptedProvider
    relays: list[Relay]

    async def receipt(self, id: str) -> Receipt | None:
        return await self.relays[-1].container.journal().receipt(id, "test")

    async def used(self) -> int:
        """The requests in the books, as the last relay reads them."""
        rows = await self.relays[-1].container.journal().usage(UsageQuery())
        return sum(row.tally.requests for row in rows)


@asynccontextmanager
async def fleet(
    way: Ways,
    url: str,
    namespace: str,
    *limits: Limit,
    many: int = 2,
    behaviour: Behaviour | Script | None = None,
    keys: tuple[str, ...] = ("sk-one",),
) -> AsyncIterator[Fleet]:
    async with way(url) as store, scripted(behaviour or chat()) as one, AsyncExitStack() as stack:
        configured: Snapshot = snapshot(provider("one", one, keys=keys), limits=limits)
        relays = [
            await stack.enter_async_context(
                # Patient: on a busy machine a store that is well may take longer than a deadline.
                running_relay(configured, store=store, namespace=namespace, store_seconds=10.0)
            )
            for _ in range(many)
        ]
        yield Fleet(one, relays)


def opened(relay: Relay) -> bool:
    return any(isinstance(event, BreakerOpened) for event in relay.notes.events)


async def soon(look: Callable[[], Awaitable[T]], holds: Callable[[T], bool]) -> T:
    """What is seen once it holds: a settlement may still be on its way. Raises TimeoutError."""
    async with asyncio.timeout(5):
        for _ in count():
            if holds(found := await look()):
                break
            await asyncio.sleep(0.01)
    return found


@both
async def test_a_limit_holds_across_instances(way: Ways, redis_url: str, namespace: str) -> None:
    """
    Five a day, whoever is asked, however many come at once.
    """
    async with fleet(way, redis_url, namespace, FIVE) as two:
        heard = await asyncio.gather(*(two.relays[n % 2].ask() for n in range(40)))
        used = await soon(two.used, lambda used: used >= 40)

    assert 5 == sum(answer.status == 200 for answer in heard) == len(two.one.requests)
    assert {200, 429} == {answer.status for answer in heard}
    assert 40 == used


@both
async def test_receipts_are_found_by_every_instance(
    way: Ways, redis_url: str, namespace: str
) -> None:
    """
    Also before they are folded.
    """
    async with fleet(way, redis_url, namespace) as two:
        heard = await two.relays[0].ask()
        id = heard.header("x-request-id") or ""
        receipt = await soon(lambda: two.receipt(id), lambda found: found is not None)

    assert receipt is not None
    assert ("completed", 200) == (receipt.ending, receipt.status)


@both
async def test_a_rest_is_known_to_others_at_their_next_contact(
    way: Ways, redis_url: str, namespace: str
) -> None:
    """
    A key that one instance was refused with is left alone by the other, which never asked.
    """
    script = by_key({"sk-a": in_turn(rate_limited(60), ok_chat())}, otherwise=ok_chat())
    async with fleet(
        way, redis_url, namespace, behaviour=script, keys=("sk-a", "sk-b", "sk-c")
    ) as two:
        first, second = two.relays
        while "sk-a" not in two.one.keys:
            await first.ask()
        await second.ask()  # hears of it when it settles
        before = len(two.one.requests)
        for _ in range(9):
            assert 200 == (await second.ask()).status

    assert "sk-a" not in two.one.keys[before:]


@both
async def test_an_open_breaker_is_known_to_others(
    way: Ways, redis_url: str, namespace: str
) -> None:
    """
    A target that failed one instance is passed over by the other, which saw one failure of it.
    """
    async with fleet(way, redis_url, namespace, behaviour=refused(500)) as two:
        first, second = two.relays
        asked = 0
        while not opened(first):
            await first.ask()
            asked += 1
        await soon(two.used, lambda used: used == asked)
        await second.ask()
        await soon(two.used, lambda used: used == asked + 1)

        await soon(lambda: asyncio.sleep(0, opened(second)), bool)


@both
async def test_an_idempotency_key_is_one_for_all(way: Ways, redis_url: str, namespace: str) -> None:
    """
    What one instance has done, another does not do again.
    """
    async with fleet(way, redis_url, namespace) as two:
        headers = [("idempotency-key", "k-1")]
        first = await two.relays[0].ask(headers=headers)
        again = await two.relays[1].ask(headers=headers)

    assert (200, 409) == (first.status, again.status)
    assert first.header("x-request-id") == again.json["receipt"]["id"]
    assert 1 == len(two.one.requests)


@both
async def test_namespaces_are_strangers(way: Ways, redis_url: str, namespace: str) -> None:
    """
    Preview and production may share a database.
    """
    async with (
        fleet(way, redis_url, f"{namespace}-a", FIVE, many=1) as a,
        fleet(way, redis_url, f"{namespace}-b", FIVE, many=1) as b,
    ):
        heard = [await fleet.relays[0].ask() for fleet in (a, b) for _ in range(5)]

    assert [200] * 10 == [answer.status for answer in heard]
