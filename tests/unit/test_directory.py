"""The catalogue as callers see it."""

import pytest

from src.adapters.stores.memory import MemoryCatalogue
from src.application.directory import Directory, Model
from src.domain.access import Principal
from src.domain.builtin import DEMO
from src.domain.catalogue import Provider, Snapshot, Target, VirtualModel
from src.domain.change import Change
from src.domain.errors import ModelNotFound

TEAM, LOCAL, GUEST = (
    Principal("team"),
    Principal("team", local=True),
    Principal("local", demo_only=True, local=True),
)
A = Provider("a", "https://a.example", models=("org/m", "m"), prefixes=("a-",))
VIRTUAL = VirtualModel("fast", (Target("a", "m"),))
HIDDEN = VirtualModel("secret", (Target("a", "m"),), hidden=True)
SNAPSHOT = Snapshot((A, DEMO), (VIRTUAL, HIDDEN))


def directory(snapshot: Snapshot = SNAPSHOT) -> Directory:
    return Directory(MemoryCatalogue(snapshot))


def ids(principal: Principal) -> list[str]:
    return [model.id for model in directory().models(principal)]


def test_virtual_models_are_listed_first_and_belong_to_the_relay() -> None:
    """Then what providers declare, under the provider's name; hidden ones not at all."""
    assert (
        Model("fast", "airelay"),
        Model("org/m", "a"),
        Model("m", "a"),
    ) == directory().models(TEAM)


def test_the_demo_is_seen_on_this_machine_alone() -> None:
    """With a key beside everything else; without one, nothing but the demo."""
    demo = ["demo/echo", "demo/flaky"]

    assert ["fast", "org/m", "m", *demo] == ids(LOCAL)
    assert demo == ids(GUEST)


@pytest.mark.parametrize(
    ("name", "owner"),
    [("fast", "airelay"), ("secret", "airelay"), ("org/m", "a"), ("a-new", "a"), ("a/x/y", "a")],
)
def test_every_name_that_answers_is_shown_when_asked_for(name: str, owner: str) -> None:
    """Listed or not: hidden, addressed and by its prefix."""
    assert Model(name, owner) == directory().model(name, TEAM)


@pytest.mark.parametrize("name", ["m", "fast", "a/x", "nothing"])
def test_a_guest_is_shown_no_names_but_the_demos(name: str) -> None:
    """What it may not reach is not there, and no near name tells of it."""
    with pytest.raises(ModelNotFound) as caught:
        directory().model(name, GUEST)

    assert "org/m" not in caught.value.message
    assert "fast" not in caught.value.message.replace(f"'{name}'", "")


def test_an_unknown_name_brings_near_ones() -> None:
    """As a chat request for it does."""
    with pytest.raises(ModelNotFound, match="Did you mean fast"):
        directory().model("fats", TEAM)


async def test_a_saved_change_is_seen_at_once() -> None:
    """The index is made anew for each version, and once for each."""
    catalogue = MemoryCatalogue(SNAPSHOT)
    of = Directory(catalogue)
    before = of.index()
    assert before is of.index()

    added = Provider("b", "https://b.example", models=("n",))
    await catalogue.save(Change("provider", "b", added), 0)

    assert ["fast", "org/m", "m", "n"] == [model.id for model in of.models(TEAM)]
