"""The counting carrier counts what Upstash would bill, over either carrier alike."""

import pytest

from src.adapters.stores.redis.carrier import Script
from tests.support.carriers import CARRIERS, Opens
from tests.support.counting import Bill, counted
from tests.support.redis_server import own_server

THRICE = Script("thrice", "for i = 1, 3 do redis.call('INCR', KEYS[1]) end return KEYS[1]")


@pytest.mark.parametrize("opens", list(CARRIERS.values()), ids=list(CARRIERS))
async def test_what_is_billed(opens: Opens) -> None:
    """
    A script is one and each call inside it; a pipeline each of its commands; a trip more for a
    script the server did not know. What is operational costs nothing, and a bill is given once.
    """
    with own_server(durable=False) as server:
        async with opens(server.url) as carrier, counted(carrier, server.url) as counting:
            await counting.evaluate(THRICE, ["n"], [])
            cold = await counting.bill()
            await counting.evaluate(THRICE, ["n"], [])
            warm = await counting.bill()
            await counting.run(["GET", "n"], ["HSET", "h", "a", "1", "b", "2"], ["PING"])
            pipeline = await counting.bill()
            nothing = await counting.bill()

    assert Bill(2, 5, {"eval": 1, "evalsha": 1, "incr": 3}) == cold
    assert Bill(1, 4, {"evalsha": 1, "incr": 3}) == warm
    assert Bill(1, 2, {"get": 1, "hset": 1}) == pipeline
    assert Bill(0, 0, {}) == nothing
