"""Targets and fallbacks, as a text or a table says them."""

from ...domain.catalogue import Target
from .records import TargetRecord


def target(said: str | TargetRecord, known: frozenset[str], *, alone: bool = False) -> Target:
    """The target a text or table stands for. `alone`: a provider's name without a model is a
    target too."""
    if isinstance(said, TargetRecord):
        return Target(said.provider, said.model, weight=said.weight, tier=said.tier)
    if alone and said in known:
        return Target(said, "")
    for mark in "/:":
        left, _, right = said.partition(mark)
        if right and left in known:
            return Target(left, right)
    return Target(None, said)


def fallback(said: str | TargetRecord, known: frozenset[str]) -> Target:
    """As a target, but a name that is not known is a provider's, misspelt."""
    found = target(said, known, alone=True)
    if found.provider is not None or isinstance(said, TargetRecord):
        return found
    left, _, right = said.replace(":", "/", 1).partition("/")
    return Target(left, right)
