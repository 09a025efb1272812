"""What a sound configuration is: every rule once broken, and every clash once made."""

from itertools import pairwise

import pytest
from attrs import evolve

from src.domain.builtin import DEEPSEEK, OPENAI, PROVIDERS
from src.domain.catalogue import (
    ClientKey,
    Limit,
    Provider,
    ProviderKey,
    Route,
    Snapshot,
    Target,
    Timeouts,
    VirtualModel,
    When,
)
from src.domain.validation import problems

A = Provider("a", "https://a.example/v1", models=("m",), prefixes=("m-",))


B = Provider("b", "https://b.example/v1", models=("n",))


KEY = ClientKey("k", b"k" * 32)


def virtual(name: str, *targets: Target) -> VirtualModel:
    return VirtualModel(name, targets or (Target("a", "m"),))


def beside_b(provider: Provider) -> Snapshot:
    return Snapshot(providers=(provider, B))


def with_model(model: VirtualModel) -> Snapshot:
    return Snapshot(providers=(A, B), virtual_models=(model,))


def wide(count: int) -> VirtualModel:
    return virtual("v", *(Target("a", f"m{i}") for i in range(count)))


BROKEN: dict[str, tuple[Snapshot, list[str]]] = {
    "provider twice": (Snapshot(providers=(A, A)), ["providers[1].name"]),
    "virtual model twice": (
        Snapshot(providers=(A,), virtual_models=(virtual("v"), virtual("v"))),
        ["virtual_models[1].name"],
    ),
    "route twice": (
        Snapshot(providers=(A,), routes=(Route("r", When(), (Target("a", "m"),)),) * 2),
        ["routes[1].name"],
    ),
    "client twice": (
        Snapshot(client_keys=(KEY, ClientKey("k", b"o" * 32))),
        ["client_keys[1].name"],
    ),
    "one key for two clients": (
        Snapshot(client_keys=(KEY, ClientKey("other", b"k" * 32))),
        ["client_keys[1]"],
    ),
    "client without a name": (Snapshot(client_keys=(ClientKey("", b""),)), ["client_keys[0].name"]),
    "line break in a name": (with_model(virtual("v\nw")), ["virtual_models[0].name"]),
    "slash in a provider's name": (beside_b(evolve(A, name="a/b")), ["providers[0].name"]),
    "space in a provider's name": (beside_b(evolve(A, name="a b")), ["providers[0].name"]),
    "provider's name too long": (beside_b(evolve(A, name="a" * 65)), ["providers[0].name"]),
    "prefix that hijacks": (beside_b(evolve(A, prefixes=("gpt",))), ["providers[0].prefixes[0]"]),
    "empty prefix": (beside_b(evolve(A, prefixes=("m-", ""))), ["providers[0].prefixes[1]"]),
    "key of no weight": (
        beside_b(evolve(A, keys=(ProviderKey("h", "s", 0),))),
        ["providers[0].keys[0].weight"],
    ),
    "no time": (beside_b(evolve(A, timeouts=Timeouts(idle=0.0))), ["providers[0].timeouts.idle"]),
    "wait for ever": (
        beside_b(evolve(A, timeouts=Timeouts(answer=float("inf")))),
        ["providers[0].timeouts.answer"],
    ),
    "wait that is no number": (
        beside_b(evolve(A, timeouts=Timeouts(drain=float("nan")))),
        ["providers[0].timeouts.drain"],
    ),
    "wait of a model": (
        beside_b(evolve(A, model_timeouts={"m": Timeouts(connect=-1.0)})),
        ["providers[0].model_timeouts.m.connect"],
    ),
    "no provider": (with_model(virtual("v", Target("aa", "m"))), ["virtual_models[0].targets[0]"]),
    "no fallback": (
        beside_b(evolve(A, fallbacks=(Target("c", ""),))),
        ["providers[0].fallbacks[0]"],
    ),
    "no such name": (with_model(virtual("v", Target(None, "x"))), ["virtual_models[0].targets[0]"]),
    "no model": (with_model(virtual("v", Target("a", ""))), ["virtual_models[0].targets[0]"]),
    "no targets": (with_model(VirtualModel("v", ())), ["virtual_models[0].targets"]),
    "route without targets": (
        Snapshot(providers=(A,), routes=(Route("r", When(), ()),)),
        ["routes[0].targets"],
    ),
    "target of no weight": (
        with_model(virtual("v", Target("a", "m", weight=0))),
        ["virtual_models[0].targets[0].weight"],
    ),
    "patience below 0": (
        with_model(evolve(virtual("v"), patience=-1.0)),
        ["virtual_models[0].patience"],
    ),
    "waits below 0": (with_model(evolve(virtual("v"), waits=-0.1)), ["virtual_models[0].waits"]),
    "pause below 0": (Snapshot(longest_pause=-1.0), ["longest_pause"]),
    "itself": (with_model(virtual("v", Target(None, "v"))), ["virtual_models[0].targets"]),
    "two rings at once": (
        Snapshot(
            providers=(A,),
            virtual_models=(
                virtual("p", Target(None, "q")),
                virtual("q", Target(None, "p")),
                virtual("s", Target(None, "s")),
                virtual("t", Target(None, "p")),
            ),
        ),
        ["virtual_models[0].targets", "virtual_models[2].targets"],
    ),
    "fallbacks in a ring": (
        Snapshot(
            providers=(
                evolve(A, fallbacks=(Target("b", ""),)),
                evolve(B, fallbacks=(Target("a", "m"),)),
            )
        ),
        ["providers[0].fallbacks"],
    ),
    "17 targets": (with_model(wide(17)), ["virtual_models[0].targets"]),
    "17 fallbacks": (
        beside_b(evolve(A, fallbacks=tuple(Target("b", f"m{i}") for i in range(17)))),
        ["providers[0].fallbacks"],
    ),
    "17 providers in a row": (
        Snapshot(
            providers=tuple(
                evolve(A, name=f"p{i}", fallbacks=(Target(f"p{i + 1}", ""),) if i < 16 else ())
                for i in range(17)
            )
        ),
        ["providers[0].fallbacks"],
    ),
    "no time zone": (
        Snapshot(limits=(Limit("deployment", "requests", "day", 1, timezone="Mars/Base"),)),
        ["limits[0].timezone"],
    ),
    "folder of time zones": (
        Snapshot(limits=(Limit("deployment", "requests", "day", 1, timezone="Europe"),)),
        ["limits[0].timezone"],
    ),
    "limit below 0": (
        Snapshot(limits=(Limit("deployment", "requests", "day", -1),)),
        ["limits[0].limit"],
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_each_mistake_is_named_where_it_is(name: str) -> None:
    """
    A mistake gives exactly its own problem, at its own path.
    """
    snapshot, paths = BROKEN[name]

    assert paths == [problem.path for problem in problems(snapshot)]


SOUND = {
    "built in": Snapshot(providers=tuple(PROVIDERS.values())),
    "nothing": Snapshot(),
    "16 targets": with_model(wide(16)),
    "15 fallbacks": beside_b(evolve(A, fallbacks=tuple(Target("b", f"m{i}") for i in range(15)))),
    "provider that is switched off": Snapshot(
        providers=(evolve(A, enabled=False),), virtual_models=(virtual("v", Target(None, "m")),)
    ),
    "every form of a name": with_model(
        virtual(
            "v",
            *(Target(None, name) for name in ("m", "m-large", "a/x", "b:y/z")),
            Target("b", "q"),
        )
    ),
    "route that keeps the model": Snapshot(
        providers=(A,), routes=(Route("r", When(model="x-*"), (Target("a", ""),)),)
    ),
    "diamond": Snapshot(
        providers=(A,),
        virtual_models=(
            virtual("top", Target(None, "left"), Target(None, "right")),
            virtual("left", Target(None, "end")),
            virtual("right", Target(None, "end")),
            virtual("end"),
        ),
    ),
}


@pytest.mark.parametrize("name", SOUND)
def test_what_is_sound_has_no_problems(name: str) -> None:
    """
    Bounds are inclusive, names of switched off providers count, diamonds are no rings.
    """
    assert () == problems(SOUND[name])


def test_fan_out_counts_through_virtual_models() -> None:
    """
    Four names of five targets each are twenty, however they are nested.
    """
    inner = tuple(virtual(f"v{i}", *(Target("a", f"m{i}{j}") for j in range(5))) for i in range(4))
    outer = virtual("all", *(Target(None, model.name) for model in inner))

    found = problems(Snapshot(providers=(A,), virtual_models=(*inner, outer)))

    assert ["virtual_models[4].targets"] == [problem.path for problem in found]


def test_a_long_chain_of_names_is_no_trouble() -> None:
    """
    Two thousand virtual models in a row, and a ring of as many, are looked at without recursion.
    """
    names = [f"v{i}" for i in range(2000)]
    row = tuple(virtual(n, Target(None, after)) for n, after in pairwise(names))
    ring = virtual(names[-1], Target(None, names[0]))

    assert () == problems(Snapshot((A,), (*row, virtual(names[-1]))))
    assert 1 == len(problems(Snapshot((A,), (*row, ring))))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (Target("opena", "gpt-4o"), "`openai`"),
        (Target(None, "opnai/gpt-4o"), "`openai/gpt-4o`"),
        (Target(None, "gtp-4o"), "`gpt-4o`"),
    ],
)
def test_a_misspelt_name_gets_near_ones(said: Target, meant: str) -> None:
    """
    A name nobody knows is answered with names that look like it.
    """
    snapshot = Snapshot(providers=(OPENAI, DEEPSEEK), virtual_models=(virtual("v", said),))

    assert meant in problems(snapshot)[0].mend
