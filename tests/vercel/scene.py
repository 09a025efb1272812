"""A deployment: the built function, a store it was linked to, a provider, and the books."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from zoneinfo import ZoneInfo

from attrs import define

from src.adapters.clock import RealClock
from src.adapters.stores.redis.journal import RedisJournal
from src.adapters.stores.redis.layout import Keys
from src.adapters.stores.redis.tcp import TcpCarrier
from src.domain.receipt import Receipt
from src.domain.usage import UsageQuery
from tests.support.provider import ScriptedProvider, scripted
from tests.support.script import Behaviour, Script
from tests.support.upstash import TOKEN, Upstash, standing_in

from .building import Built
from .function import THREE, Function, running

#: What the function's one client is called when RELAY_API_KEY is one key.
CLIENT = "default"


@define(eq=False)
class Scene:
    """Instances of one deployment, and what is around them."""

    one: ScriptedProvider
    upstash: Upstash
    journal: RedisJournal
    functions: list[Function]

    @property
    def function(self) -> Function:
        return self.functions[0]

    async def booked(self) -> int:
        """The requests in the books."""
        rows = await self.journal.usage(UsageQuery("day"))
        return sum(row.tally.requests for row in rows)

    async def receipt(self, id: str | None) -> Receipt | None:
        return await self.journal.receipt(id or "", CLIENT)


@asynccontextmanager
async def deployed(
    built: Built,
    redis_url: str,
    namespace: str,
    what: Behaviour | Script | None = None,
    *,
    many: int = 1,
    **environ: str,
) -> AsyncIterator[Scene]:
    """Instances with three variables, a provider's key, and a linked store; `environ` changes
    that, and an empty one takes it away."""
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(scripted(what))
        upstash = await stack.enter_async_context(standing_in(redis_url))
        carrier = TcpCarrier(redis_url)
        stack.push_async_callback(carrier.aclose)
        whole = variables(one, upstash, namespace) | environ
        told = {name: value for name, value in whole.items() if value}
        functions = [await stack.enter_async_context(running(built, told)) for _ in range(many)]
        journal = RedisJournal(carrier, Keys(namespace), RealClock(), ZoneInfo("UTC"))
        yield Scene(one, upstash, journal, functions)


def variables(one: ScriptedProvider, upstash: Upstash, namespace: str) -> dict[str, str]:
    """As Vercel sets them: the button's three, a provider's, and the linked store's."""
    return {
        **THREE,
        "OPENAI_API_KEY": "sk-provider-one",
        "OPENAI_BASE_URL": one.base_url,
        "KV_REST_API_URL": f"{upstash.url}\n",  # pasted
        "KV_REST_API_TOKEN": f" {TOKEN}",
        "RELAY_NAMESPACE": namespace,
        # A busy machine is no store that is away.
        "RELAY_STORE_DEADLINE_MS": "5000",
    }
