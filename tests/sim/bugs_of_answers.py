"""Bugs to plant around answers: read on, kept to be given again, and told whose they are."""

from collections.abc import Iterator
from contextlib import contextmanager

from src.application.caller import Caller
from src.application.delivery import Delivery
from src.application.drains import Drains
from src.application.passage import Passage
from src.application.relay import Relay
from src.application.request import Request
from src.application.travel import Travel
from src.domain import idempotency
from src.domain.idempotency import Claim
from src.domain.receipt import Ending, Usage
from src.domain.router import Plan


class NeverReadsOn(Drains):
    """Has no place for anybody: an estimate is always good enough."""

    @contextmanager
    def _place(self) -> Iterator[bool]:
        yield False


class KeepsNothing(Travel):
    """Keeps no answers, though it was told to."""

    def _delivery(self, passage: Passage) -> Delivery:
        self.keeps_answers = False
        return super()._delivery(passage)


class OneKeyring(Relay):
    """Takes the same key for the same, whoever sends it."""

    def _claim(self, request: Request) -> Claim | None:
        key = request.knobs.idempotency_key
        body, now = request.asked.document.body, self.clock.now()
        if not key:
            return None
        return idempotency.claim(
            key, client="anybody", endpoint=request.endpoint, body=body, now=now
        )


class TakesTheAbandoned(Relay):
    """Tells what an abandoned attempt used as what the request used."""

    def _begin(self, request: Request, caller: Caller, plan: Plan) -> Passage:
        good = super()._begin(request, caller, plan)
        return Greedy(good.clock, good.request, good.caller, good.journey, good.deadline)


class Greedy(Passage):
    """Takes whatever was used last for its own."""

    def _usage(self, ending: Ending) -> Usage | None:
        return self.performance.usage if self.performance else None
