"""Planted bugs: worlds that cannot find them would find nothing."""

import pytest
from attrs import evolve
from dependency_injector import providers

from src.application.books import Books
from src.application.caller import Caller
from src.application.health import Health
from src.application.passage import Passage
from src.application.relay import Relay
from src.application.request import Request
from src.domain.errors import Refusal, StreamBroken, UpstreamError
from src.domain.journey import Attempt
from src.domain.key_pool import Rest
from src.domain.quota import Hold, KnownRest, Outcome
from src.domain.router import Plan
from src.entrypoints.container import Container

from . import seeds
from .world import Sabotage


class ForgetsWhoLeft(Books):
    """Does not settle for callers who left."""

    async def settle(self, hold: Hold, outcome: Outcome) -> None:
        if outcome.receipt.ending != "client_gone":
            await super().settle(hold, outcome)


class SettlesTwice(Books):
    """Settles what was served once more."""

    async def settle(self, hold: Hold, outcome: Outcome) -> None:
        await super().settle(hold, outcome)
        if outcome.receipt.ending == "completed":
            await super().settle(hold, outcome)


class SaysDone(Relay):
    """Ends a broken stream with [DONE] before the error."""

    async def _travel(self, passage: Passage) -> None:
        try:
            await super()._travel(passage)
        except StreamBroken:
            await passage.caller.write(b"data: [DONE]\n\n")
            raise


class EndsCleanly(Relay):
    """Takes a broken stream for a complete one."""

    async def _travel(self, passage: Passage) -> None:
        try:
            await super()._travel(passage)
        except StreamBroken:
            await passage.caller.finish()


class TriesOn(Relay):
    """Goes on to the next target after the answer had begun."""

    async def _perform(self, passage: Passage, attempt: Attempt) -> UpstreamError | None:
        try:
            return await super()._perform(passage, attempt)
        except StreamBroken as broken:
            return broken.cause


class LeavesTheDoorOpen(Relay):
    """Needs no lease."""

    async def _leased(self, passage: Passage, attempt: Attempt) -> bool:
        return await self._attempt(passage, attempt)


class TellsAll(Passage):
    """Passes a provider's words on as they are."""

    def safe(self, refusal: Refusal) -> Refusal:
        return refusal


class Babbles(Relay):
    """Takes no key out of what a provider says."""

    def _begin(self, request: Request, caller: Caller, plan: Plan) -> Passage:
        good = super()._begin(request, caller, plan)
        return TellsAll(good.clock, good.request, good.caller, good.journey, good.deadline)


class HasTime(Relay):
    """Takes a minute more than the caller allows."""

    def _begin(self, request: Request, caller: Caller, plan: Plan) -> Passage:
        good = super()._begin(request, caller, plan)
        journey = evolve(good.journey, deadline=good.journey.deadline + 60.0)
        return Passage(good.clock, good.request, good.caller, journey, good.deadline + 60.0)


class WakesKeys(Health):
    """Lets no key rest for longer than a moment."""

    def failed(self, attempt: Attempt, error: UpstreamError, now: float) -> KnownRest | None:
        rest = super().failed(attempt, error, now)
        if rest is not None:
            self._rests[rest.key, rest.model] = Rest(now + 0.05)
        return rest


class HearsNothing(Health):
    """Takes over nothing that other instances learned."""

    def merge(self, rests: object) -> None:
        pass


def relay(kind: type[Relay]) -> Sabotage:
    """Puts this relay in the place of the good one."""

    def plant(container: Container) -> None:
        container.relay.override(
            providers.Singleton(
                kind,
                books=container.books,
                upstream=container.upstream,
                clock=container.clock,
                observer=container.observer,
                health=container.health,
                dice=container.dice,
            )
        )

    return plant


def books(kind: type[Books]) -> Sabotage:
    """Puts these books in the place of the good ones."""

    def plant(container: Container) -> None:
        made = providers.Singleton(
            kind, container.ledger, container.leases, container.clock, container.observer
        )
        container.books.override(made)

    return plant


def health(kind: type[Health]) -> Sabotage:
    """Puts this health in the place of the good one."""

    def plant(container: Container) -> None:
        container.health.override(providers.Singleton(kind, container.observer, container.dice))

    return plant


@pytest.mark.parametrize(
    ("law", "sabotage"),
    [
        pytest.param("I2", books(ForgetsWhoLeft), id="settle-skipped"),
        pytest.param("I2", books(SettlesTwice), id="settled-twice"),
        pytest.param("I1", relay(SaysDone), id="done-after-an-error"),
        pytest.param("I1", relay(EndsCleanly), id="clean-end-on-a-cut"),
        pytest.param("I10", relay(TriesOn), id="retry-after-commit"),
        pytest.param("I7", relay(LeavesTheDoorOpen), id="probes-without-lease"),
        pytest.param("I8", relay(Babbles), id="key-told"),
        pytest.param("time", relay(HasTime), id="deadline-missed"),
        pytest.param("I6", health(WakesKeys), id="rest-shortened"),
        pytest.param("I6", health(HearsNothing), id="rest-of-others-ignored"),
    ],
)
def test_a_planted_bug_is_found(law: str, sabotage: Sabotage) -> None:
    """
    Within the usual seeds some world breaks the law that the bug is about.
    """
    broken = (seeds.broken(seed, sabotage) for seed in range(seeds.USUAL))
    named = ({what.split(": ")[1] for what in some} for some in broken)

    assert any(law in laws for laws in named)
