"""A finding: how bad it is, what was seen, how to mend it. Its sentences are in `src/locales`."""

from collections.abc import Iterable, Mapping
from typing import Literal

from attrs import frozen

#: `problem`: something does not work, or is not safe; `warning`: it will not, or works badly.
Level = Literal["ok", "note", "warning", "problem"]
#: In the order they are shown.
Group = Literal[
    "configuration", "secrets", "machine", "hosting", "store", "providers", "relay", "stream"
]
LEVELS: tuple[Level, ...] = ("ok", "note", "warning", "problem")
Value = str | int | float
Values = Mapping[str, Value]
NOTHING: Values = {}


@frozen
class Finding:
    """`id` and `mend` are those of sentences; `about`: which one of several (a provider, a key)."""

    group: Group
    level: Level
    id: str
    values: Values
    mend: str = ""
    about: str = ""


def ok(group: Group, id: str, values: Values = NOTHING, *, about: str = "") -> Finding:
    """As it should be."""
    return Finding(group, "ok", id, values, about=about)


def note(
    group: Group, id: str, mend: str = "", values: Values = NOTHING, *, about: str = ""
) -> Finding:
    """Worth knowing; there may be nothing to do."""
    return Finding(group, "note", id, values, mend, about)


def warning(
    group: Group, id: str, mend: str, values: Values = NOTHING, *, about: str = ""
) -> Finding:
    """It works, and will not for ever, or not well."""
    return Finding(group, "warning", id, values, mend, about)


def problem(
    group: Group, id: str, mend: str, values: Values = NOTHING, *, about: str = ""
) -> Finding:
    """It does not work, or is not safe."""
    return Finding(group, "problem", id, values, mend, about)


def worst(findings: Iterable[Finding]) -> Level:
    """The highest level among them; `ok` where there are none."""
    return max((finding.level for finding in findings), key=LEVELS.index, default="ok")


def counts(findings: Iterable[Finding]) -> dict[Level, int]:
    """How many of each level."""
    levels = [finding.level for finding in findings]
    return {level: levels.count(level) for level in LEVELS}


def milliseconds(seconds: float) -> float:
    """For people: whole ones, but below ten with a decimal."""
    found = seconds * 1000
    return round(found, 1) if found < 10 else round(found)
