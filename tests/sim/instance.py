"""One instance of the real application, wired by the container of the tests."""

import asyncio
from pathlib import Path
from random import Random

from attrs import define, field
from dependency_injector import providers

from src.application.drains import Drains
from src.application.keeper import Keeper
from src.application.outbox import Outbox
from src.application.relay import Relay
from src.application.travel import Travel
from src.application.whole import Room
from src.domain.catalogue import Snapshot
from src.domain.events import Event, RequestFinished
from src.domain.ports import Clock, Leases, Ledger, Observer, Upstream
from src.domain.receipt import Receipt
from src.entrypoints.container import Container
from src.entrypoints.environments import build
from src.entrypoints.settings import Settings

from .clock import SimClock
from .history import History, Process
from .life import Life
from .sabotage import Sabotage
from .upstream import SimUpstream
from .weather import Weather


@define(eq=False)
class Notes:
    """The port `Observer`: writes down what an instance says of itself."""

    history: History
    process: Process
    life: Life
    clock: Clock

    def note(self, event: Event) -> None:
        if self.life.dead:
            return
        self.history.heard(self.process, event)
        at = self.clock.monotonic()
        if isinstance(event, RequestFinished):
            self._count(event.receipt)
            self.history.receipts.append(event.receipt)
            self.history.tell(at, event.receipt.request_id, event.receipt.ending)
        else:
            self.history.tell(at, event)

    def _count(self, receipt: Receipt) -> None:
        carried = [attempt.outcome != "cannot_carry" for attempt in receipt.attempts]
        self.history.happened["translation: cannot carry"] += not all(carried)
        self.history.happened["translation: something dropped"] += bool(receipt.dropped)


@define(eq=False)
class Ports:
    """What an instance is built with."""

    settings: Settings
    clock: Clock
    dice: Random
    observer: Observer
    ledger: Ledger
    leases: Leases
    upstream: Upstream
    places: int
    most_held: int
    room: Room


@define(eq=False)
class Instance:
    """A process that serves: its life, and the parts of it that must be empty at its end."""

    life: Life
    process: Process
    clock: SimClock
    weather: Weather
    upstream: SimUpstream
    ports: Ports
    relay: Relay
    travel: Travel
    outbox: Outbox
    keeper: Keeper
    drains: Drains
    room: int
    opening: "asyncio.Task[None] | None" = None

    @property
    def serves(self) -> bool:
        opened = self.opening is not None and self.opening.done()
        return opened and self.process.lives and not self.process.stopping

    def leftovers(self, timers: int) -> list[str]:
        """What is still there, and should not be."""
        kept = {
            "tasks": self.life.under_way(),
            "timers": timers,
            "calls": [one.number for one in self.upstream.in_flight],
            "owed": list(self.outbox.waiting),
            "kept": list(self.keeper._under_way),
            "drains": self.drains.under_way,
            "bytes held": self.room - self.travel.room.left,
        }
        return [f"{self.life.name} {what}: {left}" for what, left in kept.items() if left]


@define(eq=False)
class Wiring:
    """One container for all instances: to build one costs more than a request."""

    container: Container
    plug: list[Ports] = field(factory=list)

    @classmethod
    def of(cls, sabotage: Sabotage | None) -> "Wiring":
        """With a bug planted, if there is one."""
        container = build("tests", Settings(Snapshot(), Path("nowhere")))
        wiring = cls(container)
        plug = wiring.plug
        container.settings.override(providers.Callable(lambda: plug[-1].settings))
        container.clock.override(providers.Callable(lambda: plug[-1].clock))
        container.dice.override(providers.Callable(lambda: plug[-1].dice))
        container.observer.override(providers.Callable(lambda: plug[-1].observer))
        container.ledger.override(providers.Callable(lambda: plug[-1].ledger))
        container.leases.override(providers.Callable(lambda: plug[-1].leases))
        container.upstream.override(providers.Callable(lambda: plug[-1].upstream))
        container.most_drains.override(providers.Callable(lambda: plug[-1].places))
        travel = container.travel
        assert isinstance(travel, providers.Singleton)
        travel.add_kwargs(
            most_held=providers.Callable(lambda: plug[-1].most_held),
            room=providers.Callable(lambda: plug[-1].room),
        )
        if sabotage is not None:
            sabotage.plant(container)
        return wiring

    def instance(
        self, life: Life, process: Process, clock: SimClock, weather: Weather, ports: Ports
    ) -> Instance:
        """The application, once more, from its constructors on."""
        self.plug[:] = [ports]
        self.container.reset_singletons()
        container, upstream = self.container, ports.upstream
        assert isinstance(upstream, SimUpstream)
        return Instance(
            life=life,
            process=process,
            clock=clock,
            weather=weather,
            upstream=upstream,
            ports=ports,
            relay=container.relay(),
            travel=container.travel(),
            outbox=container.outbox(),
            keeper=container.keeper(),
            drains=container.drains(),
            room=ports.room.left,
        )
