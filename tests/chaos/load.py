"""Load on relays that die: callers who count what they get, and a provider that counts as well."""

import asyncio
import json
from random import Random

from attrs import define, field

from tests.support import golden
from tests.support.behaviours import ended, frame, frames, ok_chat, opened
from tests.support.caller import Heard, asking, line, request
from tests.support.catalogue import CLIENT_KEY
from tests.support.script import Behaviour, Seen, Send, Step, Wait

#: Seconds between two tokens of a stream, and how many of them it has.
GAP, TOKENS = 0.04, (50, 250)
_WORD = golden.piece({"content": "w"})


@define(eq=False)
class Trip:
    """One request, and what its caller knows of it. `port`: of the relay that it was sent to."""

    number: int
    port: int
    tokens: int
    stream: bool
    #: The process it was sent to: the first one on that port is 0.
    life: int = 0
    request_id: str = ""
    delivered: int = 0
    whole: bool = False

    @property
    def tags(self) -> str:
        return f"trip-{self.number}"


@define(eq=False)
class Load:
    """Callers, until `over`; every request anybody sent is in `trips`."""

    dice: Random
    trips: list[Trip] = field(factory=list)
    #: By port: how often the relay there was started anew.
    lives: dict[int, int] = field(factory=dict)
    over: bool = False
    under_way: int = 0

    def play(self, seen: Seen) -> Behaviour:
        """The provider's side."""
        trip = self.trips[int(json.loads(seen.body)["user"])]
        usage = {"prompt_tokens": 5, "completion_tokens": trip.tokens}
        if not trip.stream:
            return ok_chat(golden.answer({"content": "w"}, usage=usage))
        said: list[Step] = []
        for _ in range(trip.tokens):
            said += [Wait(GAP), Send(frame(golden.event(_WORD)))]
        last = (golden.piece({}, finish="stop"), golden.envelope([], usage=usage))
        return (opened(), *frames([golden.event(golden.role())]), *said,
                *frames(golden.wire(last)), ended())  # fmt: skip

    async def call(self, port: int, *, stream: bool, pause: float = 0.0) -> None:
        """One caller's day: one request after the other, also where there is nobody to answer."""
        while not self.over:
            try:
                await self.once(port, stream=stream)
            except (OSError, asyncio.IncompleteReadError):
                await asyncio.sleep(0.05)  # it died, or is not up again
            await asyncio.sleep(pause)

    async def once(self, port: int, *, stream: bool) -> None:
        """One request to the relay at that port."""
        async with asyncio.timeout(60), line(f"http://127.0.0.1:{port}") as caller:
            trip = self._trip(port, stream)
            body = asking(stream=stream, user=str(trip.number))
            tags = (("x-relay-tags", trip.tags),)
            self.under_way += 1
            try:
                caller.say(request(body=body, key=CLIENT_KEY, headers=tags))
                heard = await caller.head()
                assert 200 == heard.status
                trip.request_id = heard.header("x-request-id") or ""
                async for _ in caller.body(heard):
                    pass
                _note(trip, heard)
            finally:
                self.under_way -= 1

    def _trip(self, port: int, stream: bool) -> Trip:
        tokens = self.dice.randint(*TOKENS) if stream else 1
        trip = Trip(len(self.trips), port, tokens, stream, self.lives.get(port, 0))
        self.trips.append(trip)
        return trip


def _note(trip: Trip, heard: Heard) -> None:
    trip.whole = heard.whole
    trip.delivered = heard.body.count(b'"content":"w"')
