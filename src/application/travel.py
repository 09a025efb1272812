"""The one loop of the program: a request's way through its targets."""

import asyncio
from random import Random

from attrs import define, evolve, field

from ..domain import journey as journeys
from ..domain.dialects.wire import Wire
from ..domain.errors import DeadlineExceeded, StreamBroken, UpstreamError
from ..domain.journey import Attempt, Pause
from ..domain.ports import Clock, Upstream
from ..domain.steps import step
from ..domain.verdicts import GaveUp
from .books import Books
from .delivery import Delivery, LiveDelivery
from .drains import Drains
from .health import Health
from .passage import Passage
from .performance import Performance
from .reservation import Reservation
from .transcript import Transcript
from .whole import MOST_HELD, Room, WholeDelivery


@define
class Travel:
    """Tries one target after the other until the caller has its answer."""

    books: Books
    upstream: Upstream
    clock: Clock
    health: Health
    dice: Random
    drains: Drains
    room: Room = field(factory=Room)
    #: Bytes held for one answer under whole delivery.
    most_held: int = MOST_HELD
    #: Answers to requests with an Idempotency-Key are kept, to be given again.
    keeps_answers: bool = False
    #: What another dialect cannot say and changes the meaning is refused, not dropped.
    strict_translation: bool = True

    async def go(self, passage: Passage, reservation: Reservation) -> None:
        """Returns when the caller has the whole answer. Raises the Refusal it ends in."""
        while True:
            now = self.clock.now()
            # By the wall clock, anew each time: rests are kept by it, and it may be set.
            left = passage.deadline - self.clock.monotonic()
            passage.journey = evolve(passage.journey, deadline=now + left)
            match step(passage.journey, self.health.known, now=now, dice=self.dice):
                case Attempt() as attempt:
                    if not await reservation.follow(passage, attempt):
                        continue
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
        own = passage.journey.affinity is not None
        self.health.began(attempt, first=not passage.records, now=now, turns=not own)
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
            if not passage.request.counts:
                first = performance.waited
                passage.learned += self.health.served(
                    attempt, started=since, first_event=first, now=self.clock.now()
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
            gone = "client_gone" if passage.caller.gone else "stopped"
            outcome = "served" if performance.delivery.ended else gone
            raise
        finally:
            performance.under_way = False
            passage.record(attempt, outcome, error, performance.started)
            if error is not None:
                passage.learned += self.health.failed(
                    attempt, error, self.clock.now(), counts=passage.request.counts
                )
        return error

    def _performance(self, passage: Passage, attempt: Attempt) -> Performance:
        return Performance(
            upstream=self.upstream,
            clock=self.clock,
            request=passage.request,
            attempt=attempt,
            wire=Wire.between(
                passage.request.dialect,
                attempt.stop.provider.dialect,
                strict=self.strict_translation,
                counts=passage.request.counts,
            ),
            delivery=self._delivery(passage),
            drains=self.drains,
            deadline=passage.deadline,
            started=self.clock.monotonic(),
            heard=lambda headers: passage.learned.extend(
                self.health.heard(attempt, headers, self.clock.now())
            ),
        )

    def _delivery(self, passage: Passage) -> Delivery:
        request = passage.request
        kept = self.keeps_answers and bool(request.knobs.idempotency_key)
        live = LiveDelivery(
            passage.caller,
            self.clock,
            receipt=lambda: passage.receipt("completed"),
            transcript=Transcript() if kept else None,
        )
        wished = request.knobs.delivery or passage.journey.plan.delivery
        whole = request.asked.stream and wished == "whole"
        return WholeDelivery(live, self.room, self.most_held) if whole else live
