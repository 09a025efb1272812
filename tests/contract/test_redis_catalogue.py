"""The saved catalogue on Redis: among instances, in few trips."""

import asyncio
from collections.abc import Sequence

import attrs
import pytest
from attrs import define, evolve

from src.adapters.stores.redis.carrier import Carrier, Refused, Reply, Script
from src.adapters.stores.redis.catalogue import RedisCatalogue
from src.adapters.stores.redis.ledger import RedisLedger
from src.domain.catalogue import Target, VirtualModel
from src.domain.change import Change
from tests.support.carriers import over_tcp
from tests.support.counting import counted
from tests.support.redis_server import own_server

from .books import hold, outcome, unlimited
from .instances import BEFORE, KEY, OFF, A, Open, change, field, over


async def test_what_was_saved_is_there_after_a_restart(open_instance: Open) -> None:
    """The same snapshot, secrets and all, in the order in which it was saved first."""
    first = open_instance()
    await first.save(change(evolve(A, models=("m",))), 0)
    names = [f"{name}" for name in range(200)]  # more than Redis keeps in order
    for name in names:
        await first.save(Change("virtual_model", name, VirtualModel(name, (Target("a", "m"),))), 0)
    saved = await first.save(Change("client_key", "team", None), 0)

    second = open_instance()
    assert BEFORE == second.snapshot()
    assert saved == await second.load() == second.snapshot()
    assert (A.keys, A.headers) == (saved.providers[0].keys, saved.providers[0].headers)
    assert names == [model.name for model in saved.virtual_models]


async def test_no_secret_is_sent_to_the_store(open_instance: Open) -> None:
    """Neither keys nor the values of headers; nor are those kept that are not configured."""
    catalogue = open_instance()
    await catalogue.save(change(evolve(A, models=("m-in-the-store",))), 0)

    written = str(await field(catalogue))
    assert "m-in-the-store" in written
    assert "x-org" in written
    assert "sk-secret" not in written
    assert "hidden-org" not in written
    with pytest.raises(ValueError, match="configur"):
        await catalogue.save(change(evolve(A, keys=(evolve(KEY, secret="sk-other"),))), 1)


async def test_another_instance_hears_of_it_from_the_books(open_instance: Open) -> None:
    """Every verdict and every settlement tells the version, and who hears another one reads."""
    one, other = open_instance(), open_instance()
    ledger = RedisLedger(other.carrier, other.keys, other.clock)
    saved = await one.save(change(OFF), 0)
    admitted = await ledger.admit(hold("1"))
    settled = await ledger.settle(unlimited("2"), outcome("2"))
    assert BEFORE is other.snapshot()

    assert (1, 1) == (admitted.news.catalogue_version, settled.catalogue_version)
    await other.heard(settled.catalogue_version)

    assert saved == other.snapshot()


async def test_many_requests_that_hear_it_read_it_once(namespace: str) -> None:
    """And it is one command; a save is one trip, two where another instance saved before."""
    with own_server(durable=False) as server:
        async with over_tcp(server.url) as tcp, counted(tcp, server.url) as carrier:
            one, other = over(carrier, namespace), over(carrier, namespace)
            await one.save(change(OFF), 0)
            await carrier.bill()

            for _ in range(2):
                await asyncio.gather(*(other.heard(1) for _ in range(50)))
            assert {"hgetall": 1} == (await carrier.bill()).by

            await one.save(change(A), 1)
            bill = await carrier.bill()
            assert (1, 6) == (bill.trips, bill.commands)
            await other.save(change(OFF), 2)
            assert 2 == (await carrier.bill()).trips


async def test_instances_race_by_version(open_instance: Open) -> None:
    """Twenty edits each, read and written by turns: every one is applied or refused."""
    both = open_instance(), open_instance()

    async def edits(catalogue: RedisCatalogue) -> int:
        applied = 0
        for number in range(20):
            version = catalogue.snapshot().versions.get("provider/a", 0)
            try:
                await catalogue.save(change(evolve(A, user_agent=f"{number}")), version)
                applied += 1
            except ValueError:
                pass  # and what is there is known now
        return applied

    applied = await asyncio.gather(*map(edits, both))
    assert {"provider/a": sum(applied)} == (await both[0].load()).versions
    assert sum(applied) >= 20


async def test_what_was_read_elsewhere_can_be_saved_here(open_instance: Open) -> None:
    """Who read the newest version of another instance is not refused by one that has not yet."""
    one, other = open_instance(), open_instance()
    await one.save(change(OFF), 0)
    await one.save(Change("virtual_model", "m", VirtualModel("m", (Target("a", "m"),))), 0)

    saved = await other.save(change(A), 1)

    assert {"provider/a": 2, "virtual_model/m": 1} == saved.versions


async def test_an_answer_that_was_overtaken_is_passed_over(redis_url: str, namespace: str) -> None:
    """What was read before a save, and came after it, does not undo it."""
    async with over_tcp(redis_url) as tcp:
        slow = Slow(tcp)
        catalogue = over(slow, namespace)
        reading = asyncio.create_task(catalogue.load())
        await slow.read.wait()
        saved = await catalogue.save(change(OFF), 0)
        slow.go_on.set()

        assert saved == await reading == catalogue.snapshot()


@define(eq=False)
class Slow:
    """A carrier whose commands are answered late: scripts overtake them."""

    carrier: Carrier
    read: asyncio.Event = attrs.field(factory=asyncio.Event)
    go_on: asyncio.Event = attrs.field(factory=asyncio.Event)

    async def run(self, *commands: Sequence[str]) -> tuple[Reply | Refused, ...]:
        found = await self.carrier.run(*commands)
        self.read.set()
        await self.go_on.wait()
        return found

    async def evaluate(self, script: Script, keys: Sequence[str], args: Sequence[str]) -> Reply:
        return await self.carrier.evaluate(script, keys, args)

    async def aclose(self) -> None:
        await self.carrier.aclose()
