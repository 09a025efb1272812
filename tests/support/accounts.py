"""Requests whose cost is known beforehand: what each does, and what the books must say of it."""

import asyncio
import itertools
import json
from collections.abc import Sequence
from random import Random
from typing import Literal

from attrs import define, field, frozen

from src.domain.usage import Heading, Tally

from . import golden
from .behaviours import begun, ended, frame, frames, opened
from .caller import asking
from .script import Behaviour, Close, Hang, Seen, Send, Until, Wait

#: It is finished; its provider is cut; its caller leaves.
Fate = Literal["done", "cut", "gone"]
_CONTENT = ("content", "reasoning_content", "refusal", "tool_calls")


@frozen
class Case:
    """One request: a stream of golden events, and after how many of them something happens."""

    number: int
    fate: Fate
    events: tuple[bytes, ...] = field(repr=False)
    after: int
    #: input, output, cached and reasoning tokens, as the provider says them at the end.
    said: tuple[int, int, int, int]
    #: Set once the provider has the request; and once the caller has gone.
    came: asyncio.Event = field(factory=asyncio.Event, repr=False)
    gate: asyncio.Event = field(factory=asyncio.Event, repr=False)

    @property
    def model(self) -> str:
        return "gpt-4o" if self.fate == "done" else f"{self.fate}-{self.number}"

    @property
    def body(self) -> bytes:
        """What its caller sends; every other one wants the usage for itself."""
        wish: golden.Json = {"stream_options": {"include_usage": True}} if self.number % 2 else {}
        return asking(self.model, stream=True, user=str(self.number), **wish)

    @property
    def pieces(self) -> int:
        """How many of the events before the cut carry content, each in how many choices."""
        chunks = [json.loads(event) for event in self.events[: self.after]]
        deltas = [choice["delta"] for chunk in chunks for choice in chunk["choices"]]
        return sum(any(delta.get(name) for name in _CONTENT) for delta in deltas)

    @property
    def whole(self) -> bool:
        """Is all of the answer there when it happens?"""
        return self.after == len(self.events)

    @property
    def begun(self) -> bool:
        """Has the answer begun before it happens?"""
        return self.pieces > 0

    def play(self) -> Behaviour:
        """What its provider does."""
        rest = (*self.events[self.after :], self._counts())
        match self.fate:
            case "done":
                return (opened(), *frames(golden.wire((*self.events, self._counts()))), ended())
            case "cut":
                torn = frame(golden.event(rest[0]))
                return (*begun(self.after, self.events), Send(torn[: len(torn) // 2]), Close())
            case "gone" if not self.begun:
                return (*begun(self.after, self.events), Hang())
            case "gone":
                # A moment, so that the relay sees the caller's end before the provider's.
                pause = (Until(self.gate), Wait(0.2))
                return (
                    *begun(self.after, self.events),
                    *pause,
                    *frames(golden.wire(rest)),
                    ended(),
                )

    def entry(self) -> tuple[Heading, Tally]:
        """Its line in the books."""
        match self.fate:
            case "done":
                return self._heading(200), self._all_said()
            case "gone":
                return self._heading(499), self._all_said() if self.begun else Tally(1)
            case "cut" if not self.begun:
                return self._heading(502), Tally(1, 1)
            case "cut":
                # What was delivered: all of it, if only the count was lost.
                return self._heading(200), Tally(
                    1,
                    int(not self.whole),
                    input_tokens=len(self.body) // 4,
                    output_tokens=self.pieces,
                    estimated=1,
                )

    def _heading(self, status: int) -> Heading:
        return Heading("test", "one", self.model, status)

    def _all_said(self) -> Tally:
        asked, told, cached, reasoning = self.said
        return Tally(
            1,
            input_tokens=asked,
            output_tokens=told,
            cached_tokens=cached,
            reasoning_tokens=reasoning,
        )

    def _counts(self) -> bytes:
        asked, told, cached, reasoning = self.said
        usage = {
            "prompt_tokens": asked,
            "completion_tokens": told,
            "total_tokens": asked + told,
            "prompt_tokens_details": {"cached_tokens": cached},
            "completion_tokens_details": {"reasoning_tokens": reasoning},
        }
        return golden.envelope([], usage=usage)


@define
class Plan:
    """All cases, and a provider that knows each by its number."""

    cases: Sequence[Case]

    def __call__(self, seen: Seen) -> Behaviour:
        case = self.cases[int(json.loads(seen.body)["user"])]
        case.came.set()
        return case.play()

    def books(self) -> dict[Heading, Tally]:
        """What all of them come to."""
        sums: dict[Heading, Tally] = {}
        for heading, tally in (case.entry() for case in self.cases):
            sums[heading] = sums.get(heading, Tally()) + tally
        return sums


def plan(*, done: int, cut: int, gone: int, seed: int = 11) -> Plan:
    """So many of each, in no order; streams are aborted after every number of their events."""
    dice = Random(seed)
    streams = list(golden.STREAMS.values())
    places = [(events, after) for events in streams for after in range(len(events) + 1)]
    assert min(cut, gone) >= len(places)
    finished = [(events, len(events)) for events in streams]
    drawn: list[tuple[Fate, tuple[tuple[bytes, ...], int]]] = [
        *(("done", place) for place in itertools.islice(itertools.cycle(finished), done)),
        *(("cut", place) for place in itertools.islice(itertools.cycle(places), cut)),
        *(("gone", place) for place in itertools.islice(itertools.cycle(places), gone)),
    ]
    dice.shuffle(drawn)
    return Plan([_case(number, *what, dice) for number, what in enumerate(drawn)])


def _case(number: int, fate: Fate, place: tuple[tuple[bytes, ...], int], dice: Random) -> Case:
    events, after = place
    asked, told = dice.randrange(1, 5000), dice.randrange(1, 900)
    said = (asked, told, dice.randrange(asked + 1), dice.randrange(told + 1))
    return Case(number, fate, events, after, said)
