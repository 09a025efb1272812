"""What happened in a world, as its outside saw it: the invariants read this and nothing else."""

import hashlib
from collections import Counter
from typing import Literal

from attrs import define, field

from src.domain.blocks import Dialect
from src.domain.entry import State
from src.domain.errors import Refusal
from src.domain.events import BreakerClosed, BreakerOpened, Event, KeyRested
from src.domain.quota import Verdict
from src.domain.receipt import Delivered, Receipt

from .script import Script
from .speech import Json

Ended = Literal["answer", "finish", "refuse", "stopped"]
NEVER = float("-inf")


@define(eq=False)
class Process:
    """One instance: what it was told of keys and targets, and what befell it."""

    name: str
    #: Until when keys rest and targets are open (Unix seconds of its own clock).
    rests: dict[tuple[str, str | None], float] = field(factory=dict)
    opened: dict[str, float] = field(factory=dict)
    #: The latest its calendar has ever shown: what was over then is over for good.
    latest: float = 0.0
    #: By how many seconds its calendar is set ahead, or back, once.
    jump: float = 0.0
    #: How many answers it reads on at once after their callers left.
    places: int = 0
    #: Until when (loop time) something keeps its words from the store.
    trouble: float = NEVER
    #: When something last happened to one of its words.
    hurt: float = NEVER
    frozen: bool = False  # it was, at some time
    died: float | None = None
    stopping: bool = False
    closing: float | None = None  # since then its books were being closed
    stopped: float | None = None

    @property
    def lives(self) -> bool:
        return self.died is None and self.stopped is None

    def rested(self, key: str, model: str | None, until: float) -> None:
        """A key rests: it was told, or it says so."""
        self.rests[key, model] = max(until, self.rests.get((key, model), 0.0))


@define(eq=False)
class Try:
    """One call to a provider. `at` counts by the loop."""

    number: int
    request: str
    process: Process
    provider: str
    model: str
    key: str
    leases: frozenset[str]
    at: float
    script: Script
    #: What the relay may wait for a stream to begin, and for all of an answer, in seconds.
    patience: float
    longest: float
    drain: float
    #: Its target was open, and no lease held.
    unleased: bool = False
    #: How many bytes of its body the relay took.
    read: int = 0
    closed: float | None = None
    closed_now: float = 0.0  # Unix seconds

    @property
    def target(self) -> str:
        return f"{self.provider}/{self.model}"


@define(eq=False)
class Visit:
    """One request as its caller saw it."""

    id: str
    body: Json
    began: float
    timeout: float | None
    slow: bool
    process: Process
    client: str = ""
    key: str = ""  # Idempotency-Key
    dialect: Dialect = "openai_chat"
    #: Must its answer come whole, or live? None: as the relay says.
    delivery: Literal["live", "whole"] | None = None
    started: bool = False
    opened: bool = False
    #: What the receipt said of the delivery when its headers went out.
    how: Delivered = "live"
    written: list[bytes] = field(factory=list)
    #: When (loop time) how many bytes had been written.
    progress: list[tuple[float, int]] = field(factory=list)
    #: Its end has begun, and may still fail to reach it.
    ending: bool = False
    ended: list[Ended] = field(factory=list)
    ended_at: float | None = None
    refused_now: float = 0.0  # Unix seconds
    rests_then: tuple[float, ...] = ()  # until when keys rested, at that instant
    refusal: Refusal | None = None
    status: int = 0  # of a refusal that is a response of its own
    #: The try whose bytes came first; tries made after that are wrong.
    tries_before: int | None = None
    gone_at: float | None = None
    #: Its server cancelled it, on being stopped.
    cancelled_at: float | None = None
    #: Its instance was killed while it was under way.
    reset_at: float | None = None
    left: float | None = None  # when the relay was through with it
    crash: str = ""

    @property
    def hurried(self) -> bool:
        """Its own deadline ended it."""
        end = self.ended_at or 0.0
        return self.timeout is not None and end >= self.began + self.timeout - 0.05

    @property
    def lived(self) -> bool:
        """Its instance lived to end it."""
        return self.reset_at is None

    @property
    def stopped(self) -> bool:
        """Its server gave it up, before its caller did."""
        gone = self.gone_at
        return self.cancelled_at is not None and (gone is None or self.cancelled_at <= gone)

    @property
    def stream(self) -> bool:
        return bool(self.body.get("stream"))

    @property
    def choices(self) -> int:
        return int(self.body.get("n", 1))

    @property
    def hides_usage(self) -> bool:
        if self.dialect == "anthropic_messages":
            return False
        return not (self.body.get("stream_options") or {}).get("include_usage")

    def passes(self, one: Try) -> bool:
        """Does it speak as its provider does, so that bytes pass?"""
        return self.dialect == one.script.dialect

    def asked_of(self, one: Try) -> int:
        """How many choices that provider is to give."""
        return self.choices if self.passes(one) else 1


@define(eq=False)
class Booked:
    """One hold, as the store saw it: its states, and when (loop time) each began."""

    states: list[tuple[State, float]] = field(factory=list)

    @property
    def story(self) -> tuple[State, ...]:
        return tuple(state for state, _ in self.states)

    def since(self, state: State) -> float | None:
        return next((at for one, at in self.states if one == state), None)


@define(eq=False)
class History:
    """Everything, in order; `broken` holds what was wrong the moment it happened."""

    tries: list[Try] = field(factory=list)
    visits: dict[str, Visit] = field(factory=dict)
    books: dict[str, Booked] = field(factory=dict)
    receipts: list[Receipt] = field(factory=list)
    processes: list[Process] = field(factory=list)
    #: By request: the leases that it was told it has, until when (loop time), and the seconds it
    #: spent on them.
    holding: dict[str, dict[str, float]] = field(factory=dict)
    leasing: dict[str, float] = field(factory=dict)
    #: By request: what the store answered when it was to be admitted; nothing where it did not.
    verdicts: dict[str, Verdict] = field(factory=dict)
    #: How often each kind of fault happened.
    happened: Counter[str] = field(factory=Counter)
    broken: list[str] = field(factory=list)
    trace: list[str] = field(factory=list)

    def tries_of(self, request: str) -> list[Try]:
        return [one for one in self.tries if one.request == request]

    def wrong(self, law: str, what: str) -> None:
        self.broken.append(f"{law}: {what}")

    def tell(self, at: float, *what: object) -> None:
        self.trace.append(f"{at:.6f} {' '.join(map(str, what))}")

    def digest(self) -> str:
        """The same for the same history, and for no other."""
        return hashlib.sha256("\n".join(self.trace).encode()).hexdigest()

    def heard(self, process: Process, event: Event) -> None:
        """An event of an instance's own."""
        match event:
            case KeyRested(key=key, model=model, until=until):
                before = process.rests.get((key, model), 0.0)
                if max(until, process.latest) < before:
                    self.wrong("I6", f"the rest of {key} for {model} became shorter")
                process.rested(key, model, until)
            case BreakerOpened(provider=provider, model=model, until=until):
                process.opened[f"{provider}/{model}"] = until
            case BreakerClosed(provider=provider, model=model):
                process.opened.pop(f"{provider}/{model}", None)
            case _:
                pass
