"""Did a stream come as it was sent, or was it held back on the way?"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal

from attrs import frozen

from .findings import Finding, Group, Values, milliseconds, note, ok, problem, warning

#: Closer together than this, two events came at once.
TOGETHER = 0.01
#: Less of the time it was sent over than this, and a stream did not come as it was sent.
HELD, BATCHED = 0.3, 0.5
How = Literal["live", "batches", "held"]


@frozen
class Heard:
    """A stream whose sender says when each event went out: instants in seconds, each list by its
    own clock. `expected`: how many events there are; `encoded`: its content-encoding."""

    sent: Sequence[float]
    arrived: Sequence[float]
    expected: int
    encoded: str = ""
    status: int = 200
    failure: str = ""


def how(heard: Heard) -> How:
    """`held`: all at once at the end; `batches`: several at a time."""
    sending = heard.sent[-1] - heard.sent[0]
    arriving = heard.arrived[-1] - heard.arrived[0]
    if arriving < HELD * sending:
        return "held"
    return "batches" if moments(heard.arrived) < BATCHED * len(heard.arrived) else "live"


def moments(arrived: Sequence[float]) -> int:
    """At how many different moments something came."""
    pairs = pairwise(arrived)
    return min(1, len(arrived)) + sum(later - earlier > TOGETHER for earlier, later in pairs)


def own_findings(heard: Heard) -> Iterator[Finding]:
    """What the relay's own slow stream tells of all that stands in front of it."""
    if heard.status == 404:
        yield note("stream", "doctor_stream_untested", "doctor_stream_untested_mend")
        return
    if heard.failure or len(heard.arrived) < max(2, heard.expected):
        reason = heard.failure or f"{len(heard.arrived)}/{heard.expected}"
        yield problem("stream", "doctor_stream_cut", "doctor_stream_cut_mend", {"reason": reason})
        return
    over: Values = {
        "count": len(heard.arrived),
        "sent": milliseconds(heard.sent[-1] - heard.sent[0]),
        "arrived": milliseconds(heard.arrived[-1] - heard.arrived[0]),
    }
    match how(heard):
        case "held":
            yield problem("stream", "doctor_stream_held", "doctor_stream_held_mend", over)
        case "batches":
            told = {**over, "moments": moments(heard.arrived)}
            yield warning("stream", "doctor_stream_batches", "doctor_stream_held_mend", told)
        case "live":
            yield ok("stream", "doctor_stream_live", over)
    if heard.encoded:
        told = {"encoding": heard.encoded}
        yield warning("stream", "doctor_stream_encoded", "doctor_stream_encoded_mend", told)


def answer_findings(group: Group, about: str, arrived: Sequence[float]) -> Iterator[Finding]:
    """What a model's stream tells, whose events say not when they were sent: a short answer may
    come at once in all honesty, so it is no more than a note."""
    if len(arrived) < 2:
        return
    values: Values = {"count": len(arrived), "arrived": milliseconds(arrived[-1] - arrived[0])}
    if moments(arrived) < 2:
        yield note(
            group, "doctor_answer_at_once", "doctor_answer_at_once_mend", values, about=about
        )
    else:
        yield ok(group, "doctor_answer_streams", values, about=about)
