"""Do targets and fallbacks lead somewhere, come to an end, and stay within bounds?"""

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from ..catalogue import Route, Snapshot, Target, VirtualModel
from ..errors import Problem
from ..router import MOST_TARGETS
from .names import Choice, Names, near

Graph = Mapping[str, tuple[str, ...]]


def targets(snapshot: Snapshot, names: Names) -> Iterator[Problem]:
    """Every target and fallback that names nothing, and every number out of bounds."""
    if not 0 <= snapshot.longest_pause < float("inf"):
        yield Problem("longest_pause", "is not 0 or above.", "Give seconds, 0 for never.")
    for path, plan in _plans(snapshot):
        yield from _plan(path, plan)
        for j, target in enumerate(plan.targets):
            yield from _target(f"{path}.targets[{j}]", target, names)
            if isinstance(plan, VirtualModel) and target.provider is not None and not target.model:
                mend = "Write it as `provider/model`."
                yield Problem(f"{path}.targets[{j}]", "names a provider and no model.", mend)
    for i, provider in enumerate(snapshot.providers):
        for j, target in enumerate(provider.fallbacks):
            yield from _target(f"providers[{i}].fallbacks[{j}]", target, names)


def _plans(snapshot: Snapshot) -> Iterator[tuple[str, VirtualModel | Route]]:
    for i, model in enumerate(snapshot.virtual_models):
        yield f"virtual_models[{i}]", model
    for i, route in enumerate(snapshot.routes):
        yield f"routes[{i}]", route


def _plan(path: str, plan: VirtualModel | Route) -> Iterator[Problem]:
    if not plan.targets:
        yield Problem(f"{path}.targets", "is empty.", "Name at least one target.")
    if not 0 <= plan.patience < float("inf"):
        yield Problem(f"{path}.patience", "is not 0 or above.", "Give seconds, 0 for none.")
    waits = plan.waits if isinstance(plan, VirtualModel) else None
    if waits is not None and not 0 <= waits < float("inf"):
        yield Problem(f"{path}.waits", "is not 0 or above.", "Give seconds, 0 for never.")


def _target(path: str, target: Target, names: Names) -> Iterator[Problem]:
    if target.weight < 1:
        yield Problem(f"{path}.weight", "is below 1.", "Use a whole number from 1.")
    known = names.index.providers
    if target.provider is not None and target.provider not in known:
        mend = near(target.provider, known) or "Add it under `providers`."
        yield Problem(path, f"there is no provider `{target.provider}`.", mend)
    bare = target.provider is None and target.model not in names.virtual
    if bare and not names.choices(target.model):
        what = f"`{target.model}` is no virtual model, no declared model and fits no prefix."
        mend = names.suggestion(target.model) or "Write it as `provider/model`."
        yield Problem(path, what, mend)


def cycles(snapshot: Snapshot, names: Names) -> Iterator[Problem]:
    """One problem for each ring among virtual models, and among the fallbacks of providers."""
    yield from _rings("providers", "fallbacks", _fallbacks(snapshot))
    yield from _rings("virtual_models", "targets", names.virtual)


def _fallbacks(snapshot: Snapshot) -> Graph:
    return {
        provider.name: tuple(t.provider for t in provider.fallbacks if t.provider is not None)
        for provider in snapshot.providers
    }


def _rings(section: str, edge: str, graph: Graph) -> Iterator[Problem]:
    """A ring is taken out when it is found, and the rest looked at again."""
    positions = {name: i for i, name in enumerate(graph)}
    rest = {name: set(after) & set(graph) for name, after in graph.items()}
    while ring := _ring(rest):
        way = " -> ".join(f"`{name}`" for name in reversed(ring))
        first = min(ring, key=positions.__getitem__)
        mend = "Leave one of them out; a provider's own model is meant by `provider/model`."
        yield Problem(f"{section}[{positions[first]}].{edge}", f"goes round: {way}.", mend)
        rest = {name: after for name, after in rest.items() if name not in ring}


def _ring(graph: Mapping[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def fan_out(snapshot: Snapshot, names: Names) -> Iterator[Problem]:
    """More than 16 targets behind one name are a mistake, not a plan (design, section 5)."""
    if _ring({name: set(after) for name, after in names.virtual.items()}):
        return  # without an end there is no count
    reach: dict[str, frozenset[Choice]] = {}
    plans = {model.name: model.targets for model in snapshot.virtual_models}
    for name in TopologicalSorter(names.virtual).static_order():
        reach[name] = _reach(plans[name], names, reach) if name in plans else names.choices(name)
    for path, plan in _plans(snapshot):
        if len(_reach(plan.targets, names, reach)) > MOST_TARGETS:
            yield Problem(f"{path}.targets", f"leads to more than {MOST_TARGETS} targets.")
    for i, provider in enumerate(snapshot.providers):
        if len(provider.fallbacks) + 1 > MOST_TARGETS or _descent(snapshot, provider.name):
            what = f"with the provider itself, leads to more than {MOST_TARGETS} targets."
            yield Problem(f"providers[{i}].fallbacks", what)


def _reach(
    targets: tuple[Target, ...], names: Names, reach: Mapping[str, frozenset[Choice]]
) -> frozenset[Choice]:
    """Where targets lead; beyond the bound it does not matter where, so it is cut off there."""
    found: set[Choice] = set()
    for target in targets:
        if target.provider is not None:
            found.add((target.provider, target.model))
        else:
            inner = reach.get(target.model)
            found |= names.choices(target.model) if inner is None else inner
    return frozenset(sorted(found)[: MOST_TARGETS + 1])


def _descent(snapshot: Snapshot, name: str) -> bool:
    """Are there too many providers to fall back to, one after the other?"""
    graph = _fallbacks(snapshot)
    found, todo = {name}, [name]
    while todo:
        fresh = [other for other in graph.get(todo.pop(), ()) if other not in found]
        found.update(fresh)
        todo.extend(fresh)
    return len(found) > MOST_TARGETS
