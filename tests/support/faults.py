"""Every way for an answer to fail, each in one table: before it begins, and once it has."""

from collections.abc import Iterator

import pytest
from attrs import evolve, frozen

from src.domain.catalogue import Timeouts

from . import golden
from .behaviours import (
    begun,
    cut_after,
    empty_200,
    ends_early,
    error_event_after,
    hang_up,
    html,
    redirect,
    refused,
    reset_after,
    reset_at_once,
    silent,
    stall_after,
)
from .catalogue import CALM, HASTY
from .script import Behaviour, Close

#: For what begins well and then says nothing more, or never ends.
STALLING = evolve(CALM, idle=0.4, answer=0.6, drain=0.2)


@frozen
class Fault:
    """One way to fail: how often the provider is asked, and the word for it in the receipt."""

    name: str
    behaviour: Behaviour
    asked: int
    reason: str

    def __str__(self) -> str:
        return self.name


#: Two calls where one repeat on the same target is allowed (5xx, refused, reset), else one.
FAULTS = [
    Fault("500", refused(500, type="server_error"), 2, "server_error"),
    Fault("502", html(502), 2, "server_error"),
    Fault("503", refused(503, type="server_error"), 2, "server_error"),
    Fault("504", refused(504, type="server_error"), 2, "server_error"),
    Fault("529", refused(529, type="overloaded_error"), 2, "server_error"),
    Fault("401", refused(401), 1, "key_rejected"),
    Fault("403", refused(403), 1, "key_forbidden"),
    Fault("402", refused(402), 1, "out_of_credit"),
    Fault("429, no money", refused(429, name="insufficient_quota"), 1, "out_of_credit"),
    Fault("hangs up", hang_up(), 2, "connection_reset"),
    Fault("resets", reset_at_once(), 2, "connection_reset"),
    Fault("silent", silent(), 1, "timeout"),
    Fault("HTML", html(), 1, "bad_answer"),
    Fault("empty 200", empty_200(), 1, "bad_answer"),
    Fault("redirect", redirect("/v1/elsewhere"), 1, "bad_answer"),
]

each_fault = pytest.mark.parametrize("fault", FAULTS, ids=str)


@frozen
class Break:
    """One way for a stream to end badly, the caller's word for it, and how often the provider is
    asked when it happens before the first words: an error event that says 5xx is repeated once."""

    name: str
    after_one: Behaviour
    after_three: Behaviour
    code: str
    asked: int = 1

    def __str__(self) -> str:
        return self.name


BREAKS = [
    Break("cut in a chunk", cut_after(1), cut_after(3), "upstream_cut"),
    Break("ends early", ends_early(1), ends_early(3), "upstream_cut"),
    Break("closes", (*begun(1), Close()), (*begun(3), Close()), "upstream_cut"),
    Break("resets", reset_after(1), reset_after(3), "upstream_cut"),
    Break("stalls", stall_after(1), stall_after(3), "upstream_stalled"),
    Break("error event", error_event_after(1), error_event_after(3), "upstream_error", asked=2),
]

each_break = pytest.mark.parametrize("broken", BREAKS, ids=str)

#: The word of a receipt for what the caller's error event calls so.
_REASONS = {
    "upstream_cut": "cut",
    "upstream_stalled": "stalled",
    "upstream_error": "server_error",
}


@frozen
class StreamFault:
    """A fault as whole delivery meets it. `begun`: words had come, and are paid for."""

    name: str
    behaviour: Behaviour
    reason: str
    asked: int = 1
    begun: bool = False
    #: What the caller of a sole target is told.
    status: int = 502
    code: str = "all_attempts_failed"

    def __str__(self) -> str:
        return self.name

    @property
    def timeouts(self) -> Timeouts:
        """Short only where the fault is that a wait ran out: a slow machine is no fault."""
        return {"timeout": HASTY, "stalled": STALLING}.get(self.reason, CALM)


def every_break() -> Iterator[StreamFault]:
    """The two tables above, as faults of a stream."""
    for fault in FAULTS:
        yield StreamFault(fault.name, fault.behaviour, fault.reason, fault.asked)
    for broken in BREAKS:
        for place, behaviour in ((1, broken.after_one), (3, broken.after_three)):
            yield StreamFault(
                f"{broken.name} after {place}",
                behaviour,
                # A stall before the first words is a first event that did not come.
                "timeout" if (broken.name, place) == ("stalls", 1) else _REASONS[broken.code],
                broken.asked,
                begun=place == 3,
            )


def cuts_everywhere() -> Iterator[StreamFault]:
    """Before each event of a stream, up to its finish."""
    for place in range(len(golden.TEXT)):
        words = place > 1
        yield StreamFault(f"cut at {place}", cut_after(place), "cut", begun=words)
        if place:
            yield StreamFault(f"end at {place}", ends_early(place), "cut", begun=words)
        yield StreamFault(f"reset at {place}", reset_after(place), "cut", begun=words)
