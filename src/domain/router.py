"""plan(): which targets, in which order, and why. Resolution happens here, visibly, and once."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from random import Random

from attrs import frozen

from .catalogue import Delivery, Provider, Route, Strategy, Target
from .errors import ModelNotFound
from .index import Index

#: More targets than this are refused when the configuration loads; a plan stops there.
MOST_TARGETS = 16


@frozen
class Ask:
    """What of a request matters for routing."""

    model: str
    endpoint: str = "chat.completions"
    stream: bool = False
    client: str = ""
    headers: Mapping[str, str] = {}
    fallbacks: tuple[str, ...] = ()


@frozen
class Stop:
    """One target of a plan, with the reason why it is there."""

    provider: Provider
    model: str
    why: str

    @property
    def name(self) -> str:
        return f"{self.provider.name}/{self.model}"


@frozen
class Plan:
    """Where a request may go, in order, and how long it waits for the preferred target's keys."""

    stops: tuple[Stop, ...]
    patience: float = 0.0
    longest_pause: float = 2.5
    delivery: Delivery = "live"


@frozen
class _Chain:
    """Targets that were found for a name, before they are ordered and expanded."""

    targets: tuple[Target, ...]
    why: str
    strategy: Strategy = "ordered"
    explicit: bool = False
    patience: float = 0.0
    longest_pause: float | None = None
    delivery: Delivery | None = None


def plan(ask: Ask, index: Index, *, turn: int, dice: Random) -> Plan:
    """Orders the targets for a request. `turn` moves rotations on by one a request. Raises
    ModelNotFound, with near names, when the asked model leads nowhere."""
    chain = _chain(ask, index)
    if not chain.targets:
        raise ModelNotFound(_not_found(ask.model, index), param="model")
    stops = _expand(chain, ask.model, index, turn=turn, dice=dice, seen=frozenset())
    for name in ask.fallbacks:
        extra = _named(name, index)
        if not extra.targets:
            raise ModelNotFound(_not_found(name, index), param="x-relay-fallbacks")
        stops += _expand(extra, name, index, turn=turn, dice=dice, seen=frozenset())
    first: dict[str, Stop] = {}
    for stop in stops:
        first.setdefault(stop.name, stop)
    if not first:
        raise ModelNotFound(_not_found(ask.model, index), param="model")
    pause = chain.longest_pause
    return Plan(
        stops=tuple(first.values())[:MOST_TARGETS],
        patience=chain.patience,
        longest_pause=index.snapshot.longest_pause if pause is None else pause,
        delivery=_delivery(chain, index),
    )


def resolves(name: str, index: Index) -> bool:
    """Does this model name lead anywhere?"""
    return bool(_named(name, index).targets)


def _chain(ask: Ask, index: Index) -> _Chain:
    for route in index.routes:
        if _matches(route, ask):
            return _Chain(
                targets=route.targets,
                why=f"route {route.name}",
                strategy=route.strategy,
                explicit=len(route.targets) > 1,
                patience=route.patience,
            )
    return _named(ask.model, index)


def _named(name: str, index: Index) -> _Chain:
    if virtual := index.virtual_models.get(name):
        return _Chain(
            targets=virtual.targets,
            why=f"virtual model {name}",
            strategy=virtual.strategy,
            # One target is an alias: what follows it is its provider's own chain.
            explicit=len(virtual.targets) > 1,
            patience=virtual.patience,
            longest_pause=virtual.waits,
            delivery=virtual.delivery,
        )
    why, targets = index.resolve(name)
    return _Chain(targets=targets, why=why, strategy="round_robin")


def _delivery(chain: _Chain, index: Index) -> Delivery:
    """As the virtual model says; a route that leads to one first delivers as that one does."""
    if chain.delivery is not None:
        return chain.delivery
    virtual = index.virtual_models.get(chain.targets[0].model)
    return virtual.delivery if virtual and chain.targets[0].provider is None else "live"


def _expand(
    chain: _Chain, asked: str, index: Index, *, turn: int, dice: Random, seen: frozenset[str]
) -> list[Stop]:
    stops: list[Stop] = []
    for target in _ordered(chain, turn, dice):
        if target.provider is None:
            # A name inside a chain: another virtual model, or a model to resolve. Cycles are
            # refused when the configuration loads; `seen` keeps a bad snapshot from looping.
            if target.model and target.model not in seen:
                inner = _named(target.model, index)
                stops += _expand(
                    inner, target.model, index, turn=turn, dice=dice, seen=seen | {target.model}
                )
        elif (provider := index.providers.get(target.provider)) is not None:
            stops.append(Stop(provider, target.model or asked, chain.why))
    if not chain.explicit:
        stops += _fallbacks(stops, index)
    return stops


def _fallbacks(stops: list[Stop], index: Index) -> list[Stop]:
    found: list[Stop] = []
    queue = list(stops)
    seen = {stop.name for stop in stops}
    while queue and len(seen) < MOST_TARGETS * 2:
        stop = queue.pop(0)
        for target in stop.provider.fallbacks:
            provider = index.providers.get(target.provider or "")
            if provider is None:
                continue
            follower = Stop(
                provider, target.model or stop.model, f"fallback of {stop.provider.name}"
            )
            if follower.name not in seen:
                seen.add(follower.name)
                found.append(follower)
                queue.append(follower)
    return found


def _ordered(chain: _Chain, turn: int, dice: Random) -> list[Target]:
    tiers = sorted({target.tier for target in chain.targets})
    ordered: list[Target] = []
    for tier in tiers:
        same = [target for target in chain.targets if target.tier == tier]
        if chain.strategy == "round_robin":
            start = turn % len(same)
            same = same[start:] + same[:start]
        elif chain.strategy == "weighted" and not ordered:
            first = dice.choices(same, weights=[target.weight for target in same])[0]
            same = [first, *(target for target in same if target is not first)]
        ordered += same
    return ordered


def _matches(route: Route, ask: Ask) -> bool:
    when = route.when
    return (
        (when.model is None or fnmatchcase(ask.model, when.model))
        and (when.endpoint is None or fnmatchcase(ask.endpoint, when.endpoint))
        and (when.client is None or fnmatchcase(ask.client, when.client))
        and (when.stream is None or when.stream == ask.stream)
        and all(
            name.lower() in ask.headers and fnmatchcase(ask.headers[name.lower()], glob)
            for name, glob in when.headers
        )
    )


def _not_found(name: str, index: Index) -> str:
    near = index.near(name)
    hint = f" Did you mean {', '.join(near)}?" if near else " GET /v1/models lists what there is."
    return f"The model '{name[:200]}' is not known here.{hint}"
