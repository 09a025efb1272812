"""The instances of a world: they start, are killed at any await, freeze, and are stopped."""

import asyncio
from collections.abc import Coroutine
from random import Random

from attrs import define, field

from src.application.whole import MOST_HELD, MOST_HELD_BY_ALL, Room
from src.entrypoints.settings import Settings

from .caller import SimCaller
from .clock import SimClock
from .history import History, Process, Visit
from .instance import Instance, Notes, Ports, Wiring
from .life import Life
from .loop import START, SimLoop
from .store import SimStore
from .stores import SimLeases, SimLedger, Wire
from .upstream import Director, SimUpstream
from .watch import Watch
from .weather import Weather

#: How often calls to the store go wrong in a world.
TROUBLES = (0.0, 0.0, 0.1, 0.3, 0.4)
FROZEN = 30.0


@define(eq=False)
class Guest:
    """A request under way at an instance."""

    visit: Visit
    caller: SimCaller
    instance: Instance
    over: "asyncio.Future[None]"

    def end(self) -> None:
        """It is over, one way or the other."""
        if not self.over.done():
            self.over.set_result(None)


@define(eq=False)
class Fleet:
    """`risky`: its processes are killed, frozen and stopped. After `calm` nothing more befalls."""

    seed: int
    loop: SimLoop
    settings: Settings
    history: History
    store: SimStore
    direct: Director
    wiring: Wiring
    dice: Random
    instances: list[Instance] = field(factory=list)
    guests: dict[str, Guest] = field(factory=dict)
    chores: list["asyncio.Task[None]"] = field(factory=list)
    calm: bool = False
    skew: float = field(init=False)
    trouble: float = field(init=False)
    risky: bool = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.skew = self.dice.uniform(-1e4, 1e4)
        self.trouble = self.dice.choice(TROUBLES)
        self.risky = self.dice.random() < 0.5

    def start(self) -> Instance:
        """A new process, with clocks and luck of its own."""
        number = len(self.instances)
        name = f"i{number}"
        dice = Random(f"{self.seed}/{name}")
        life, process = Life(name), Process(name)
        clock = self._clock(process, dice)
        weather = self._weather(dice)
        wire = Wire(life, process, self.history, weather, clock)
        ports = self._ports(dice, wire, clock)
        process.places = ports.places
        instance = self.wiring.instance(life, process, clock, weather, ports)
        self.instances.append(instance)
        self.history.processes.append(process)
        self.history.tell(self.loop.time(), name, "starts")
        instance.opening = self.loop.create_task(
            instance.relay.open(), name="open", context=life.context()
        )
        self._befall(instance, dice)
        return instance

    async def some(self, where: float) -> Instance:
        """One that takes requests, as soon as there is one."""
        while not (serving := self.serving()):  # noqa: ASYNC110
            await asyncio.sleep(0.5)
        return serving[int(where * len(serving))]

    def serving(self) -> list[Instance]:
        return [one for one in self.instances if one.serves]

    def kill(self, instance: Instance) -> None:
        """SIGKILL: it does nothing more; its provider and its callers see their connections go."""
        if self.calm or not instance.process.lives:
            return
        now = self.loop.time()
        self.history.happened["process: killed"] += 1
        self.history.tell(now, instance.life.name, "is killed after", instance.life.steps)
        instance.process.died = now
        self.loop.kill(instance.life)
        instance.upstream.break_off()
        for guest in self._guests(instance):
            self.history.happened["process: killed under way"] += 1
            guest.visit.reset_at = now
            guest.end()
        self._chore(self._start_again())

    async def at_rest(self) -> None:
        """Until nothing more befalls anybody."""
        while pending := [chore for chore in self.chores if not chore.done()]:
            await asyncio.wait(pending)
        self.calm = True
        for instance in self.instances:
            instance.weather.calm = True

    async def stop(self, instance: Instance, grace: float) -> None:
        """SIGTERM: no new requests; after a grace what is under way is cancelled, more than once
        if need be; then the books are closed."""
        process = instance.process
        process.stopping = True
        self.history.tell(self.loop.time(), instance.life.name, "stops")
        await asyncio.sleep(grace)
        while guests := self._guests(instance):
            for guest in guests:
                if guest.visit.started:
                    guest.caller.stop()
            await asyncio.sleep(self.dice.choice((0.001, 0.3, 3.0)))
        process.closing = self.loop.time()
        close = self.loop.create_task(
            instance.relay.close(), name="close", context=instance.life.context()
        )
        while process.died is None and not close.done():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        if process.died is None:
            self._ended(instance, close)

    def _ended(self, instance: Instance, close: "asyncio.Task[None]") -> None:
        """I13: a process that was stopped leaves nothing; what it owed is written down, unless
        the store was away."""
        now = self.loop.time()
        if error := close.exception():
            self.history.wrong("I1", f"{instance.life.name}: closing failed with {error!r}")
        left = instance.leftovers(self.loop.timers(instance.life))
        if instance.process.hurt >= (instance.process.closing or now):
            left = [what for what in left if " owed: " not in what]
        if left:
            self.history.wrong("I13", f"left when it was stopped: {left}")
        instance.process.stopped = now
        self.loop.kill(instance.life)

    def _befall(self, instance: Instance, dice: Random) -> None:
        if not self.risky or self.calm:
            return
        lot = dice.random()
        if lot < 0.4:
            self._chore(self._kill_later(instance, dice))
        elif lot < 0.6:
            self._chore(self._stop_later(instance, dice.uniform(0.1, 15.0), dice))
        elif lot < 0.8:
            self._chore(self._freeze_later(instance, dice.uniform(0.0, 8.0)))

    async def _kill_later(self, instance: Instance, dice: Random) -> None:
        """At some await: the so-manieth, counted from its start or from some instant."""
        await asyncio.sleep(dice.choice((0.0, dice.uniform(0.0, 12.0))))
        for _ in range(dice.choice((0, 40))):
            if any(self._speaks(guest) for guest in self._guests(instance)):
                break
            await asyncio.sleep(0.25)
        steps = 1 + int(dice.choice((20, 100, 400)) * dice.random())
        instance.life.after(steps, lambda: self.kill(instance))

    def _speaks(self, guest: Guest) -> bool:
        """For so long that a checkpoint should tell of it."""
        progress = guest.visit.progress
        return bool(progress) and progress[0][0] < self.loop.time() - 2.6

    async def _stop_later(self, instance: Instance, after: float, dice: Random) -> None:
        await asyncio.sleep(after)
        if instance.serves:
            self.history.happened["process: stopped"] += 1
            await self.stop(instance, dice.choice((0.0, 0.5, 5.0)))
            await self._start_again()

    async def _freeze_later(self, instance: Instance, after: float) -> None:
        await asyncio.sleep(after)
        if instance.serves:
            self.history.happened["process: frozen"] += 1
            self.history.tell(self.loop.time(), instance.life.name, "freezes")
            instance.life.frozen = instance.process.frozen = True
            await asyncio.sleep(FROZEN)
            self.loop.thaw(instance.life)

    async def _start_again(self) -> None:
        await asyncio.sleep(self.dice.uniform(0.2, 6.0))
        self.history.happened["process: started again"] += 1
        self.start()

    def _chore(self, work: Coroutine[object, object, None]) -> None:
        self.chores.append(self.loop.create_task(work))

    def _guests(self, instance: Instance) -> list[Guest]:
        guests = [guest for guest in self.guests.values() if guest.instance is instance]
        return [guest for guest in guests if not guest.over.done()]

    def _clock(self, process: Process, dice: Random) -> SimClock:
        """The calendars of two machines are up to ten minutes apart; some are set, once."""
        skew = self.skew + dice.uniform(-300.0, 300.0)
        others = [one.clock for one in self.instances if one.process.lives]
        if any(abs(skew - other.skew) > 60.0 for other in others):
            self.history.happened["clock: minutes apart"] += 1
        jump = dice.choice((30.0, 3.0, -2.0, -20.0)) if dice.random() < 0.15 else 0.0
        process.jump = jump
        at = START + dice.uniform(0.0, 20.0)
        return SimClock(self.loop, skew, at, jump, self.history.happened)

    def _weather(self, dice: Random) -> Weather:
        parted = (0.0, 0.0)
        if self.trouble and dice.random() < 0.3:
            begins = START + dice.uniform(0.0, 15.0)
            parted = (begins, begins + dice.uniform(0.5, 25.0))
        return Weather(dice, self.trouble, parted, calm=self.calm)

    def _ports(self, dice: Random, wire: Wire, clock: SimClock) -> Ports:
        keys = [key for provider in self.settings.snapshot.providers for key in provider.keys]
        handles = {key.secret: key.handle for key in keys}
        watch = Watch(self.history, wire.process, clock)
        return Ports(
            settings=self.settings,
            clock=clock,
            dice=Random(f"{self.seed}/{wire.life.name}/relay"),
            observer=Notes(self.history, wire.process, wire.life, clock),
            ledger=SimLedger(wire, self.store, clock, dice, tuple(handles.values())),
            leases=SimLeases(wire, self.store),
            upstream=SimUpstream(
                clock, self.history, wire.process, self.direct, watch.see, handles
            ),
            places=dice.choice((0, 1, 8)),
            most_held=dice.choice((300, 3000, MOST_HELD)),
            room=Room(dice.choice((2000, MOST_HELD_BY_ALL, MOST_HELD_BY_ALL))),
        )
