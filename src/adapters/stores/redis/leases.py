"""Leases on Redis, among all instances, by the clock of the store."""

from collections.abc import Callable

from attrs import define

from ....domain.lines import micros
from . import answers, scripts
from .carrier import Carrier
from .layout import Keys


@define
class RedisLeases:
    """The port `Leases`. `told`: as in the ledger."""

    carrier: Carrier
    keys: Keys
    told: Callable[[], str] = lambda: ""

    async def acquire(self, name: str, ttl: float) -> int | None:
        args = (self.told(), name, str(micros(ttl)))
        reply = await self.carrier.evaluate(scripts.LEASE, (self.keys.leases,), args)
        return answers.number(reply) or None

    async def release(self, name: str, token: int) -> None:
        args = (self.told(), name, "0", str(token))
        await self.carrier.evaluate(scripts.LEASE, (self.keys.leases,), args)
