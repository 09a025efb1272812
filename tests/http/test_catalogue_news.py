"""What one instance saves is in force at the others with their next request."""

import asyncio

from attrs import evolve
from dependency_injector import providers

from src.adapters.stores.redis.catalogue import RedisCatalogue
from src.adapters.stores.redis.layout import Keys
from src.adapters.stores.redis.ledger import RedisLedger
from src.domain.change import Change
from src.entrypoints.container import Container
from tests.support.carriers import over_tcp
from tests.support.catalogue import provider, snapshot
from tests.support.provider import scripted
from tests.support.relay import Notes, running_relay


async def test_a_provider_is_switched_off_elsewhere(redis_url: str, namespace: str) -> None:
    """The request that hears of it is still served; the one after it is not. Nobody waits."""
    keys = Keys(namespace)
    async with scripted() as one, over_tcp(redis_url) as carrier:
        configured = snapshot(provider("one", one))

        def wire(container: Container) -> None:
            clock = container.clock()
            here = RedisCatalogue(carrier, keys, configured, Notes(), clock)
            container.catalogue.override(providers.Object(here))
            container.ledger.override(providers.Object(RedisLedger(carrier, keys, clock)))

        async with running_relay(configured, wire=wire) as relay:
            there = RedisCatalogue(carrier, keys, configured, Notes(), relay.clock)
            assert await relay.serves()
            off = evolve(configured.providers[0], enabled=False)
            saved = await there.save(Change("provider", "one", off), 0)

            assert await relay.serves()
            for _ in range(500):  # it is read after the answer
                if relay.container.catalogue().snapshot() == saved:
                    break
                await asyncio.sleep(0.01)
            assert saved == relay.container.catalogue().snapshot()
            assert not await relay.serves()
