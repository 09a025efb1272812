"""The providers of a world: the port `Upstream`, played from scripts on virtual time."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager

from attrs import define, evolve, field

from src.domain.errors import Cut, Silent
from src.domain.ports import Call, Clock

from .history import History, Process, Try
from .script import Script
from .speech import asked

#: Chooses the script for a call, which is the so-manieth of its world.
Director = Callable[[int, Call, Clock], Script]
#: Looks at a try at the instant it begins.
Watch = Callable[[Try, Call], None]


@define(eq=False)
class SimReply:
    """The port `Reply`: pieces arrive when they are due, read or not."""

    one: Try
    clock: Clock
    due: list[float] = field(init=False)
    place: int = 0

    def __attrs_post_init__(self) -> None:
        self.due, at = [], self.clock.monotonic()
        for piece in self.script.pieces:
            at += piece.after
            self.due.append(at)

    @property
    def script(self) -> Script:
        return self.one.script

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
        data = self.script.pieces[self.place - 1].data
        self.one.read += len(data)
        return data

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
    """The port `Upstream`, as one instance has it."""

    clock: Clock
    history: History
    process: Process
    direct: Director
    watch: Watch
    handles: Mapping[str, str]  # secret: key handle
    in_flight: list[Try] = field(factory=list)

    def open(self, call: Call) -> AbstractAsyncContextManager[SimReply]:
        return _Connection(self, call)

    def close(self, one: Try) -> None:
        """The provider sees the connection go."""
        if one.closed is None:
            self.in_flight.remove(one)
            one.closed, one.closed_now = self.clock.monotonic(), self.clock.now()
            self.history.tell(one.closed, "close", one.number)

    def break_off(self) -> None:
        """The instance was killed: all its connections are closed."""
        for one in list(self.in_flight):
            self.close(one)

    def begin(self, call: Call) -> Try:
        """A call arrives at its provider."""
        one = self._try(call, self.direct(len(self.history.tries), call, self.clock))
        self.watch(one, call)
        self.history.tries.append(one)
        self.in_flight.append(one)
        self._count(one)
        self.history.tell(
            one.at, "try", one.number, one.request, one.target, one.key, one.script.name
        )
        return one

    def _count(self, one: Try) -> None:
        happened, spoken = self.history.happened, one.script.dialect
        asks = self.history.visits[one.request].dialect
        happened[f"{spoken}: {one.script.kind}"] += 1
        happened[f"{asks} of {spoken}"] += 1
        before = self.history.tries_of(one.request)[:-1]
        if before and before[-1].script.dialect != spoken:
            where = "back to the caller's" if asks == spoken else "to the other"
            happened[f"failover: {where} dialect"] += 1

    def _try(self, call: Call, script: Script) -> Try:
        task = asyncio.current_task()
        name = task.get_name() if task else ""
        waits = call.timeouts
        return Try(
            number=len(self.history.tries),
            request=name,
            process=self.process,
            provider=call.provider.name,
            model=asked(call.body, call.provider.dialect).model,
            key=next((self.handles[s] for s in _secrets(call) if s in self.handles), "?"),
            leases=frozenset(self.history.holding.get(name, ())),
            at=self.clock.monotonic(),
            script=script,
            patience=waits.headers + waits.first_event,
            longest=waits.answer,
            drain=waits.drain,
        )

    async def connect(self, script: Script, call: Call) -> None:
        """Until status and headers are there. Raises what the script says, or Silent."""
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


@define(eq=False)
class _Connection:
    """One call, from its beginning until the relay leaves it, or is killed."""

    upstream: SimUpstream
    call: Call
    one: Try | None = None

    async def __aenter__(self) -> SimReply:
        self.one = self.upstream.begin(self.call)
        try:
            await self.upstream.connect(self.one.script, self.call)
        except BaseException:
            self.upstream.close(self.one)
            raise
        return SimReply(self.one, self.upstream.clock)

    async def __aexit__(self, *_: object) -> None:
        if self.one is not None:
            self.upstream.close(self.one)


def _secrets(call: Call) -> list[str]:
    """What may be a credential among the headers of a call."""
    return [value.removeprefix("Bearer ") for _, value in call.headers]
