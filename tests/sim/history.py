"""What happened in a world, as its outside saw it: the invariants read this and nothing else."""

import hashlib
from typing import Literal

from attrs import define, field

from src.domain.errors import Refusal
from src.domain.events import BreakerClosed, BreakerOpened, Event, KeyRested
from src.domain.receipt import Receipt

from .answers import Json
from .script import Script

Ended = Literal["answer", "finish", "refuse"]


@define(eq=False)
class Try:
    """One call to a provider. `at` counts by the loop."""

    number: int
    request: str
    provider: str
    model: str
    key: str
    leases: frozenset[str]
    at: float
    script: Script
    #: What the relay may wait for a stream to begin, in seconds.
    patience: float
    #: Its target was open, and no lease held.
    unleased: bool = False
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
    opened: bool = False
    written: list[bytes] = field(factory=list)
    ended: list[Ended] = field(factory=list)
    ended_at: float | None = None
    ended_now: float = 0.0  # Unix seconds
    rests_then: tuple[float, ...] = ()  # until when keys rested, at that instant
    refusal: Refusal | None = None
    #: The try whose bytes came first; tries made after that are wrong.
    tries_before: int | None = None
    gone_at: float | None = None
    left: float | None = None  # when the relay was through with it
    crash: str = ""

    @property
    def hurried(self) -> bool:
        """Its own deadline ended it."""
        end = self.ended_at or 0.0
        return self.timeout is not None and end >= self.began + self.timeout - 0.05

    @property
    def stream(self) -> bool:
        return bool(self.body.get("stream"))

    @property
    def choices(self) -> int:
        return int(self.body.get("n", 1))

    @property
    def hides_usage(self) -> bool:
        return not (self.body.get("stream_options") or {}).get("include_usage")


@define(eq=False)
class Booked:
    """One hold, as the ledger saw it. `open`: the books still wait for its settlement."""

    admits: int = 0
    settles: int = 0
    open: bool = False
    lost: bool = False  # the ledger failed to settle it


@define(eq=False)
class History:
    """Everything, in order; `broken` holds what was wrong the moment it happened."""

    tries: list[Try] = field(factory=list)
    visits: dict[str, Visit] = field(factory=dict)
    books: dict[str, Booked] = field(factory=dict)
    receipts: list[Receipt] = field(factory=list)
    #: Until when keys rest and targets are open (Unix seconds), by what was told.
    rests: dict[tuple[str, str | None], float] = field(factory=dict)
    opened: dict[str, float] = field(factory=dict)
    held: dict[str, str] = field(factory=dict)  # lease: the request that holds it
    leasing: dict[str, float] = field(factory=dict)  # by request: seconds spent on leases
    broken: list[str] = field(factory=list)
    trace: list[str] = field(factory=list)
    #: The latest the calendar has ever shown: what was over then is over for good.
    latest: float = 0.0
    #: By how many seconds the calendar is set ahead, or back, once.
    jump: float = 0.0

    def tries_of(self, request: str) -> list[Try]:
        return [one for one in self.tries if one.request == request]

    def wrong(self, law: str, what: str) -> None:
        self.broken.append(f"{law}: {what}")

    def tell(self, at: float, *what: object) -> None:
        self.trace.append(f"{at:.6f} {' '.join(map(str, what))}")

    def digest(self) -> str:
        """The same for the same history, and for no other."""
        return hashlib.sha256("\n".join(self.trace).encode()).hexdigest()

    def rested(self, key: str, model: str | None, until: float) -> None:
        """A key rests: told by the relay, or to it."""
        self.rests[key, model] = max(until, self.rests.get((key, model), 0.0))

    def heard(self, event: Event) -> None:
        """An event of the relay's own."""
        match event:
            case KeyRested(key=key, model=model, until=until):
                before = self.rests.get((key, model), 0.0)
                if max(until, self.latest) < before:
                    self.wrong("I6", f"the rest of {key} for {model} became shorter")
                self.rested(key, model, until)
            case BreakerOpened(provider=provider, model=model, until=until):
                self.opened[f"{provider}/{model}"] = until
            case BreakerClosed(provider=provider, model=model):
                self.opened.pop(f"{provider}/{model}", None)
            case _:
                pass
