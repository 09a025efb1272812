"""Catalogues on Redis, one for each instance, and what stands in the database."""

import json
from collections.abc import Callable

from attrs import evolve

from src.adapters.clock import RealClock
from src.adapters.stores.redis.carrier import Carrier
from src.adapters.stores.redis.catalogue import RedisCatalogue
from src.adapters.stores.redis.layout import Keys
from src.domain.catalogue import ClientKey, Provider, ProviderKey, Snapshot
from src.domain.change import Change

from .books import Heard

KEY = ProviderKey("h1", "sk-secret-one", label="first", source="environment")
A = Provider("a", "https://a.example", keys=(KEY,), headers=(("x-org", "hidden-org"),))
BEFORE = Snapshot((A,), client_keys=(ClientKey("team", b"\x01" * 32),))
OFF = evolve(A, enabled=False)
Open = Callable[[], RedisCatalogue]


def over(carrier: Carrier, namespace: str) -> RedisCatalogue:
    return RedisCatalogue(carrier, Keys(namespace), BEFORE, Heard(), RealClock())


def heard(catalogue: RedisCatalogue) -> int:
    assert isinstance(catalogue.observer, Heard)
    return len(catalogue.observer.events)


def change(provider: Provider) -> Change:
    return Change("provider", provider.name, provider)


async def field(catalogue: RedisCatalogue, id: str = "provider/a") -> dict[str, object]:
    (data,) = await catalogue.carrier.run(["HGET", catalogue.keys.records, id])
    assert isinstance(data, bytes)
    found: dict[str, object] = json.loads(data)
    return found


async def write(catalogue: RedisCatalogue, text: str, id: str = "provider/a") -> None:
    """What no relay would write."""
    await catalogue.carrier.run(["HSET", catalogue.keys.records, id, text])


def as_dict(value: object) -> dict[str, object]:
    assert isinstance(value, dict)
    return value
