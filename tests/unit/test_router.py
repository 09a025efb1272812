"""Which targets a request gets, in which order, and why."""

from collections import Counter
from random import Random

import pytest
from attrs import evolve

from src.domain.catalogue import (
    Provider,
    ProviderKey,
    Route,
    Snapshot,
    Strategy,
    Target,
    VirtualModel,
    When,
)
from src.domain.errors import ModelNotFound
from src.domain.index import Index
from src.domain.router import MOST_TARGETS, Ask, Plan, plan, resolves


def provider(name: str, *models: str, fallbacks: tuple[Target, ...] = ()) -> Provider:
    return Provider(
        name,
        f"https://{name}.example/v1",
        keys=(ProviderKey(name[0], f"sk-{name}"),),
        models=models,
        prefixes=(f"{name}-",),
        fallbacks=fallbacks,
    )


A, B, C = provider("a", "m", "m-a"), provider("b", "m", "n"), provider("c", "o")


def virtual(*targets: Target, strategy: Strategy = "ordered") -> VirtualModel:
    return VirtualModel("v", targets, strategy=strategy)


def index_of(*models: VirtualModel, routes: tuple[Route, ...] = (), **more: Provider) -> Index:
    providers = {"a": A, "b": B, "c": C, **more}
    return Index.of(Snapshot(tuple(providers.values()), models, routes))


def planned(ask: Ask | str, index: Index, *, turn: int = 0, seed: int = 0) -> Plan:
    whole = Ask(ask) if isinstance(ask, str) else ask
    return plan(whole, index, turn=turn, dice=Random(seed))


def names(ask: Ask | str, index: Index, *, turn: int = 0, seed: int = 0) -> list[str]:
    return [stop.name for stop in planned(ask, index, turn=turn, seed=seed).stops]


PLAIN = [
    ("m", ["a/m", "b/m"]),  # two declare it: both, in rotation
    ("n", ["b/n"]),
    ("a/anything", ["a/anything"]),
    ("a:anything", ["a/anything"]),
    ("a/x/y:z", ["a/x/y:z"]),
    ("a:x/y", ["a/x/y"]),
    ("b/m", ["b/m"]),  # addressed: that provider and no other
    ("c-next", ["c/c-next"]),
]


@pytest.mark.parametrize(("asked", "expected"), PLAIN, ids=[row[0] for row in PLAIN])
def test_a_plain_name_leads_where_the_design_says(asked: str, expected: list[str]) -> None:
    """Declared ids, `provider/model`, `provider:model` and prefixes each find their targets."""
    assert expected == names(asked, index_of())


@pytest.mark.parametrize("asked", ["M", "nobody/m", "a/", "cnext", "", "v"])
def test_what_leads_nowhere_is_not_found(asked: str) -> None:
    """A name of nobody's is refused, in whatever case, and names the field."""
    with pytest.raises(ModelNotFound) as caught:
        planned(asked, index_of())

    assert "model" == caught.value.param


def test_an_unknown_name_brings_near_ones() -> None:
    """The refusal names what looks like the asked model."""
    with pytest.raises(ModelNotFound, match=r"Did you mean gpt-4o\?"):
        planned("gpt4o", index_of(z=provider("z", "gpt-4o")))


def test_a_route_comes_before_a_virtual_model_and_that_before_a_declared_id() -> None:
    """Each kind of name wins over the next, and says so."""
    declared = index_of()
    virtualised = index_of(VirtualModel("m", (Target("c", "o"),)))
    routed = index_of(
        VirtualModel("m", (Target("c", "o"),)),
        routes=(Route("r", When(model="m"), (Target("b", "n"),)),),
    )

    found = [planned("m", index).stops[0] for index in (declared, virtualised, routed)]

    assert ["a/m", "c/o", "b/n"] == [stop.name for stop in found]
    assert ["declared", "virtual model m", "route r"] == [stop.why for stop in found]


def test_the_route_of_the_highest_priority_decides() -> None:
    """Priority orders routes, not their place in the file; disabled ones do not count."""
    routes = (
        Route("low", When(), (Target("a", "m"),), priority=1),
        Route("high", When(), (Target("b", "n"),), priority=5),
        Route("off", When(), (Target("c", "o"),), priority=9, enabled=False),
    )

    assert ["b/n"] == names("m", index_of(routes=routes))


CONDITIONS = [
    (When(model="gpt-*"), Ask("gpt-4o"), True),
    (When(model="gpt-*"), Ask("GPT-4o"), False),
    (When(model="gpt.4"), Ask("gpt-4"), False),  # a glob, no regular expression
    (When(endpoint="chat.*"), Ask("x"), True),
    (When(endpoint="embeddings"), Ask("x"), False),
    (When(client="team-?"), Ask("x", client="team-1"), True),
    (When(client="team-?"), Ask("x", client="team-10"), False),
    (When(stream=True), Ask("x", stream=True), True),
    (When(stream=False), Ask("x", stream=True), False),
    (When(headers=(("X-Team", "blue*"),)), Ask("x", headers={"x-team": "blue-2"}), True),
    (When(headers=(("x-team", "blue"),)), Ask("x"), False),
    (When(model="x", client="no"), Ask("x", client="yes"), False),
]


