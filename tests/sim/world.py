"""World(seed): the real application between scripted providers and simulated callers."""

import asyncio
import json
from collections.abc import Callable
from contextvars import Context
from functools import lru_cache
from pathlib import Path
from random import Random

from attrs import define, field

from src.application.request import Knobs, Request
from src.domain.catalogue import Snapshot
from src.domain.index import Index
from src.domain.ports import Call, Clock
from src.entrypoints.settings import Settings

from . import alphabet, requests, scenery, wishes
from .caller import SimCaller
from .clock import SimClock
from .fleet import Fleet, Guest
from .history import History, Visit
from .instance import Instance, Wiring
from .loop import START, SimLoop, run
from .sabotage import Sabotage
from .script import Scene, Script
from .speech import asked
from .store import SimStore
from .wishes import Wish

#: How often providers go wrong in a world.
MOODS = (0.0, 0.2, 0.5, 0.9)
#: A hold that nobody keeps is over after so many seconds; and then, in how many all is quiet.
SWEPT_AFTER, QUIET = 25.0, 60


@define(eq=False)
class World:
    """One seed, one story. `sabotage` plants a bug."""

    seed: int
    sabotage: Sabotage | None = None
    history: History = field(factory=History)
    snapshot: Snapshot = field(init=False)
    index: Index = field(init=False)
    loop: SimLoop = field(init=False)
    fleet: Fleet = field(init=False)
    store: SimStore = field(init=False)
    #: What is still there a minute after all is over.
    leftovers: list[str] = field(factory=list)
    _calm: bool = False

    def run(self) -> History:
        """Lives through the story. Raises Deadlock and Livelock."""
        self.snapshot = scenery.configuration(self._dice("snapshot"), self._dice("tongues"))
        self.index = Index.of(self.snapshot)
        self.loop = SimLoop(self.seed)
        try:
            run(self.loop, self._live())
        finally:
            for life in self.loop.killed:
                life.bury()
        return self.history

    async def _live(self) -> None:
        self.store = self._store()
        self.fleet = self._fleet()
        for _ in range(self._dice("instances").choice((1, 1, 1, 2, 3))):
            self.fleet.start()
        names = [provider.name for provider in self.snapshot.providers]
        drawn = wishes.wishes(self._dice("wishes"), self.seed, names)
        await asyncio.gather(*(self._come(wish) for wish in drawn))
        await self.fleet.at_rest()
        await self._rest()

    async def _rest(self) -> None:
        """All faults are over: everybody serves once more, and then all must be quiet."""
        self._calm = True
        await asyncio.sleep(SWEPT_AFTER)
        if not any(instance.process.lives for instance in self.fleet.instances):
            self.fleet.start()
        await self.fleet.some(0.0)
        for number, instance in enumerate(self.fleet.serving()):
            wish = wishes.last(self.seed, number, f"v-{scenery.STRATEGIES[0]}")
            await self._visit(wish, instance)
        for _ in range(QUIET):
            await asyncio.sleep(1.0)
            self.leftovers = self._left()
            if not self.leftovers:
                return

    def _left(self) -> list[str]:
        living = [one for one in self.fleet.instances if one.process.lives]
        left = [what for one in living for what in one.leftovers(self.loop.timers(one.life))]
        return left + [f"hold {id}" for id in self.store.ledger.pages.open]

    def _store(self) -> SimStore:
        clock = SimClock(self.loop, self._dice("store").uniform(-1e4, 1e4))
        planted = self.sabotage or Sabotage("")
        return SimStore(planted.ledger(clock), planted.leases(clock), clock, self.history)

    def _fleet(self) -> Fleet:
        dice = self._dice("fleet")
        settings = Settings(
            self.snapshot,
            Path("nowhere"),
            on_store_down=dice.choice(("local", "local", "open", "closed")),
            store_answers=dice.random() < 0.5,
            strict_translation=self._dice("strict").random() < 0.7,
        )
        wiring = _wiring(self.sabotage)
        return Fleet(
            self.seed,
            self.loop,
            settings,
            self.history,
            self.store,
            self._direct(),
            wiring,
            dice,
        )

    def _direct(self) -> Callable[[int, Call, Clock], Script]:
        dice = self._dice("moods")
        moods = {provider.name: dice.choice(MOODS) for provider in self.snapshot.providers}
        # For its first seconds nothing of one provider works.
        dead = dice.choice([*moods, *moods, *moods, ""])
        until = START + dice.uniform(5.0, 40.0)

        def direct(number: int, call: Call, clock: Clock) -> Script:
            lot = self._dice(f"try {number}")
            name = call.provider.name
            secret = call.headers[-1][1].removeprefix("Bearer ")
            read = asked(call.body, call.provider.dialect)
            scene = Scene(lot, f"mark-{number}", read, call.timeouts, secret, clock.now())
            if self._calm:
                return alphabet.well(scene)
            if name == dead and clock.monotonic() < until:
                return alphabet.down(scene)
            return alphabet.draw(scene) if lot.random() < moods[name] else alphabet.well(scene)

        return direct

    async def _come(self, wish: Wish) -> None:
        await asyncio.sleep(wish.at)
        await self._visit(wish, await self.fleet.some(wish.where))

    async def _visit(self, wish: Wish, instance: Instance) -> None:
        visit = self._arrive(wish, instance)
        caller = SimCaller(visit, self.history, self._dice(wish.id), instance.clock)
        guest = Guest(visit, caller, instance, self.loop.create_future())
        self.fleet.guests[wish.id] = guest
        task = self.loop.create_task(
            self._serve(wish, guest), name=wish.id, context=instance.life.context()
        )
        caller.task = task
        task.add_done_callback(lambda _: guest.end(), context=Context())
        if wish.leaves_after is not None:
            self.loop.call_later(wish.leaves_after, self._leave, guest)
        if wish.leaves_at is not None:
            instance.life.after(wish.leaves_at, lambda: self._leave(guest))
        if (later := wish.leaves_in) is not None:
            caller.hook = lambda: self.loop.call_later(later, self._leave, guest, context=Context())
        await guest.over

    def _arrive(self, wish: Wish, instance: Instance) -> Visit:
        visit = Visit(
            wish.id,
            wish.body,
            self.loop.time(),
            wish.timeout,
            wish.slow,
            instance.process,
            client=wish.client,
            key=wish.key,
            dialect=wish.dialect,
            delivery=wish.delivery,
        )
        self._count(wish, visit)
        self.history.visits[wish.id] = visit
        said = json.dumps(wish.body, sort_keys=True)
        self.history.tell(visit.began, wish.id, "comes to", instance.life.name, said)
        return visit

    def _count(self, wish: Wish, visit: Visit) -> None:
        happened = self.history.happened
        if wish.repeats:
            happened[f"key: {wish.repeats}"] += 1
            first = self.history.visits.get(wish.id.partition(".")[0])
            happened["key: at another instance"] += bool(first and first.process != visit.process)
        happened["whole: wished"] += visit.stream and visit.delivery == "whole"

    def _leave(self, guest: Guest) -> None:
        if not guest.visit.started:
            guest.instance.life.after(1, lambda: self._leave(guest))
            return
        drains = guest.instance.drains
        full = drains.under_way >= drains.most and guest.visit.opened
        self.history.happened["drain: no place"] += full and not guest.visit.ended
        guest.caller.leave()

    async def _serve(self, wish: Wish, guest: Guest) -> None:
        visit, instance = guest.visit, guest.instance
        visit.started = True
        try:
            await instance.relay.serve(
                self._request(wish, instance.clock), self.index, guest.caller
            )
        except asyncio.CancelledError:
            if guest.caller.stopping:
                guest.caller.stopped()
            elif visit.gone_at is None:
                visit.crash = "cancelled by nobody"
        except Exception as error:  # the world goes on; the invariants tell
            visit.crash = "" if instance.life.dead else repr(error)
        finally:
            if not instance.life.dead:
                visit.left = self.loop.time()

    def _request(self, wish: Wish, clock: Clock) -> Request:
        return Request(
            id=wish.id,
            asked=requests.understood(wish.body, wish.dialect),
            dialect=wish.dialect,
            endpoint="chat.completions" if wish.dialect == "openai_chat" else "messages",
            client=wish.client,
            received=clock.monotonic(),
            at=clock.now(),
            knobs=Knobs(
                timeout=wish.timeout,
                delivery=wish.delivery,
                idempotency_key=wish.key,
                fallbacks=wish.fallbacks,
            ),
        )

    def _dice(self, what: str) -> Random:
        return Random(f"{self.seed}/{what}")


@lru_cache(maxsize=4)
def _wiring(sabotage: Sabotage | None) -> Wiring:
    return Wiring.of(sabotage)
