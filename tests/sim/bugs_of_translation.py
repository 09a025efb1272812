"""Bugs to plant where an answer, or a request, is said anew in another dialect."""

from collections.abc import Mapping

from attrs import evolve, frozen

from src.application.passage import Passage
from src.application.performance import Performance
from src.application.reservation import Reservation
from src.application.travel import Travel
from src.domain.answers import (
    Answer,
    BlockEnded,
    Choice,
    Delta,
    Ended,
    Event,
    Finished,
    Started,
    UsageSaid,
)
from src.domain.blocks import Text
from src.domain.catalogue import Provider
from src.domain.dialects.codec import Asked, Passed, Reader
from src.domain.dialects.translation import Translation
from src.domain.dialects.wire import Given, Sent, Wire
from src.domain.errors import Cut, StreamBroken, UpstreamError
from src.domain.journey import Attempt
from src.domain.sse import Event as Bytes
from src.domain.traits import of


def wired(kind: type[Wire]) -> type[Travel]:
    """Travels over such wires."""

    class Miswired(Travel):
        def _performance(self, passage: Passage, attempt: Attempt) -> Performance:
            good = super()._performance(passage, attempt)
            wire = good.wire
            if wire.translates:
                good.wire = kind(wire.caller, wire.provider, wire.strict)
            return good

    return Miswired


def spoken(kind: type[Translation]) -> type[Travel]:
    """Translates streams so."""

    @frozen
    class Misspoken(Wire):
        def reader(self, asked: Asked, *, now: float, strict: bool) -> Reader:
            return kind(self.provider.decoder(now=now), self.caller.encoder(asked, now=now))

    return wired(Misspoken)


class SaysDone(Travel):
    """Ends a translated stream with its last word before the error."""

    async def go(self, passage: Passage, reservation: Reservation) -> None:
        try:
            await super().go(passage, reservation)
        except StreamBroken:
            now, performance = passage.clock.now(), passage.performance
            if performance is not None and performance.wire.translates:
                encoder = performance.wire.caller.encoder(passage.request.asked, now=now)
                said = [encoder.write(event) for event in (Finished("stop"), Ended())]
                await passage.caller.write(said[-1])
            raise


class LosesTheLast(Translation):
    """Forgets the last piece of each block."""

    _kept: bytes = b""

    def _say(self, event: Event) -> bytes:
        before, self._kept = self._kept, b""
        said = super()._say(event)
        if isinstance(event, Delta):
            self._kept = said
            return before
        return said if isinstance(event, BlockEnded) else before + said


class MixesCalls(Translation):
    """Takes all arguments for the first call's."""

    _first: int | None = None

    def _say(self, event: Event) -> bytes:
        if isinstance(event, Delta) and event.part == "arguments":
            self._first = event.index if self._first is None else self._first
            event = evolve(event, index=self._first)
        return super()._say(event)


class CountsFromTheStart(Translation):
    """Takes what was counted at the beginning for all of it."""

    def _note(self, event: Event) -> None:
        if isinstance(event, UsageSaid) and self._known is not None:
            self._said = self._known
            return
        super()._note(event)


class EndsCleanly(Translation):
    """Takes a cut for an end."""

    def end(self) -> bytes:
        try:
            return super().end()
        except Cut:
            return b"".join(self._say(event) for event in (Finished("stop"), Ended()))


class PassesErrors(Translation):
    """Lets an error go on as its provider wrote it."""

    def _take(self, events: list[Bytes]) -> Passed:
        passed = super()._take(events)
        if self.failure is None:
            return passed
        return evolve(passed, raw=passed.raw + events[-1].raw)


class ForgetsCacheWrites(Translation):
    """Knows of no tokens that were written to a cache."""

    def _say(self, event: Event) -> bytes:
        if isinstance(event, UsageSaid):
            event = UsageSaid(evolve(event.usage, cache_write_tokens=0))
        return super()._say(event)


class ForgetsWhy(Translation):
    """Knows but one reason to end."""

    def _say(self, event: Event) -> bytes:
        return super()._say(Finished("stop") if isinstance(event, Finished) else event)


class LosesSignatures(Translation):
    """Leaves out what nobody reads."""

    def _say(self, event: Event) -> bytes:
        signed = isinstance(event, Delta) and event.part == "signature"
        return b"" if signed else super()._say(event)


class RenamesModels(Translation):
    """Says who was asked, not who answered."""

    def _say(self, event: Event) -> bytes:
        return super()._say(
            evolve(event, model="v-ordered") if isinstance(event, Started) else event
        )


@frozen
class AnswersWithErrors(Wire):
    """Tells an error's words as if they were an answer."""

    def give(self, headers: Mapping[str, str], body: bytes, *, now: float) -> Given:
        try:
            return super().give(headers, body, now=now)
        except UpstreamError as error:
            said = Answer("id", "m-one", (Choice((Text(str(error)),), "stop"),))
            return Given(self.caller.written(said, now=now).body, "application/json", None)


@frozen
class DropsInSilence(Wire):
    """Names nothing of what it leaves out."""

    def send(self, asked: Asked, provider: Provider, model: str) -> Sent:
        return Sent(super().send(asked, provider, model).body)


@frozen
class DropsTheSystem(Wire):
    """Leaves out who the model is to be."""

    def send(self, asked: Asked, provider: Provider, model: str) -> Sent:
        said = self.caller.conversation(asked)
        turns = tuple(turn for turn in said.turns if turn.role != "system")
        good = super().send(asked, provider, model)
        written = self.provider.request(evolve(said, turns=turns), model, of(provider, model))
        return evolve(good, body=written.body)


@frozen
class GivesOneOfMany(Wire):
    """Asks for one choice where more are wanted, however strict it is to be."""

    def send(self, asked: Asked, provider: Provider, model: str) -> Sent:
        return Wire(self.caller, self.provider, strict=False).send(asked, provider, model)
