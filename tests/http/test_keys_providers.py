"""Several providers of one model: rotation, failover, and who is left alone."""

from collections import Counter

import pytest

from src.domain.catalogue import VirtualModel
from tests.support.behaviours import chat, rate_limited, refused
from tests.support.catalogue import provider, snapshot, target
from tests.support.provider import scripted
from tests.support.relay import running_relay
from tests.support.script import Behaviour, Script


async def test_two_providers_of_one_model_take_turns() -> None:
    """
    A model that two providers declare is served by both in rotation, and so are the keys of each.
    """
    async with scripted() as one, scripted() as two:
        first = provider("one", one, keys=["sk-1a", "sk-1b"])
        second = provider("two", two, keys=["sk-2a", "sk-2b"])
        async with running_relay(snapshot(first, second)) as relay:
            for _ in range(8):
                await relay.ask()

    assert {"sk-1a": 2, "sk-1b": 2} == Counter(one.keys)
    assert {"sk-2a": 2, "sk-2b": 2} == Counter(two.keys)


@pytest.mark.parametrize("outage", [refused(500), rate_limited(60), refused(401)])
async def test_when_one_provider_is_out_the_other_serves_all(outage: Script | Behaviour) -> None:
    """
    Rotation, then failover: every request is served while one of two providers fails.
    """
    async with scripted() as one, scripted() as two:
        pools = snapshot(provider("one", one), provider("two", two, keys=["sk-two"]))
        async with running_relay(pools) as relay:
            heard = [await relay.ask() for _ in range(4)]
            one.play(outage)
            heard += [await relay.ask() for _ in range(12)]

    assert [200] * 16 == [answer.status for answer in heard]
    assert {"two"} == {answer.header("x-relay-provider") for answer in heard[4:]}
    assert 14 == len(two.requests)


async def test_a_provider_that_keeps_failing_is_left_alone_for_a_while() -> None:
    """
    The breaker: after a handful of failures nobody is sent there, until a probe finds it well.
    """
    async with scripted(refused(500)) as one, scripted() as two:
        pools = snapshot(provider("one", one), provider("two", two))
        async with running_relay(pools) as relay:
            heard = [await relay.ask() for _ in range(30)]
            asked = len(one.requests)
            one.play(chat())
            relay.clock.turn(30)
            heard += [await relay.ask() for _ in range(12)]

    assert {200} == {answer.status for answer in heard}
    assert 5 <= asked <= 6
    assert len(one.requests) - asked == 6


async def test_a_virtual_model_asks_its_targets_in_order() -> None:
    """
    The upstream's own name of the model goes out and comes back, never the virtual one.
    """
    async with scripted(refused(503)) as one, scripted() as two:
        name = VirtualModel("best", (target("one/gpt-4o"), target("two/gpt-4.1")))
        pools = (provider("one", one), provider("two", two, models=["gpt-4.1"]))
        async with running_relay(snapshot(*pools, virtual_models=(name,))) as relay:
            heard = await relay.ask("best")

    assert (200, "two", "gpt-4.1") == (
        heard.status,
        heard.header("x-relay-provider"),
        heard.header("x-relay-model"),
    )
    assert b'"model":"gpt-4.1"' in two.last.body
    assert "best" not in heard.json["model"]
