"""Limits of money, as callers see them."""

from src.domain.catalogue import Limit
from src.domain.pricing import Price
from tests.support.behaviours import ok_chat
from tests.support.caller import Heard
from tests.support.catalogue import provider, snapshot
from tests.support.provider import scripted
from tests.support.relay import running_relay


async def spending(unknown: str, model: str = "gpt-4o") -> list[Heard]:
    """Four requests in a row, where money is limited to a dollar a day."""
    dollar = Limit("client:test", "cost", "day", 10**9)
    price = {"gpt-4o": Price(10**8, 10**8)}
    async with scripted(ok_chat()) as one:
        pool = provider("one", one, models=("gpt-4o", "strange"), prices=price)
        async with running_relay(snapshot(pool, limits=(dollar,)), unknown_price=unknown) as relay:
            return [await relay.ask(model, max_tokens=4_000) for _ in range(4)]


async def test_money_is_reserved_at_its_bound_and_charged_as_it_was_spent() -> None:
    """
    Each may cost 40 cents and costs a fraction of one: all four are served.
    """
    heard = await spending("zero")

    assert [200] * 4 == [answer.status for answer in heard]


async def test_more_money_than_there_is_can_never_be_spent() -> None:
    """
    413: it might cost more than the whole budget.
    """
    dime = Limit("client:test", "cost", "month", 10**8)
    price = {"gpt-4o": Price(10**8, 10**8)}
    async with scripted(ok_chat()) as one:
        pool = provider("one", one, prices=price)
        async with running_relay(snapshot(pool, limits=(dime,))) as relay:
            heard = await relay.ask(max_tokens=4_000)

    assert (413, "request_exceeds_limit") == (heard.status, heard.error["code"])
    assert [] == one.requests


async def test_what_has_no_price_is_refused_where_the_operator_says_so() -> None:
    """
    402 that says what to do; else it counts as nothing.
    """
    refused_, served = await spending("refuse", "strange"), await spending("zero", "strange")

    assert [402] * 4 == [answer.status for answer in refused_]
    assert "prices" in refused_[0].error["message"]
    assert [200] * 4 == [answer.status for answer in served]