@pytest.mark.parametrize(("when", "ask", "expected"), CONDITIONS)
def test_a_route_applies_when_every_condition_holds(when: When, ask: Ask, expected: bool) -> None:
    """Globs over model, endpoint, client and headers, and the stream flag, all together."""
    index = index_of(routes=(Route("r", when, (Target("c", "o"),)),))
    everything = evolve(index, declared={ask.model: ("a",)})

    assert expected == (names(ask, everything) == ["c/o"])


def test_declared_owners_take_turns() -> None:
    """Two providers of one model: rotation, and the other one follows as failover."""
    found = [names("m", index_of(), turn=turn) for turn in range(3)]

    assert [["a/m", "b/m"], ["b/m", "a/m"], ["a/m", "b/m"]] == found


def test_tiers_order_what_follows() -> None:
    """A lower tier is over before a higher one begins, whatever the order in the file."""
    late, early = Target("a", "late", tier=2), Target("b", "early", tier=1)

    assert ["b/early", "a/late"] == names("v", index_of(virtual(late, early)))


def test_weights_choose_the_first_in_their_proportion() -> None:
    """Three to one: about three quarters of a thousand plans begin with the heavier target."""
    index = index_of(
        virtual(Target("a", "x", weight=3), Target("b", "y", weight=1), strategy="weighted")
    )

    firsts = Counter(names("v", index, seed=seed)[0] for seed in range(1000))

    assert 650 < firsts["a/x"] < 850
    assert 1000 == firsts["a/x"] + firsts["b/y"]


def test_a_target_without_a_chain_is_followed_by_its_providers_fallbacks() -> None:
    """Fallbacks of fallbacks too, each once, with the asked model where none is named."""
    chained = provider("a", "m-a", fallbacks=(Target("b", ""), Target("c", "o")))
    back = provider("b", "n", fallbacks=(Target("a", ""), Target("c", "p")))

    found = planned("m-a", index_of(a=chained, b=back)).stops

    assert ["a/m-a", "b/m-a", "c/o", "c/p"] == [stop.name for stop in found]
    assert "fallback of a" == found[1].why


def test_an_explicit_chain_has_no_other_fallbacks() -> None:
    """Where the operator named several targets, nothing is added."""
    chained = provider("a", fallbacks=(Target("c", "o"),))
    index = index_of(virtual(Target("a", "x"), Target("b", "y")), a=chained)

    assert ["a/x", "b/y"] == names("v", index)


def test_a_chain_may_name_another() -> None:
    """A name inside a chain is resolved where it stands."""
    index = index_of(
        virtual(Target(None, "w"), Target("c", "z")),
        VirtualModel("w", (Target("a", "x"), Target("b", "y"))),
    )

    assert ["a/x", "b/y", "c/z"] == names("v", index)


def test_a_cycle_that_got_in_all_the_same_ends() -> None:
    """Two names that mean one another are planned without a loop, and lead nowhere."""
    index = index_of(virtual(Target(None, "w")), VirtualModel("w", (Target(None, "v"),)))

    with pytest.raises(ModelNotFound):
        planned("v", index)


def test_a_target_that_comes_twice_stays_at_its_first_place() -> None:
    """A repetition further down must not push the preferred target back."""
    twice = virtual(Target("a", "x"), Target("b", "y"), Target("a", "x"))

    assert ["a/x", "b/y"] == names("v", index_of(twice))


def test_the_callers_fallbacks_follow_in_order() -> None:
    """What the caller named comes after the model it asked for, not before, and once."""
    ask = Ask("a/x", fallbacks=("b/y", "a/x", "c/z"))

    assert ["a/x", "b/y", "c/z"] == names(ask, index_of())


def test_an_unknown_fallback_of_the_callers_is_named() -> None:
    """Never a silent omission: the header is named."""
    with pytest.raises(ModelNotFound) as caught:
        planned(Ask("m", fallbacks=("nothing",)), index_of())

    assert "x-relay-fallbacks" == caught.value.param


def test_a_plan_has_sixteen_targets_at_most() -> None:
    """The bound holds also where the configuration slipped through."""
    wide = virtual(*(Target("a", f"x{i}") for i in range(40)))

    assert [f"a/x{i}" for i in range(16)] == names("v", index_of(wide))
    assert 16 == MOST_TARGETS


def test_a_disabled_provider_is_in_no_plan() -> None:
    """Neither by name nor by declaration nor in a chain."""
    index = index_of(virtual(Target("b", "y"), Target("c", "z")), b=evolve(B, enabled=False))

    assert ["a/m"] == names("m", index)
    assert ["c/z"] == names("v", index)
    assert not resolves("b/y", index)


def test_a_plan_carries_the_waits_of_what_was_asked() -> None:
    """Patience and the longest pause are the virtual model's own, else the deployment's."""
    patient = evolve(virtual(Target("a", "x")), patience=4.0, waits=1.5)
    index = index_of(patient)

    own, plain = planned("v", index), planned("m", index)

    assert (4.0, 1.5) == (own.patience, own.longest_pause)
    assert (0.0, 2.5) == (plain.patience, plain.longest_pause)
