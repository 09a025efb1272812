"""Clocks that disagree: with the store, a provider, or a relay somewhere else."""

from collections.abc import Iterator

from .findings import Finding, Group, Values, note, warning

#: A `Date` header has whole seconds, and an answer has been on its way.
BLURRED = 2.0
#: Limits by the minute and keys that expire are wrong by as much.
TOLERABLE = 30.0


def skew(group: Group, ahead: float | None, who: str, about: str = "") -> Iterator[Finding]:
    """`ahead`: by how many seconds the other clock is ahead of this machine's; None: not known."""
    if ahead is None or abs(ahead) <= BLURRED:
        return
    values: Values = {"who": who, "seconds": round(ahead, 1)}
    if abs(ahead) <= TOLERABLE:
        yield note(group, "doctor_clock_apart", "doctor_clock_mend", values, about=about)
    else:
        yield warning(group, "doctor_clock_apart", "doctor_clock_mend", values, about=about)
