"""Callers who want a complete answer or none, and the relay before them."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from attrs import evolve, frozen

from src.application.whole import MOST_HELD_BY_ALL
from src.domain.catalogue import Delivery, Target, Timeouts, VirtualModel
from src.domain.receipt import Receipt

from . import golden
from .behaviours import chat
from .caller import PATIENCE, Heard, asking, line, request
from .catalogue import CALM, CLIENT_KEY, provider, snapshot, target
from .faults import StreamFault
from .provider import ScriptedProvider, scripted
from .relay import Relay, running_relay
from .script import Behaviour, Script, Seen

HEADER = ("x-relay-delivery", "whole")
#: What the second target says; none of it is in what the first one does.
GOOD = golden.text(("All", " of", " it."))
GOOD_WIRE = b"".join(golden.wire(GOOD))


@frozen
class Way:
    """How whole delivery is asked for, and whether there is a second target."""

    delivery: Delivery
    second: bool

    @property
    def model(self) -> str:
        return f"{self.delivery}-{1 + self.second}"

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Live by configuration: then the caller says it."""
        return [HEADER] if self.delivery == "live" else []


BY_HEADER, BY_MODEL = Way("live", second=True), Way("whole", second=True)
ALONE_BY_HEADER, ALONE_BY_MODEL = Way("live", second=False), Way("whole", second=False)
WAYS = (BY_HEADER, BY_MODEL, ALONE_BY_HEADER, ALONE_BY_MODEL)


@frozen
class House:
    """A provider that is asked first, another one that is well, and a relay before both."""

    first: ScriptedProvider
    good: ScriptedProvider
    relay: Relay

    async def ask(self, way: Way, **more: Any) -> Heard:
        headers = [*way.headers, *more.pop("headers", ())]
        return await self.relay.ask(way.model, stream=True, headers=headers, **more)

    async def receipt(self, way: Way) -> Receipt:
        """Of the one request that went this way."""
        count = len(self.relay.notes.receipts)
        while not (found := [r for r in self.relay.notes.receipts if r.model == way.model]):
            count += 1
            await self.relay.finished(count)
        return found[-1]


@asynccontextmanager
async def house(
    what: Behaviour | Script, *, timeouts: Timeouts = CALM, **more: Any
) -> AsyncIterator[House]:
    """The first target of every way behaves like this; each way has a provider of its own, so that
    what is learned on one does not change another. `more` goes to the relay."""
    async with scripted(what) as first, scripted(chat(GOOD)) as good:
        plain = provider("first", first, models=["m"], timeouts=timeouts)
        pools = [evolve(plain, name=way.model, keys=_key(way)) for way in WAYS]
        models = tuple(_virtual(way) for way in WAYS)
        configured = snapshot(
            *pools, provider("good", good, models=["good"]), virtual_models=models
        )
        async with running_relay(configured, **more) as relay:
            yield House(first, good, relay)


def held_by_all(relay: Relay) -> int:
    """Bytes of the process's room that are taken."""
    return MOST_HELD_BY_ALL - relay.container.travel().room.left


async def holding(relay: Relay, least: int) -> None:
    """Until so much is held. Raises TimeoutError."""
    for _ in range(500):
        if held_by_all(relay) >= least:
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


async def heard_first(relay: Relay, model: str, gate: asyncio.Event) -> Heard:
    """A stream whose provider goes on only when the caller has heard of it."""
    async with line(relay.base_url) as caller, asyncio.timeout(PATIENCE):
        caller.say(request(body=asking(model, stream=True), key=CLIENT_KEY))
        heard = await caller.head()
        gate.set()
        async for _ in caller.body(heard):
            pass
    return heard


@asynccontextmanager
async def street(faults: Sequence[StreamFault], **more: Any) -> AsyncIterator[Relay]:
    """A relay with a provider for each fault, under whole delivery: `<its name>, saved` has a
    second target, `<its name>, alone` has none."""

    def play(seen: Seen) -> Behaviour:
        return played[json.loads(seen.body)["model"]]

    played = {fault.name: fault.behaviour for fault in faults}
    async with scripted(play) as bad, scripted(chat(GOOD)) as good:
        pools, models = [provider("good", good, models=["good"])], []
        for number, fault in enumerate(faults):
            for ending, second in ((", saved", [target("good/good")]), (", alone", [])):
                name = f"p{number}{ending[2:]}"
                pools.append(provider(name, bad, models=[], timeouts=fault.timeouts))
                targets = (Target(name, fault.name), *second)
                models.append(VirtualModel(fault.name + ending, targets, delivery="whole"))
        configured = snapshot(*pools, virtual_models=tuple(models))
        async with running_relay(configured, **more) as relay:
            yield relay


def _key(way: Way) -> Any:
    return provider(way.model, "http://127.0.0.1:1").keys


def _virtual(way: Way) -> VirtualModel:
    targets = (target(f"{way.model}/m"), target("good/good"))
    return VirtualModel(way.model, targets[: 1 + way.second], delivery=way.delivery)
