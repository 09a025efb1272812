"""The providers of a world: the port `Upstream`, played from scripts on virtual time."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from attrs import define, evolve, field

from src.domain.errors import Cut, Silent
from src.domain.ports import Call, Clock

from . import answers
from .history import History, Try
from .script import Script

#: Chooses the script for a call, which is the so-manieth of its world.
Director = Callable[[int, Call], Script]
#: Looks at a try at the instant it begins.
Watch = Callable[[Try, Call], None]


@define(eq=False)
class SimReply:
    """The port `Reply`: pieces arrive when they are due, read or not."""

    script: Script
    clock: Clock
    due: list[float] = field(init=False)
    place: int = 0

    def __attrs_post_init__(self) -> None:
        self.due, at = [], self.clock.monotonic()
        for piece in self.script.pieces:
            at += piece.after
            self.due.append(at)

    @property
    def status(self) -> int:
        return self.script.status

    @property
    def headers(self) -> Mapping[str, str]:
        return self.script.headers

    async def read(self, until: float) -> bytes:
        if self.place == len(self.script.pieces):
            return await self._end(until)
        due = self.due[self.place]
        if due > max(until, self.clock.monotonic()):
            await self._silence(until)
        await self._until(due)
        self.place += 1
        return self.script.pieces[self.place - 1].data

    async def _end(self, until: float) -> bytes:
        match self.script.end:
            case "hang":
                await self._silence(until)
            case "reset":
                raise Cut("the connection was reset")
            case "close":
                pass
        return b""

    async def _silence(self, until: float) -> None:
        await self._until(until)
        raise Silent("nothing came", phase="answer")

    async def _until(self, at: float) -> None:
        await asyncio.sleep(max(0.0, at - self.clock.monotonic()))


@define(eq=False)
class SimUpstream:
    """The port `Upstream`."""

    clock: Clock
    history: History
    direct: Director
    watch: Watch
    handles: Mapping[str, str]  # secret: key handle
    in_flight: int = 0

    @asynccontextmanager
    async def open(self, call: Call) -> AsyncIterator[SimReply]:
        number = len(self.history.tries)
        script = self.direct(number, call)
        one = self._note(number, call, script)
        self.in_flight += 1
        try:
            await self._connect(script, call)
            yield SimReply(script, self.clock)
        finally:
            self.in_flight -= 1
            one.closed, one.closed_now = self.clock.monotonic(), self.clock.now()
            self.history.tell(one.closed, "close", number)

    def _note(self, number: int, call: Call, script: Script) -> Try:
        task = asyncio.current_task()
        name = task.get_name() if task else ""
        leases = frozenset(lease for lease, who in self.history.held.items() if who == name)
        one = Try(
            number=number,
            request=name,
            provider=call.provider.name,
            model=answers.asked(call.body).model,
            key=next((self.handles[s] for s in _secrets(call) if s in self.handles), "?"),
            leases=leases,
            at=self.clock.monotonic(),
            script=script,
            patience=call.timeouts.headers + call.timeouts.first_event,
        )
        self.watch(one, call)
        self.history.tries.append(one)
        self.history.tell(one.at, "try", number, name, one.target, one.key, script.name)
        return one

    async def _connect(self, script: Script, call: Call) -> None:
        now = self.clock.monotonic()
        connected = min(now + call.timeouts.connect, call.open_by)
        await self._within(script.connect, connected, "connect")
        await self._within(script.delay, call.open_by, "headers")
        if script.opening is not None:
            raise evolve(script.opening)

    async def _within(self, seconds: float, until: float, phase: str) -> None:
        now = self.clock.monotonic()
        await asyncio.sleep(max(0.0, min(seconds, until - now)))
        if now + seconds > until:
            raise Silent("no answer in time", phase=phase)


def _secrets(call: Call) -> list[str]:
    """What may be a credential among the headers of a call."""
    return [value.removeprefix("Bearer ") for _, value in call.headers]
