"""One request under way, and its receipt at every moment. Nobody else sees it."""

from functools import cached_property
from typing import TypedDict

from attrs import define, evolve, field

from ..domain.errors import (
    AllAttemptsFailed,
    DeadlineExceeded,
    ProviderRefused,
    Refusal,
    StreamBroken,
    UpstreamError,
)
from ..domain.idempotency import StoredAnswer
from ..domain.journey import Attempt, Journey
from ..domain.ports import Clock
from ..domain.prices import Prices
from ..domain.quota import Lesson, Outcome
from ..domain.receipt import AttemptRecord, Ending, Left, Receipt, Usage
from ..domain.redaction import scrub, scrub_bytes
from .caller import Caller
from .performance import Performance
from .request import Request


@define
class Passage:
    """`deadline` is monotonic. `performance` is the attempt under way, or the last one."""

    clock: Clock
    request: Request
    caller: Caller
    journey: Journey
    deadline: float
    records: list[AttemptRecord] = field(factory=list)
    learned: list[Lesson] = field(factory=list)
    performance: Performance | None = None
    prices: Prices = field(factory=Prices)
    degraded: bool = False
    #: What is left of the caller's limits.
    left: tuple[Left, ...] = ()
    #: Where a stored answer is given again: whose, and how large it is.
    replay_of: str = ""
    replayed: int = 0
    estimated: bool = False
    _upstream_seconds: float = 0.0

    def record(
        self, attempt: Attempt, outcome: str, error: UpstreamError | None, started: float
    ) -> None:
        """Writes down how an attempt ended."""
        seconds = self.clock.monotonic() - started
        performance = self.performance
        first = performance.delivery.first_event_at if performance else None
        usage = performance.usage if performance else None
        self._upstream_seconds += seconds if first is None else first - started
        self.records.append(
            AttemptRecord(
                provider=attempt.stop.provider.name,
                model=attempt.stop.model,
                key=attempt.key.handle,
                outcome=outcome,
                detail=self._clean(error.detail) if error else "",
                status=error.status if error else None,
                started=started,
                seconds=seconds,
                why=attempt.stop.why,
                upstream_request_id=self._clean(performance.upstream_request_id)
                if performance
                else "",
                usage=usage,
                cost=self._cost(attempt, usage),
            )
        )

    def receipt(
        self, ending: Ending, refusal: Refusal | None = None, *, status: int = 0
    ) -> Receipt:
        """The receipt as it stands; while an attempt is under way it counts as the one that
        serves, for its bytes are what the headers go with."""
        performance = self.performance
        first = performance.delivery.first_event_at if performance else None
        now, since = self.clock.monotonic(), self.request.received
        records, spent = tuple(self.records), self._upstream_seconds
        usage = self._usage(ending)
        if performance is not None and performance.under_way:
            records += (self._serving(performance),)
            spent += (first or now) - performance.started
        return Receipt(
            **_asked(self.request),
            ending=ending,
            status=status,
            error=str(refusal) if refusal else "",
            attempts=records,
            usage=usage,
            cost=self._cost(performance.attempt, usage) if performance else None,
            seconds=now - since,
            first_event_seconds=None if first is None else first - since,
            overhead_seconds=max(0.0, (first or now) - since - spent - self.journey.paused),
            bytes_out=performance.delivery.bytes_out if performance else self.replayed,
            degraded=self.degraded,
            delivery=performance.delivery.how if performance else "live",
            dropped=performance.dropped if performance else (),
            replay_of=self.replay_of,
            estimated=self.estimated,
            left=self.left,
        )

    @property
    def delivered(self) -> bool:
        """The caller has all of the answer, whatever happens to the rest."""
        return self.performance is not None and self.performance.delivery.ended

    def so_far(self) -> Outcome:
        """What the books would say if all ended here."""
        return self.outcome(self.receipt("internal", status=self.caller.status))

    def outcome(self, receipt: Receipt, answer: StoredAnswer | None = None) -> Outcome:
        """What the books get: not what was told in passing."""
        told = evolve(receipt, left=()) if receipt.left else receipt
        return Outcome(told, tuple(self.learned), answer)

    def answer(self) -> StoredAnswer | None:
        """What the caller was sent, or would have been, if all of it is there and is to be kept."""
        performance = self.performance
        if performance is None or not performance.complete:
            return None
        transcript = performance.delivery.transcript
        return transcript.stored() if transcript else None

    def safe(self, refusal: Refusal) -> Refusal:
        """The refusal without any key of ours in it: a provider's words may hold one."""
        clean = evolve(refusal, message=self._clean(refusal.message))
        if not isinstance(clean, ProviderRefused):
            return clean
        return evolve(clean, body=scrub_bytes(clean.body, self.secrets))

    def _serving(self, performance: Performance) -> AttemptRecord:
        attempt = performance.attempt
        return AttemptRecord(
            provider=attempt.stop.provider.name,
            model=attempt.stop.model,
            key=attempt.key.handle,
            outcome="served",
            started=performance.started,
            why=attempt.stop.why,
            upstream_request_id=self._clean(performance.upstream_request_id),
            usage=performance.usage,
            cost=self._cost(attempt, performance.usage),
        )

    def _cost(self, attempt: Attempt, usage: Usage | None) -> int | None:
        return self.prices.cost(attempt.stop.provider, attempt.stop.model, usage)

    def _usage(self, ending: Ending) -> Usage | None:
        """Of the answer that the caller got, or would have got. An abandoned attempt's is told in
        its record alone."""
        performance = self.performance
        if performance is None:
            return None
        # Not one that had failed when its caller left in the pause behind it.
        last = self.records[-1].outcome if self.records else ""
        left = ending == "client_gone" and last == "client_gone"
        got = performance.delivery.committed or performance.under_way or left
        return performance.usage if got else None

    def _clean(self, text: str) -> str:
        return scrub(text, self.secrets) if text else ""

    @cached_property
    def secrets(self) -> set[str]:
        """What providers were sent of ours: keys, and the operator's own headers."""
        providers = [stop.provider for stop in self.journey.plan.stops]
        keys = {key.secret for provider in providers for key in provider.keys}
        return keys | {value for provider in providers for _, value in provider.headers}


def blank(request: Request, refusal: Refusal, *, status: int = 0) -> Receipt:
    """The receipt of a request that led nowhere."""
    return Receipt(**_asked(request), ending="denied", error=str(refusal), status=status)


def opened(request: Request) -> Receipt:
    """The receipt of a request of which nothing is known yet."""
    return Receipt(**_asked(request))


class _Asked(TypedDict):
    request_id: str
    at: float
    client: str
    endpoint: str
    model: str
    stream: bool
    client_request_id: str
    tags: str


def _asked(request: Request) -> _Asked:
    return {
        "request_id": request.id,
        "at": request.at,
        "client": request.client,
        "endpoint": request.endpoint,
        "model": request.asked.model,
        "stream": request.asked.stream,
        "client_request_id": request.client_request_id,
        "tags": request.knobs.tags,
    }


def ending_of(refusal: Refusal) -> Ending:
    """The terminal state that a refusal is."""
    match refusal:
        case DeadlineExceeded():
            return "deadline"
        case StreamBroken() | AllAttemptsFailed() | ProviderRefused():
            return "upstream_error"
        case _:
            return "denied"
