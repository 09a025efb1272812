"""The life of a request, as a straight line: plan, admit, travel, settle."""

import asyncio
from random import Random

from attrs import define, evolve

from ..domain import journey as journeys
from ..domain import quota, router
from ..domain.errors import (
    DeadlineExceeded,
    Refusal,
    StreamBroken,
    UpstreamError,
)
from ..domain.events import RequestFinished
from ..domain.index import Index
from ..domain.journey import Attempt, Journey, Pause
from ..domain.ports import Clock, Observer, Upstream
from ..domain.quota import Hold, Outcome
from ..domain.receipt import Ending
from ..domain.router import Plan
from ..domain.steps import step
from ..domain.verdicts import GaveUp
from .books import Books
from .caller import Caller
from .delivery import LiveDelivery
from .health import Health
from .passage import Passage, blank, ending_of
from .performance import Performance
from .request import ENDPOINT, Request

#: Books keep a hold open this much longer than the request may last (reliability 3.4).
SWEEP_AFTER = 30.0
#: Seconds for a whole answer with all its attempts, unless a target may take longer by itself.
LONGEST_ANSWER = 600.0


@define
class Relay:
    """Carries requests to providers and answers back."""

    books: Books
    upstream: Upstream
    clock: Clock
    observer: Observer
    health: Health
    dice: Random
    #: Seconds any request may take; a platform that ends it sooner sets less.
    longest: float = 86_400.0

    async def serve(self, request: Request, index: Index, caller: Caller) -> None:
        """Answers the caller exactly once; then settles, exactly once, whatever happened."""
        try:
            plan = self._plan(request, index)
        except Refusal as refusal:
            try:
                await caller.refuse(refusal, blank(request, refusal))
            finally:
                receipt = blank(request, refusal, status=caller.status)
                self.observer.note(RequestFinished(receipt))
            return
        passage = self._begin(request, caller, plan)
        hold = self._hold(request, plan, passage)
        ending: Ending = "internal"
        refused: Refusal | None = None
        try:
            verdict = await self.books.admit(hold)
            passage.degraded = verdict.degraded
            self.health.merge(verdict.rests)
            await self._travel(passage)
            ending = "completed"
        except Refusal as refusal:
            refused = passage.safe(refusal)
            ending = ending_of(refused)
            await caller.refuse(refused, passage.receipt(ending, refused))
        except asyncio.CancelledError:
            ending = "client_gone"
            raise
        finally:
            receipt = passage.receipt(ending, refused, status=caller.status)
            await self.books.settle(hold, Outcome(receipt, tuple(passage.rests)))
            self.observer.note(RequestFinished(receipt))

    def _plan(self, request: Request, index: Index) -> Plan:
        ask = router.Ask(
            model=request.chat.model,
            endpoint=ENDPOINT,
            stream=request.chat.stream,
            client=request.client,
            headers=request.headers,
            fallbacks=request.knobs.fallbacks,
        )
        turn = self.health.turn(f"model {request.chat.model}")
        return router.plan(ask, index, turn=turn, dice=self.dice)

    def _begin(self, request: Request, caller: Caller, plan: Plan) -> Passage:
        # A whole answer may take as long as the most patient target allows; a stream shows by
        # itself that it goes on (design, "Waits").
        answers = [stop.provider.timeouts_for(stop.model).answer for stop in plan.stops]
        whole = min(self.longest, max(LONGEST_ANSWER, *answers))
        longest = self.longest if request.chat.stream else whole
        deadline = request.received + min(longest, request.knobs.timeout or longest)
        by_wall_clock = self.clock.now() + deadline - self.clock.monotonic()
        return Passage(self.clock, request, caller, Journey(plan, by_wall_clock), deadline)

    def _hold(self, request: Request, plan: Plan, passage: Passage) -> Hold:
        output = request.chat.max_tokens
        return quota.hold(
            request.id,
            client=request.client,
            model=request.chat.model,
            provider=plan.stops[0].provider.name,
            tokens=quota.estimate_input_tokens(len(request.chat.document.body))
            + (quota.DEFAULT_OUTPUT_TOKENS if output is None else output),
            until=passage.journey.deadline + SWEEP_AFTER,
        )

    async def _travel(self, passage: Passage) -> None:
        while True:
            now = self.clock.now()
            # By the wall clock, anew each time: rests are kept by it, and it may be set.
            left = passage.deadline - self.clock.monotonic()
            passage.journey = evolve(passage.journey, deadline=now + left)
            match step(passage.journey, self.health.known, now=now, dice=self.dice):
                case Attempt() as attempt:
                    if await self._leased(passage, attempt):
                        return
                case Pause() as pause:
                    await self._pause(passage, pause)
                case GaveUp(refusal=refusal):
                    raise refusal

    async def _pause(self, passage: Passage, pause: Pause) -> None:
        await self.clock.sleep(pause.seconds)
        passage.journey = journeys.waited(passage.journey, pause)

    async def _leased(self, passage: Passage, attempt: Attempt) -> bool:
        if attempt.lease is None:
            return await self._attempt(passage, attempt)
        token = await self.books.lease(attempt.lease, attempt.ttl)
        if token is None:
            passage.journey = journeys.passed_over(passage.journey, attempt)
            return False
        try:
            if self.health.rests(attempt, self.clock.now()):
                return False  # learned while the lease was on its way: choose again
            return await self._attempt(passage, attempt)
        finally:
            if attempt.once:
                await self.books.give_back(attempt.lease, token)

    async def _attempt(self, passage: Passage, attempt: Attempt) -> bool:
        """Whether the caller has its answer."""
        now = self.clock.now()
        self.health.began(attempt, first=not passage.records, now=now)
        error = await self._perform(passage, attempt)
        if error is None:
            return True
        now = self.clock.now()
        passage.journey = journeys.failed(
            passage.journey,
            attempt,
            error,
            may_repeat=self.health.may_repeat(attempt, now),
            now=now,
            dice=self.dice,
        )
        if passage.journey.repeat_after is not None:
            # Paid for at once: whoever fails meanwhile must see what is left.
            self.health.repeats(attempt.stop.provider.name, now)
        return False

    async def _perform(self, passage: Passage, attempt: Attempt) -> UpstreamError | None:
        performance = self._performance(passage, attempt)
        passage.performance = performance
        outcome, error, since = "internal", None, self.clock.now()
        try:
            await performance.perform()
            outcome = "served"
            self.health.served(
                attempt, started=since, first_event=performance.waited, now=self.clock.now()
            )
        except UpstreamError as failure:
            outcome, error = failure.reason, failure
        except StreamBroken as broken:
            outcome, error = broken.code, broken.cause
            raise
        except DeadlineExceeded:
            outcome = "deadline"
            raise
        except asyncio.CancelledError:
            outcome = "client_gone"
            raise
        finally:
            performance.under_way = False
            passage.record(attempt, outcome, error, performance.started)
            if error is not None and (rest := self.health.failed(attempt, error, self.clock.now())):
                passage.rests.append(rest)
        return error

    def _performance(self, passage: Passage, attempt: Attempt) -> Performance:
        return Performance(
            upstream=self.upstream,
            clock=self.clock,
            request=passage.request,
            attempt=attempt,
            delivery=LiveDelivery(
                passage.caller, self.clock, receipt=lambda: passage.receipt("completed")
            ),
            deadline=passage.deadline,
            started=self.clock.monotonic(),
        )
