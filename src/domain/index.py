"""A snapshot, indexed once, so that planning a request looks things up and never searches."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from attrs import frozen

from .catalogue import ClientKey, Provider, Route, Snapshot, Target, VirtualModel
from .lines import Limits

#: What may end a declared prefix (design, section 5): a bare `gpt` would hijack `gptx-1`.
PREFIX_ENDS = ("-", ".", "_", "/", ":")


@frozen
class Index:
    """Look-ups over one snapshot."""

    snapshot: Snapshot
    providers: Mapping[str, Provider]
    virtual_models: Mapping[str, VirtualModel]
    routes: tuple[Route, ...]
    declared: Mapping[str, tuple[str, ...]]
    prefixes: tuple[tuple[str, str], ...]
    client_keys: Mapping[bytes, ClientKey]
    limits: Limits

    @classmethod
    def of(cls, snapshot: Snapshot) -> "Index":
        """Indexes the enabled records of a snapshot."""
        providers = {p.name: p for p in snapshot.providers if p.enabled}
        return cls(
            snapshot=snapshot,
            providers=providers,
            virtual_models={v.name: v for v in snapshot.virtual_models},
            routes=tuple(
                sorted((r for r in snapshot.routes if r.enabled), key=lambda r: -r.priority)
            ),
            declared=_declared(providers.values()),
            prefixes=_prefixes(providers.values()),
            client_keys={k.digest: k for k in snapshot.client_keys if k.enabled},
            limits=Limits.of(snapshot.limits),
        )

    def resolve(self, name: str) -> tuple[str, tuple[Target, ...]]:
        """Why, and where, a plain model name leads, without routes and virtual models; () if
        nowhere. The order is design section 5: declared id, `provider/model`, longest prefix."""
        if owners := self.declared.get(name):
            return "declared", tuple(Target(owner, name) for owner in owners)
        if target := self.addressed(name):
            return "addressed", (target,)
        for prefix, _owner in self.prefixes:
            if name.startswith(prefix):
                longest = tuple(o for p, o in self.prefixes if p == prefix)
                return f"prefix {prefix}", tuple(Target(o, name) for o in longest)
        return "", ()

    def addressed(self, name: str) -> Target | None:
        """`provider/model` or `provider:model`, if the left part is a configured provider."""
        for mark in ("/", ":"):
            left, found, right = name.partition(mark)
            if found and right and left in self.providers:
                return Target(left, right)
        return None

    def names(self) -> tuple[str, ...]:
        """Every name a caller may see, virtual models first, each once."""
        visible = (v.name for v in self.virtual_models.values() if not v.hidden)
        return tuple(dict.fromkeys((*visible, *self.declared)))

    def near(self, name: str) -> tuple[str, ...]:
        """Up to three names that look like the one asked for."""
        by_folded = {each.casefold(): each for each in self.names()}
        near = get_close_matches(name[:256].casefold(), by_folded, n=3, cutoff=0.5)
        return tuple(by_folded[each] for each in near)


def _declared(providers: Iterable[Provider]) -> dict[str, tuple[str, ...]]:
    owners: dict[str, tuple[str, ...]] = {}
    for provider in providers:
        for model in dict.fromkeys(provider.models):
            owners[model] = (*owners.get(model, ()), provider.name)
    return owners


def _prefixes(providers: Iterable[Provider]) -> tuple[tuple[str, str], ...]:
    pairs = [(prefix, p.name) for p in providers for prefix in dict.fromkeys(p.prefixes)]
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))
