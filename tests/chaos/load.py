"""Load on relays that die: callers who count what they get, and a provider that counts as well."""

import asyncio
import json
from collections.abc import Iterator
from random import Random

from attrs import define, field, frozen

from tests.support import golden
from tests.support.behaviours import ended, frame, frames, ok_chat, opened
from tests.support.caller import Heard, Line, asking, line, request
from tests.support.script import Behaviour, Seen, Send, Step, Wait

from .process import CLIENT, key_of

#: What the provider counts as input, whatever it was.
INPUT = 5
#: No trip takes this long; a hang becomes a failure.
PATIENCE = 120.0
_WORD, _MARK = golden.piece({"content": "w"}), b'"content":"w"'


@frozen
class Kind:
    """What a caller asks for: so many tokens, `gap` seconds before each of them. Of its streams it
    leaves that share in the middle (`leaves`)."""

    tokens: tuple[int, int]
    gap: float = 0.0
    leaves: float = 0.0
    stream: bool = True


#: A stream of seconds, and an answer that comes at once.
LONG, SHORT = Kind((50, 250), 0.04), Kind((1, 1), stream=False)


@define(eq=False)
class Trip:
    """One request, and what its caller knows of it. `port`: of the relay that it was sent to."""

    number: int
    port: int
    client: str
    kind: Kind
    tokens: int
    #: The caller goes away once it has so many tokens; None: it stays.
    leaves_at: int | None = None
    #: The process it was sent to: the first one on that port is 0.
    life: int = 0
    #: Instants of the event loop.
    began: float = 0.0
    answered: float = 0.0
    #: 0: nothing was heard.
    status: int = 0
    degraded: bool = False
    #: Seconds of its answer that the relay says are its own.
    overhead: float = 0.0
    delivered: int = 0
    whole: bool = False
    left: bool = False

    @property
    def tags(self) -> str:
        return f"trip-{self.number}"

    @property
    def finished(self) -> bool:
        """It has all that there was to get."""
        return self.whole and self.status == 200


@define(eq=False)
class Load:
    """Callers, until `over`; every request anybody sent is in `trips`."""

    dice: Random
    trips: list[Trip] = field(factory=list)
    #: By port: how often the relay there was killed.
    lives: dict[int, int] = field(factory=dict)
    over: bool = False

    @property
    def finished(self) -> int:
        """Streams that came to their end."""
        return sum(trip.finished and trip.kind.stream for trip in self.trips)

    @property
    def left(self) -> int:
        """Streams whose caller went away."""
        return sum(trip.left for trip in self.trips)

    def killed(self, trip: Trip) -> bool:
        """Was its process killed at some time?"""
        return trip.life < self.lives.get(trip.port, 0)

    def play(self, seen: Seen) -> Behaviour:
        """The provider's side."""
        trip = self.trips[int(json.loads(seen.body)["user"])]
        usage = {"prompt_tokens": INPUT, "completion_tokens": trip.tokens}
        if not trip.kind.stream:
            return ok_chat(golden.answer({"content": "w"}, usage=usage))
        last = (golden.piece({}, finish="stop"), golden.envelope([], usage=usage))
        return (opened(), *frames([golden.event(golden.role())]), *_said(trip),
                *frames(golden.wire(last)), ended())  # fmt: skip

    async def call(self, port: int, kind: Kind, *, pause: float = 0.0) -> None:
        """One caller's day: one request after the other, also where there is nobody to answer."""
        while not self.over:
            try:
                trip = await self.once(port, kind)
                assert 200 == trip.status
            except (OSError, asyncio.IncompleteReadError):
                await asyncio.sleep(0.05)  # it died, or is not up again
            await asyncio.sleep(pause)

    async def once(self, port: int, kind: Kind, client: str = CLIENT) -> Trip:
        """One request to the relay at that port."""
        life, loop = self.lives.get(port, 0), asyncio.get_running_loop()
        async with asyncio.timeout(PATIENCE), line(f"http://127.0.0.1:{port}") as caller:
            trip = self._trip(port, kind, client, life)
            trip.began = loop.time()
            caller.say(_asked(trip))
            heard = await caller.head()
            trip.answered, trip.status = loop.time(), heard.status
            trip.overhead = float(heard.header("x-relay-overhead-ms") or 0.0) / 1000
            trip.degraded = heard.header("x-relay-degraded") == "store"
            await _listen(caller, heard, trip)
        return trip

    def _trip(self, port: int, kind: Kind, client: str, life: int) -> Trip:
        tokens = self.dice.randint(*kind.tokens)
        leaves = self.dice.random() < kind.leaves
        leaves_at = self.dice.randint(0, tokens) if leaves else None
        trip = Trip(len(self.trips), port, client, kind, tokens, leaves_at, life)
        self.trips.append(trip)
        return trip


def _said(trip: Trip) -> Iterator[Step]:
    for _ in range(trip.tokens):
        if trip.kind.gap:
            yield Wait(trip.kind.gap)
        yield Send(frame(golden.event(_WORD)))


def _asked(trip: Trip) -> bytes:
    body = asking(stream=trip.kind.stream, user=str(trip.number), max_tokens=trip.tokens)
    tags = (("x-relay-tags", trip.tags),)
    return request(body=body, key=key_of(trip.client), headers=tags)


async def _listen(caller: Line, heard: Heard, trip: Trip) -> None:
    """To the end, or until it leaves, which is when the connection is closed."""
    trip.left = trip.leaves_at == 0
    if not trip.left:
        async for piece in caller.body(heard):
            trip.delivered += piece.count(_MARK)
            trip.left = trip.leaves_at is not None and trip.delivered >= trip.leaves_at
            if trip.left:
                break
    trip.delivered, trip.whole = heard.body.count(_MARK), heard.whole
