"""What a deployment lacks: which variable, what is wrong with it, and what is off until then."""

from collections.abc import Iterable
from typing import Literal

from attrs import frozen

HOW_TO_MAKE = "16 characters or more, hard to guess; `openssl rand -hex 24` prints one"

#: `same`: as another secret, so that who has the one has the other.
Fault = Literal["missing", "weak", "same"]
#: Without clients or a provider nothing is served; without the others the rest is.
Part = Literal["clients", "admin", "signing", "provider", "store"]
NEEDED: frozenset[Part] = frozenset({"clients", "provider"})


@frozen
class Lack:
    """`other`: the variable that has the same secret."""

    part: Part
    variable: str
    fault: Fault = "missing"
    other: str = ""

    @property
    def closes(self) -> bool:
        """Is nothing served until it is there?"""
        return self.part in NEEDED


def sentence(lack: Lack) -> str:
    """What is wrong with a secret, and how to mend it."""
    wrong = {
        "missing": "is not set",
        "weak": "is too weak",
        "same": f"is the same as {lack.other}: who has the one would have the other",
    }
    return f"{lack.variable} {wrong[lack.fault]}. Set it to {HOW_TO_MAKE}."


def why_off(part: Part, lacks: Iterable[Lack]) -> str | None:
    """Why that part is off; None: it is not."""
    return next((sentence(lack) for lack in lacks if lack.part == part), None)
