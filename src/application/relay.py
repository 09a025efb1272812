"""The life of a request, as a straight line: plan, admit, travel, settle."""

import asyncio
from random import Random

from attrs import define, field

from ..domain import idempotency, quota, router
from ..domain.errors import Refusal
from ..domain.events import RequestFinished
from ..domain.idempotency import Claim, Repeat
from ..domain.index import Index
from ..domain.journey import Journey
from ..domain.lines import NOTHING
from ..domain.ports import Catalogue, Clock, Observer
from ..domain.prices import Prices
from ..domain.receipt import Ending
from ..domain.router import Plan
from . import counting
from .books import Books
from .caller import Caller
from .health import Health
from .keeper import Keeper
from .passage import Passage, blank, ending_of, opened
from .request import Request
from .reservation import Reservation
from .transcript import EVENT_STREAM
from .travel import Travel

#: What a caller is told when the server stops before its answer began.
STOPPED = 503
#: Books keep a hold open this much longer than the request may last (reliability 3.4).
SWEEP_AFTER = 30.0
#: Seconds for a whole answer with all its attempts, unless a target may take longer by itself.
LONGEST_ANSWER = 600.0


@define
class Relay:
    """Carries requests to providers and answers back."""

    books: Books
    keeper: Keeper
    travel: Travel
    catalogue: Catalogue
    clock: Clock
    observer: Observer
    health: Health
    dice: Random
    #: Seconds any request may take; a platform that ends it sooner sets less.
    longest: float = 86_400.0
    #: The public ones.
    prices: Prices = field(factory=Prices)
    #: Where money is limited, targets without a price are left out.
    priced_only: bool = False

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
        reservation = self._reservation(request, plan, passage, index)
        ending: Ending = "internal"
        refused: Refusal | None = None
        try:
            await self._answer(passage, reservation)
            ending = "completed"
        except Refusal as refusal:
            refused = passage.safe(refusal)
            ending = ending_of(refused)
            await caller.refuse(refused, passage.receipt(ending, refused))
        except asyncio.CancelledError:
            if passage.delivered:
                ending = "completed"
            elif caller.gone:  # else the server stops, and the caller is told so
                ending = "client_gone"
            raise
        finally:
            hold = reservation.hold
            self.keeper.forget(hold)
            # Stopped before anything was told: the adapter says so, with this status.
            status = caller.status or (STOPPED if ending == "internal" else 0)
            receipt = passage.receipt(ending, refused, status=status)
            outcome = passage.outcome(receipt, passage.answer())
            # First the log: it has what a store that is away does not.
            self.observer.note(RequestFinished(receipt))
            news = await self.books.settle(hold, outcome)
            self.health.merge(news.learned, self.clock.now())
            await self.catalogue.heard(news.catalogue_version)

    async def open(self) -> None:
        """Before the first request."""
        await self.keeper.open()

    async def close(self) -> None:
        """After the last request: what is owed to the books is paid."""
        await self.keeper.close()
        await self.books.close()

    async def _answer(self, passage: Passage, reservation: Reservation) -> None:
        verdict = await reservation.begin(passage)
        self.health.merge(verdict.news.learned, self.clock.now())
        if verdict.repeat is not None:
            await self._again(passage, verdict.repeat)
            return
        passage.degraded = verdict.degraded
        self.keeper.watch(reservation.hold, passage.so_far)
        if passage.request.counts:
            await counting.count(passage, self.travel, reservation)
            return
        await self.travel.go(passage, reservation)

    async def _again(self, passage: Passage, repeat: Repeat) -> None:
        """The answer that was given before, or word of the request that it belongs to."""
        answer, caller = repeat.answer, passage.caller
        if repeat.state != "finished" or answer is None:
            raise idempotency.refusal(repeat)
        passage.replay_of, passage.replayed = repeat.request_id, len(answer.body)
        if answer.content_type != EVENT_STREAM:
            await caller.answer(answer.body, answer.content_type, passage.receipt("completed"))
            return
        await caller.open(passage.receipt("completed"))
        await caller.write(answer.body)
        await caller.finish()

    def _plan(self, request: Request, index: Index) -> Plan:
        ask = router.Ask(
            model=request.asked.model,
            endpoint=request.endpoint,
            stream=request.asked.stream,
            client=request.client,
            headers=request.headers,
            fallbacks=request.knobs.fallbacks,
        )
        if (place := request.knobs.affinity) is not None:
            return router.plan(ask, index, turn=place, dice=Random(place))
        turn = self.health.turn(f"model {request.asked.model}")
        return router.plan(ask, index, turn=turn, dice=self.dice)

    def _begin(self, request: Request, caller: Caller, plan: Plan) -> Passage:
        # A whole answer may take as long as the most patient target allows; a stream shows by
        # itself that it goes on (design, "Waits").
        answers = [stop.provider.timeouts_for(stop.model).answer for stop in plan.stops]
        most = self.longest if request.ends is None else request.ends - request.received
        longest = most if request.asked.stream else min(most, max(LONGEST_ANSWER, *answers))
        deadline = request.received + min(longest, request.knobs.timeout or longest)
        by_wall_clock = self.clock.now() + deadline - self.clock.monotonic()
        return Passage(
            self.clock,
            request,
            caller,
            Journey(plan, by_wall_clock, affinity=request.knobs.affinity),
            deadline,
            prices=self.prices,
        )

    def _reservation(
        self, request: Request, plan: Plan, passage: Passage, index: Index
    ) -> Reservation:
        asked, provider = request.asked, plan.stops[0].provider.name
        amounts = quota.reserved(len(asked.document.body), asked.max_tokens)
        if request.counts:
            amounts = NOTHING  # it is a request, and takes no tokens
        hold = quota.hold(
            opened(request),
            provider=provider,
            amounts=amounts,
            limits=index.limits,
            now=self.clock.now(),
            until=passage.journey.deadline + SWEEP_AFTER,
            claim=self._claim(request),
        )
        hold = self.keeper.lasting(hold)
        return Reservation(
            hold,
            provider,
            amounts,
            index.limits,
            self.books,
            self.clock,
            priced_only=self.priced_only,
        )

    def _claim(self, request: Request) -> Claim | None:
        key = request.knobs.idempotency_key
        if not key:
            return None
        return idempotency.claim(
            key,
            client=request.client,
            endpoint=request.endpoint,
            body=request.asked.document.body,
            now=self.clock.now(),
        )
