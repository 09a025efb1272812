"""Bugs to plant in the application: each breaks one promise."""

from attrs import evolve

from src.application.books import Books
from src.application.caller import Caller
from src.application.delivery import Delivery
from src.application.drains import Drains
from src.application.health import Health
from src.application.passage import Passage
from src.application.performance import Performance
from src.application.relay import Relay
from src.application.request import Request
from src.application.reservation import Reservation
from src.application.transcript import Transcript
from src.application.travel import Travel
from src.application.whole import WholeDelivery
from src.domain.dialects.codec import Passed, Reader
from src.domain.errors import Refusal, StreamBroken, UpstreamError
from src.domain.journey import Attempt
from src.domain.key_pool import Rest
from src.domain.ports import Reply
from src.domain.quota import Lesson
from src.domain.receipt import Usage
from src.domain.router import Plan


class SaysDone(Travel):
    """Ends a broken stream with [DONE] before the error."""

    async def go(self, passage: Passage, reservation: Reservation) -> None:
        try:
            await super().go(passage, reservation)
        except StreamBroken:
            await passage.caller.write(b"data: [DONE]\n\n")
            raise


class EndsCleanly(Travel):
    """Takes a broken stream for a complete one."""

    async def go(self, passage: Passage, reservation: Reservation) -> None:
        try:
            await super().go(passage, reservation)
        except StreamBroken:
            await passage.caller.finish()


class TriesOn(Travel):
    """Goes on to the next target after the answer had begun."""

    async def _perform(self, passage: Passage, attempt: Attempt) -> UpstreamError | None:
        try:
            return await super()._perform(passage, attempt)
        except StreamBroken as broken:
            return broken.cause


class LeavesTheDoorOpen(Travel):
    """Needs no lease."""

    async def _leased(self, passage: Passage, attempt: Attempt) -> bool:
        return await self._attempt(passage, attempt)


class DropsUsage(Travel):
    """Does not say what an attempt used that failed."""

    async def _perform(self, passage: Passage, attempt: Attempt) -> UpstreamError | None:
        error = await super()._perform(passage, attempt)
        if error is not None:
            passage.records[-1] = evolve(passage.records[-1], usage=None)
        return error


class Guesses(Performance):
    """Passes an estimate off as what the provider said."""

    @property
    def usage(self) -> Usage | None:
        usage = super().usage
        return usage and evolve(usage, estimated=False)


class GuessesUsage(Travel):
    """Performs so."""

    def _performance(self, passage: Passage, attempt: Attempt) -> Performance:
        good = super()._performance(passage, attempt)
        return Guesses(
            good.upstream,
            good.clock,
            good.request,
            good.attempt,
            good.wire,
            good.delivery,
            good.drains,
            good.deadline,
            good.started,
            good.heard,
        )


class Leaky(WholeDelivery):
    """Lets the caller have the first words early."""

    async def take(self, passed: Passed, reader: Reader) -> None:
        if not self.committed and reader.meaningful and passed.raw:
            self.live.begin(len(passed.raw))
            await self.caller.open(self.live.receipt())
            await self.caller.write(passed.raw)
        else:
            await super().take(passed, reader)


class Keeps(WholeDelivery):
    """Gives no room back."""

    def close(self) -> None:
        self._held.clear()


class Hoards(WholeDelivery):
    """Gives its room back, and keeps what was in it."""

    def close(self) -> None:
        held = list(self._held)
        super().close()
        self._held.extend(held)


class Leaks(Travel):
    """Delivers so."""

    def _delivery(self, passage: Passage) -> Delivery:
        good = super()._delivery(passage)
        if isinstance(good, WholeDelivery):
            return Leaky(good.live, good.room, good.most)
        return good


class NeverGivesRoomBack(Travel):
    """Delivers so."""

    def _delivery(self, passage: Passage) -> Delivery:
        good = super()._delivery(passage)
        if isinstance(good, WholeDelivery):
            return Keeps(good.live, good.room, good.most)
        return good


class Splices(Travel):
    """Keeps what a failed attempt held, and lets it go with the next one's."""

    def _delivery(self, passage: Passage) -> Delivery:
        good = super()._delivery(passage)
        if isinstance(good, WholeDelivery):
            good = Hoards(good.live, good.room, good.most)
        before = passage.performance.delivery if passage.performance else None
        if isinstance(good, WholeDelivery) and isinstance(before, WholeDelivery):
            good._held.extend(before._held)
        return good


class Babbles(Relay):
    """Takes no key out of what a provider says."""

    def _begin(self, request: Request, caller: Caller, plan: Plan) -> Passage:
        good = super()._begin(request, caller, plan)
        return TellsAll(good.clock, good.request, good.caller, good.journey, good.deadline)


class TellsAll(Passage):
    """Passes a provider's words on as they are."""

    def safe(self, refusal: Refusal) -> Refusal:
        return refusal


class HasTime(Relay):
    """Takes a minute more than the caller allows."""

    def _begin(self, request: Request, caller: Caller, plan: Plan) -> Passage:
        good = super()._begin(request, caller, plan)
        journey = evolve(good.journey, deadline=good.journey.deadline + 60.0)
        return Passage(good.clock, good.request, good.caller, journey, good.deadline + 60.0)


class WakesKeys(Health):
    """Lets no key rest for longer than a moment."""

    def failed(
        self, attempt: Attempt, error: UpstreamError, now: float, *, counts: bool = False
    ) -> list[Lesson]:
        learned = super().failed(attempt, error, now, counts=counts)
        for one in learned:
            if one.kind == "rest":
                self._rests[one.subject, one.model] = Rest(now + 0.05)
        return learned


class HearsNothing(Health):
    """Takes over nothing that other instances learned."""

    def merge(self, lessons: object, now: float) -> None:
        pass


class NeverTires(Drains):
    """Reads on for as long as there may be more."""

    async def read_on(
        self, reply: Reply, reader: Reader, until: float, transcript: Transcript | None
    ) -> bool:
        return await super().read_on(reply, reader, until + 900.0, transcript)


class KeepsItsPlace(Drains):
    """Gives no place back."""

    async def read_on(
        self, reply: Reply, reader: Reader, until: float, transcript: Transcript | None
    ) -> bool:
        done = await super().read_on(reply, reader, until, transcript)
        self.under_way += 1
        return done


class AsksNobody(Books):
    """Holds a lease whether or not it was granted."""

    async def lease(self, name: str, ttl: float) -> int | None:
        return await super().lease(name, ttl) or 1
