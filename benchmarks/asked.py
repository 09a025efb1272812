"""A request as the books see it, with five limits in its way or none."""

from uuid import uuid4

from attrs import evolve

from src.domain import quota
from src.domain.catalogue import Limit
from src.domain.lines import UNLIMITED, Amounts, Limits
from src.domain.ports import Clock, Ledger
from src.domain.quota import Hold, Outcome
from src.domain.receipt import AttemptRecord, Receipt, Usage

CLIENT = "limited"
#: That many a caller has; none is ever reached.
FIVE = (
    Limit(f"client:{CLIENT}", "requests", "minute", 10**15),
    Limit(f"client:{CLIENT}", "tokens", "minute", 10**15),
    Limit(f"client:{CLIENT}", "concurrency", "total", 10**15),
    Limit(f"client:{CLIENT}", "tokens", "day", 10**15),
    Limit(f"client:{CLIENT}", "cost", "month", 10**15),
)
_LIMITS = {False: UNLIMITED, True: Limits.of(FIVE)}


async def booked(ledger: Ledger, clock: Clock, *, limited: bool) -> None:
    """Admitted and settled."""
    hold = asked(clock.now(), limited=limited)
    verdict = await ledger.admit(hold)
    assert verdict.admitted and len(verdict.headroom) == len(hold.lines)
    await ledger.settle(hold, served(hold))


def asked(now: float, *, limited: bool) -> Hold:
    return quota.hold(
        Receipt(uuid4().hex, now, CLIENT, "chat.completions", "m", stream=False),
        provider="p",
        amounts=Amounts(500, 400, 1_000_000),
        limits=_LIMITS[limited],
        until=now + 600,
        now=now,
    )


def served(hold: Hold) -> Outcome:
    usage = Usage(10, 90)
    attempt = AttemptRecord("p", "m", "k", "served", status=200, usage=usage, cost=900)
    return Outcome(
        evolve(
            hold.opened,
            ending="completed",
            status=200,
            usage=usage,
            cost=900,
            attempts=(attempt,),
        )
    )
