"""What it cost, as callers and the operator are told."""

import json
from pathlib import Path

from src.domain.catalogue import VirtualModel
from src.domain.pricing import Price
from src.domain.usage import UsageQuery
from tests.support.behaviours import cut_after
from tests.support.caller import asking, request
from tests.support.catalogue import CLIENT_KEY, provider, snapshot, target
from tests.support.golden import Json
from tests.support.provider import scripted
from tests.support.relay import Relay, relay_of, running_relay

#: Nano-USD a token: 30 for input, 15 for what was cached of it, 60 for output.
PRICE = Price(30_000, 60_000, cached=15_000)
#: The scripted provider says 11 in (4 of them cached), 7 out.
COST = 7 * 30 + 4 * 15 + 7 * 60


async def told(relay: Relay, id: str | None) -> dict[str, Json]:
    """The receipt, as its caller reads it."""
    heard = await relay.send(request(method="GET", path=f"/v1/receipts/{id}", key=CLIENT_KEY))
    found: dict[str, Json] = json.loads(heard.body)
    return found


async def test_a_whole_answer_says_what_it_cost() -> None:
    """
    In its header and in its receipt, in dollars to the last digit; what is streamed, in its
    receipt.
    """
    async with relay_of(prices={"gpt-4o": PRICE}) as (_, relay):
        whole, stream = await relay.ask(), await relay.ask(stream=True)
        held = await relay.ask(stream=True, headers=[("x-relay-delivery", "whole")])
        receipts = [
            await told(relay, heard.header("x-request-id")) for heard in (whole, stream, held)
        ]

    usd = "0.000000690"
    assert (690, usd, usd) == (COST, whole.header("x-relay-cost"), held.header("x-relay-cost"))
    assert stream.header("x-relay-cost") is None
    assert [usd] * 3 == [receipt["cost_usd"] for receipt in receipts]


async def test_a_provider_of_your_own_has_no_price() -> None:
    """
    Until it is given one: no header, null in the receipt, and a count in the books.
    """
    async with relay_of() as (_, relay):
        heard = await relay.ask()
        receipt = await told(relay, heard.header("x-request-id"))
        rows = await relay.container.journal().usage(UsageQuery())

    assert heard.header("x-relay-usage") is not None
    assert heard.header("x-relay-cost") is None
    assert receipt["cost_usd"] is None
    assert [(0, 1)] == [(row.tally.cost, row.tally.unpriced) for row in rows]


async def test_public_prices_need_no_word() -> None:
    """
    A provider of a known name has the price of its list.
    """
    async with scripted() as one, running_relay(snapshot(provider("openai", one))) as relay:
        heard = await relay.ask()

    assert f"0.{7 * 2500 + 4 * 1250 + 7 * 10_000:09}" == heard.header("x-relay-cost")


async def test_an_abandoned_attempt_costs_where_it_was_made(folder: Path | None) -> None:
    """
    At its own provider's price, under status 0; the answer's cost is the answer's alone.
    """
    async with scripted(cut_after(3)) as one, scripted() as two:
        both = VirtualModel("v", (target("one/gpt-4o"), target("two/gpt-4o")), delivery="whole")
        configured = snapshot(
            provider("one", one, prices={"*": Price(10**6, 10**6)}),
            provider("two", two, prices={"gpt-4o": PRICE}),
            virtual_models=(both,),
        )
        async with running_relay(configured, folder=folder) as relay:
            heard = await relay.ask("v", stream=True)
            receipt = await relay.finished()
            rows = await relay.container.journal().usage(UsageQuery())

    abandoned = 1000 * (len(asking("v", stream=True)) // 4 + 2)
    assert "0.000000690" == heard.header("x-relay-cost")
    assert (COST, [abandoned, COST]) == (receipt.cost, [a.cost for a in receipt.attempts])
    assert {("one", 0): abandoned, ("two", 200): COST} == {
        (row.heading.provider, row.heading.status): row.tally.cost for row in rows
    }
