"""Two things that ask for the same: allowed, and worth saying."""

from collections.abc import Iterator

from ..catalogue import Route, Snapshot
from .names import Names


def prefixes(snapshot: Snapshot) -> Iterator[str]:
    """One prefix at several providers: requests for it go to all of them in turn."""
    owners: dict[str, list[str]] = {}
    for provider in snapshot.providers:
        for prefix in dict.fromkeys(provider.prefixes):
            owners.setdefault(prefix, []).append(provider.name)
    for prefix, who in owners.items():
        if len(who) > 1:
            yield (
                f"The prefix `{prefix}` is declared by {' and '.join(who)}, which take turns; "
                f"write `{who[0]}/{prefix}...` to mean one of them."
            )


def hidden_models(snapshot: Snapshot) -> Iterator[str]:
    """A virtual model of the name of a declared one: the virtual model is meant."""
    declared = Names.of(snapshot).index.declared
    for model in snapshot.virtual_models:
        if owners := declared.get(model.name):
            yield (
                f"The virtual model `{model.name}` hides the model of that name at "
                f"{' and '.join(owners)}; write `{owners[0]}/{model.name}` to reach it."
            )


def shadowed_routes(snapshot: Snapshot) -> Iterator[str]:
    """A route behind one with the very same conditions."""
    seen: list[Route] = []
    for route in sorted(snapshot.routes, key=lambda r: -r.priority):
        earlier = next((r for r in seen if r.when == route.when), None)
        if route.enabled and earlier:
            yield f"The route `{route.name}` is never used: `{earlier.name}` has the same `when`."
        if route.enabled:
            seen.append(route)
