"""What a carrier costs, counted: trips, and commands as Upstash bills them, over either carrier."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from urllib.parse import unquote, urlsplit

from attrs import define, field, frozen

from src.adapters.stores.redis.carrier import Carrier, Refused, Reply, Script

from .resp import Resp, connected

#: Not charged, says https://upstash.com/pricing/redis; and what names a connection, once.
FREE = frozenset("auth hello select command config info ping reset quit client".split())  # noqa: SIM905


@frozen
class Bill:
    """Since the last one. `by` says which commands, those inside scripts too."""

    trips: int
    commands: int
    by: dict[str, int]


@define(eq=False)
class CountingCarrier:
    """Any carrier, counted. The commands are read from the server itself, which must therefore
    have no other caller meanwhile: `own_server()`."""

    _inner: Carrier
    _server: Resp
    _calls: int = 0
    _evals_asked: int = 0
    _before: dict[str, int] = field(factory=dict)

    async def evaluate(self, script: Script, keys: Sequence[str], args: Sequence[str]) -> Reply:
        self._calls += 1
        return await self._inner.evaluate(script, keys, args)

    async def run(self, *commands: Sequence[str]) -> tuple[Reply | Refused, ...]:
        self._calls += 1
        self._evals_asked += [command[0].upper() for command in commands].count("EVAL")
        return await self._inner.run(*commands)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def bill(self) -> Bill:
        """What was used since the last bill, or since the start."""
        now = await self._counted()
        by = {name: now[name] - self._before.get(name, 0) for name in sorted(now)}
        used = {name: calls for name, calls in by.items() if calls}
        # EVAL follows an EVALSHA that the server did not know: one trip more than calls.
        trips = self._calls + used.get("eval", 0) - self._evals_asked
        self._before, self._calls, self._evals_asked = now, 0, 0
        return Bill(trips, sum(used.values()), used)

    async def _counted(self) -> dict[str, int]:
        """Calls by command: a pipeline's one by one, a script's own and those inside it."""
        told = await self._server("INFO", "commandstats")
        assert isinstance(told, bytes)
        found: dict[str, int] = {}
        for line in told.decode().splitlines():
            name, _, figures = line.removeprefix("cmdstat_").partition(":calls=")
            if figures and name.partition("|")[0] not in FREE:
                found[name] = int(figures.partition(",")[0])
        return found


@asynccontextmanager
async def counted(carrier: Carrier, redis: str) -> AsyncIterator[CountingCarrier]:
    """The carrier, counted from now on; `redis` is the URL of the server behind it."""
    parts = urlsplit(redis)
    password = unquote(parts.password) if parts.password else None
    server = await connected(parts.port or 6379, password, host=parts.hostname or "")
    try:
        counting = CountingCarrier(carrier, server)
        await counting.bill()
        yield counting
    finally:
        await server.aclose()
