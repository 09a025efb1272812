"""Books on Redis that a newer relay has written: this one leaves them alone, and says so."""

from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import uuid4

import pytest
import pytest_asyncio
from attrs import define

from src.adapters.clock import RealClock
from src.adapters.stores.redis.archive import RedisArchive
from src.adapters.stores.redis.carrier import Carrier
from src.adapters.stores.redis.inspection import RedisInspection
from src.adapters.stores.redis.layout import LAYOUT, Keys
from src.domain.errors import StoreRefused
from src.domain.quota import moved
from src.domain.usage import RequestQuery, UsageQuery
from tests.support.carriers import CARRIERS, Opens

from .books import Books, hold, on_redis, outcome, unlimited
from .instances import BEFORE


@define(eq=False)
class Place:
    """A database, and the relays that use it."""

    carrier: Carrier
    keys: Keys
    books: Books

    async def becomes(self, layout: str) -> None:
        """A newer relay comes by."""
        await self.carrier.run(["HSET", self.keys.books, "layout", layout])

    async def content(self) -> object:
        names = (self.keys.books, self.keys.receipts)
        hashes = await self.carrier.run(*(["HGETALL", name] for name in names))
        return hashes, await self.carrier.run(["LRANGE", self.keys.inbox, "0", "-1"])


@pytest_asyncio.fixture(params=list(CARRIERS.values()), ids=list(CARRIERS))
async def place(request: pytest.FixtureRequest, redis_url: str) -> AsyncIterator[Place]:
    opens: Opens = request.param
    async with opens(redis_url) as carrier:
        keys = Keys(uuid4().hex)
        yield Place(carrier, keys, on_redis(carrier, keys.namespace))


VERBS: dict[str, Callable[[Place], Awaitable[object]]] = {
    "admit": lambda it: it.books.ledger.admit(hold("new")),
    "settle": lambda it: it.books.ledger.settle(hold("1"), outcome("1")),
    "move": lambda it: it.books.ledger.move(moved(hold("1"), "other")),
    "checkpoint": lambda it: it.books.ledger.checkpoint(hold("1"), outcome("1")),
    "sweep": lambda it: it.books.ledger.sweep(),
    "receipt": lambda it: it.books.journal.receipt("0", "team"),
    "requests": lambda it: it.books.journal.requests(RequestQuery()),
    "usage": lambda it: it.books.journal.usage(UsageQuery()),
    "holds": lambda it: it.books.journal.holds(),
    "check": lambda it: RedisInspection(it.carrier, it.keys, BEFORE, RealClock()).check(),
    "stats": lambda it: RedisInspection(it.carrier, it.keys, BEFORE, RealClock()).stats(),
    "import records": lambda it: RedisArchive(it.carrier, it.keys).put_records([], replace=True),
    "import sums": lambda it: RedisArchive(it.carrier, it.keys).put_sums([], replace=True),
    "import receipts": lambda it: RedisArchive(it.carrier, it.keys).put_receipts([], replace=True),
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("layout", [str(LAYOUT + 1), "two"])
async def test_nothing_is_done_with_them(place: Place, verb: str, layout: str) -> None:
    """
    Each verb refuses, says what to do, and changes nothing; with its own layout it works.
    """
    await place.books.ledger.admit(hold("1"))
    await place.books.ledger.settle(unlimited("0"), outcome("0"))
    await place.becomes(layout)
    before = await place.content()
    with pytest.raises(StoreRefused, match="written by a newer relay: run that one"):
        await VERBS[verb](place)

    assert before == await place.content()
    await place.becomes(str(LAYOUT))
    await VERBS[verb](place)


async def test_a_request_without_limits_is_appended_once(place: Place) -> None:
    """
    That asks nothing before it: the newer relay reads what older ones wrote. The next one knows,
    and so does it once the newer relay is gone again.
    """
    await place.becomes(str(LAYOUT + 1))
    await place.books.ledger.settle(unlimited("1"), outcome("1"))
    for _ in range(2):
        with pytest.raises(StoreRefused, match="newer relay"):
            await place.books.ledger.settle(unlimited("2"), outcome("2"))
    await place.becomes(str(LAYOUT))
    await place.books.ledger.settle(unlimited("2"), outcome("2"))

    assert ["2", "1"] == await place.books.ended()
