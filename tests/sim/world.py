"""World(seed): the real application between scripted providers and simulated callers."""

import asyncio
import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from random import Random

from attrs import define, field
from dependency_injector import providers

from src.adapters.stores.memory import MemoryLeases, MemoryLedger
from src.application.relay import Relay
from src.application.request import Knobs, Request
from src.domain.catalogue import Snapshot
from src.domain.dialects import openai_chat
from src.domain.events import Event, RequestFinished
from src.domain.index import Index
from src.domain.ports import Call, Clock
from src.entrypoints.container import Container, build
from src.entrypoints.settings import Settings

from . import answers, faults, scenery
from .caller import SimCaller
from .history import History, Visit
from .loop import START, SimLoop, run
from .scenery import Wish
from .script import Scene, Script
from .stores import SimLeases, SimLedger
from .upstream import SimUpstream
from .watch import Watch

EPOCH = 1_790_000_000.0
#: How often providers go wrong in a world, and how often its stores do.
MOODS, TROUBLES = (0.0, 0.2, 0.5, 0.9), (0.0, 0.0, 0.3)

#: Puts a planted bug into a container.
Sabotage = Callable[[Container], None]


@define(eq=False)
class SimClock:
    """The port `Clock` on the loop's time. The calendar is off by `skew` seconds, and once, at
    the loop's instant `jump_at`, it is set by `jump`."""

    loop: SimLoop
    skew: float
    jump_at: float
    jump: float

    def now(self) -> float:
        jumped = self.jump if self.loop.time() >= self.jump_at else 0.0
        return EPOCH + self.skew + self.loop.time() + jumped

    def monotonic(self) -> float:
        return self.loop.time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def deadline(self, at: float) -> AbstractAsyncContextManager[object]:
        return asyncio.timeout_at(at)


@define(eq=False)
class Notes:
    """The port `Observer`: writes down what the relay says of itself."""

    history: History
    clock: Clock

    def note(self, event: Event) -> None:
        self.history.heard(event)
        at = self.clock.monotonic()
        if isinstance(event, RequestFinished):
            self.history.receipts.append(event.receipt)
            return self.history.tell(at, event.receipt.request_id, event.receipt.ending)
        return self.history.tell(at, event)


@define(eq=False)
class World:
    """One seed, one story. `sabotage` plants a bug."""

    seed: int
    sabotage: Sabotage | None = None
    history: History = field(factory=History)
    snapshot: Snapshot = field(init=False)
    ledger: SimLedger = field(init=False)
    upstream: SimUpstream = field(init=False)
    leftovers: list[str] = field(factory=list)

    def run(self) -> History:
        """Lives through the story. Raises Deadlock and Livelock."""
        self.snapshot = scenery.configuration(self._dice("snapshot"))
        loop = SimLoop(self.seed)
        run(loop, self._live(loop))
        return self.history

    async def _live(self, loop: SimLoop) -> None:
        relay = self._relay(self._clock(loop))
        names = [provider.name for provider in self.snapshot.providers]
        wishes = scenery.wishes(self._dice("wishes"), self.seed, names)
        tasks = [asyncio.create_task(self._visit(relay, wish), name=wish.id) for wish in wishes]
        await asyncio.gather(*tasks, return_exceptions=True)
        self.leftovers = [
            t.get_name() for t in asyncio.all_tasks() if t is not asyncio.current_task()
        ]
        self.leftovers += [f"{loop.timers()} timers"] if loop.timers() else []

    def _clock(self, loop: SimLoop) -> SimClock:
        dice = self._dice("clock")
        jump = dice.choice((30.0, 3.0, -2.0, -20.0)) if dice.random() < 0.15 else 0.0
        self.history.jump = jump
        return SimClock(loop, dice.uniform(-1e4, 1e4), START + dice.uniform(0.0, 20.0), jump)

    def _relay(self, clock: SimClock) -> Relay:
        """The container of the tests, with the world around it."""
        container = build("tests", Settings(self.snapshot, Path("nowhere")))
        dice = self._dice("stores")
        trouble = dice.choice(TROUBLES)
        keys = tuple(key.handle for p in self.snapshot.providers for key in p.keys)
        self.ledger = SimLedger(MemoryLedger(clock), clock, self.history, self.seed, trouble, keys)
        leases = SimLeases(MemoryLeases(clock), self.history, self._dice("leases"), trouble / 2)
        handles = {key.secret: key.handle for p in self.snapshot.providers for key in p.keys}
        watch = Watch(self.history, clock)
        self.upstream = SimUpstream(clock, self.history, self._direct(clock), watch.see, handles)
        container.clock.override(providers.Object(clock))
        container.dice.override(providers.Object(self._dice("relay")))
        container.observer.override(providers.Object(Notes(self.history, clock)))
        container.ledger.override(providers.Object(self.ledger))
        container.leases.override(providers.Object(leases))
        container.upstream.override(providers.Object(self.upstream))
        if self.sabotage is not None:
            self.sabotage(container)
        return container.relay()

    def _direct(self, clock: SimClock) -> Callable[[int, Call], Script]:
        dice = self._dice("moods")
        moods = {provider.name: dice.choice(MOODS) for provider in self.snapshot.providers}
        dead = dice.choice([*moods, ""])  # for its first seconds nothing of it works
        until = START + dice.uniform(0.0, 20.0)

        def direct(number: int, call: Call) -> Script:
            lot = self._dice(f"try {number}")
            name = call.provider.name
            secret = call.headers[-1][1].removeprefix("Bearer ")
            scene = Scene(
                lot, f"mark-{number}", answers.asked(call.body), call.timeouts, secret, clock.now()
            )
            if name == dead and clock.monotonic() < until:
                return faults.down(scene)
            return faults.draw(scene) if lot.random() < moods[name] else faults.healthy(scene)

        return direct

    async def _visit(self, relay: Relay, wish: Wish) -> None:
        await asyncio.sleep(wish.at)
        loop = asyncio.get_running_loop()
        index = Index.of(self.snapshot)
        visit = Visit(wish.id, wish.body, loop.time(), wish.timeout, wish.slow)
        self.history.visits[wish.id] = visit
        self.history.tell(loop.time(), wish.id, "comes", json.dumps(wish.body, sort_keys=True))
        dice, task = self._dice(wish.id), asyncio.current_task()
        caller = SimCaller(visit, self.history, dice, relay.clock, task)
        leaving = wish.leaves_after and loop.call_later(wish.leaves_after, caller.leave)
        try:
            await relay.serve(self._request(wish, relay.clock), index, caller)
        except asyncio.CancelledError:
            if visit.gone_at is None:
                visit.crash = "cancelled by nobody"
        except Exception as error:  # the world goes on; the invariants tell
            visit.crash = repr(error)
        finally:
            visit.left = loop.time()
            if leaving:
                leaving.cancel()

    def _request(self, wish: Wish, clock: Clock) -> Request:
        return Request(
            id=wish.id,
            chat=openai_chat.request.read(json.dumps(wish.body).encode()),
            client=f"c{len(wish.id) % 2}",
            received=clock.monotonic(),
            at=clock.now(),
            knobs=Knobs(timeout=wish.timeout, fallbacks=wish.fallbacks),
        )

    def _dice(self, what: str) -> Random:
        return Random(f"{self.seed}/{what}")
