"""What a name in a configuration can stand for, and what a misspelt one may have meant."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from attrs import evolve, frozen

from ..catalogue import Snapshot
from ..index import Index

Choice = tuple[str, str]  # provider, model


def near(name: str, known: Iterable[str]) -> str:
    """The mend for a misspelt name, or "" when nothing known is like it."""
    found = get_close_matches(name[:256], sorted(set(known)), n=3, cutoff=0.6)
    return f"Did you mean {' or '.join(f'`{each}`' for each in found)}?" if found else ""


@frozen
class Names:
    """The names of a snapshot. Those of a disabled provider count: it may be enabled again."""

    index: Index
    virtual: Mapping[str, tuple[str, ...]]  # each with the bare names among its targets

    @classmethod
    def of(cls, snapshot: Snapshot) -> "Names":
        every = tuple(evolve(provider, enabled=True) for provider in snapshot.providers)
        virtual = {
            model.name: tuple(t.model for t in model.targets if t.provider is None)
            for model in snapshot.virtual_models
        }
        return cls(Index.of(evolve(snapshot, providers=every)), virtual)

    def choices(self, name: str) -> frozenset[Choice]:
        """Where a name that is not a virtual model leads; empty: nowhere."""
        _why, targets = self.index.resolve(name)
        return frozenset((target.provider or "", target.model) for target in targets)

    def suggestion(self, name: str) -> str:
        """What a name that leads nowhere may have meant."""
        providers = self.index.providers
        known = [*self.virtual, *self.index.declared, *providers]
        known += [f"{p.name}/{model}" for p in providers.values() for model in p.models]
        left = re.split("[/:]", name, maxsplit=1)[0]
        return near(name, known) or near(left, providers)
