"""A Redis that forbids what a look would like to know."""

from collections.abc import Sequence

import pytest
from attrs import define

from src.adapters.clock import RealClock
from src.adapters.stores.redis.carrier import Carrier, Refused, Reply, Script
from src.adapters.stores.redis.inspection import RedisInspection
from src.adapters.stores.redis.layout import Keys
from tests.support.carriers import over_tcp

from .instances import BEFORE


@define(eq=False)
class Strict:
    """A carrier to a server that refuses these commands."""

    carrier: Carrier
    forbidden: frozenset[str]

    async def run(self, *commands: Sequence[str]) -> tuple[Reply | Refused, ...]:
        found = await self.carrier.run(*commands)
        no = Refused("NOPERM this user has no permissions to run the command")
        return tuple(
            no if command[0] in self.forbidden else reply
            for command, reply in zip(commands, found, strict=True)
        )

    async def evaluate(self, script: Script, keys: Sequence[str], args: Sequence[str]) -> Reply:
        return await self.carrier.evaluate(script, keys, args)

    async def aclose(self) -> None:
        await self.carrier.aclose()


@pytest.mark.parametrize(
    ("forbidden", "policy", "server", "bytes"),
    [
        ((), "noeviction", True, True),
        (("CONFIG",), "noeviction", True, True),
        (("INFO",), "noeviction", False, True),
        (("CONFIG", "INFO", "MEMORY"), None, False, False),
    ],
)
async def test_what_it_does_not_say_is_unknown(
    redis_url: str,
    namespace: str,
    forbidden: tuple[str, ...],
    policy: str | None,
    server: bool,
    bytes: bool,
) -> None:
    """And no reason to call it forgetful; everything else is told."""
    async with over_tcp(redis_url) as tcp:
        carrier = Strict(tcp, frozenset(forbidden))
        inspection = RedisInspection(carrier, Keys(namespace), BEFORE, RealClock())
        checked, stats = await inspection.check(), await inspection.stats()

    assert (policy, server, False) == (checked.evicts, bool(checked.server), checked.forgets)
    assert bytes == (stats.bytes is not None)
