"""Recorded equals delivered, to the token (promise 5)."""

import asyncio
from collections import Counter
from pathlib import Path

from dependency_injector import providers

from src.domain.catalogue import Timeouts, VirtualModel
from src.domain.usage import Heading, Tally
from src.entrypoints.container import Container
from tests.support.accounts import Case, plan
from tests.support.behaviours import cut_after
from tests.support.caller import asking, request, send
from tests.support.catalogue import CLIENT_KEY, provider, snapshot, target
from tests.support.leaving import hear, leave_once
from tests.support.provider import scripted
from tests.support.relay import Relay, running_relay
from tests.support.stores import booked, nothing_held

#: Requests under way at once.
AT_ONCE = 48
#: However busy the machine is, nothing here is cut short.
UNHURRIED = Timeouts(headers=60.0, first_event=60.0, idle=60.0, drain=60.0)


def roomy(container: Container) -> None:
    """As many drains as there are callers that leave; that only eight may be is tested apart."""
    container.most_drains.override(providers.Object(1300))


async def call(case: Case, relay: Relay) -> None:
    """Does with this request what is to be done."""
    if case.fate != "gone":
        await send(relay.base_url, request(body=case.body, key=CLIENT_KEY))
    elif case.begun:
        await hear(relay, case.body, case.after)
        case.gate.set()
    else:
        await leave_once(relay, case.body, case.came)


async def test_recorded_is_what_was_delivered(folder: Path | None) -> None:
    """
    A thousand finished streams, and three hundred that were aborted after every number of their
    events, many at once: the books say what the providers said; where they were cut, what was
    delivered, marked as an estimate. Every request is counted once, and nothing stays reserved.
    """
    cases = plan(done=1000, cut=150, gone=150)
    turns = asyncio.Semaphore(AT_ONCE)

    async with scripted(cases) as one:
        configured = snapshot(provider("one", one, prefixes=("cut-", "gone-"), timeouts=UNHURRIED))
        async with running_relay(configured, folder=folder, wire=roomy) as relay:
            journal = relay.container.journal()

            async def in_turn(case: Case) -> None:
                async with turns:
                    await call(case, relay)

            await asyncio.gather(*map(in_turn, cases.cases))
            await relay.finished(1300)
            await nothing_held(journal)
            sums = await booked(journal)

    assert cases.books() == sums
    endings = Counter(receipt.ending for receipt in relay.notes.receipts)
    whole = [case for case in cases.cases if case.fate != "gone" and case.whole]
    assert (len(whole), 150) == (endings["completed"], endings["client_gone"])
    assert 1300 == sum(endings.values()) == sum(tally.requests for tally in sums.values())


async def test_an_abandoned_attempt_is_booked_beside_the_answer(folder: Path | None) -> None:
    """
    Held back and given up, its words were paid for all the same: under status 0, at its provider.
    """
    async with scripted(cut_after(3)) as one, scripted() as two:
        both = VirtualModel("v", (target("one/gpt-4o"), target("two/gpt-4o")), delivery="whole")
        configured = snapshot(provider("one", one), provider("two", two), virtual_models=(both,))
        async with running_relay(configured, folder=folder) as relay:
            heard = await relay.ask("v", stream=True)
            sums = await booked(relay.container.journal())

    estimate = Tally(input_tokens=len(asking("v", stream=True)) // 4, output_tokens=2, estimated=1)
    said = Tally(1, input_tokens=11, output_tokens=7, cached_tokens=4, reasoning_tokens=2)
    assert {
        Heading("test", "one", "gpt-4o", 0): estimate,
        Heading("test", "two", "gpt-4o", 200): said,
    } == sums
    assert heard.done
