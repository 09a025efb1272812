"""How the answer of a plan is delivered, unless the caller says it."""

from random import Random

import pytest

from src.domain.catalogue import (
    Delivery,
    Provider,
    ProviderKey,
    Route,
    Snapshot,
    Target,
    VirtualModel,
    When,
)
from src.domain.index import Index
from src.domain.router import Ask, plan

A = Provider("a", "https://a.example/v1", keys=(ProviderKey("k", "sk-a"),), models=("m", "n"))
M = Target("a", "m")


def virtual(name: str, delivery: Delivery, *targets: Target) -> VirtualModel:
    return VirtualModel(name, targets or (M,), delivery=delivery)


MODELS = (
    virtual("held", "whole"),
    virtual("shown", "live"),
    virtual("held over shown", "whole", Target(None, "shown")),
    virtual("shown over held", "live", Target(None, "held")),
)


def delivery_of(asked: str, *routes: Route) -> Delivery:
    index = Index.of(Snapshot((A,), MODELS, routes))
    return plan(Ask(asked, fallbacks=("held",)), index, turn=0, dice=Random(0)).delivery


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("held", "whole"),
        ("shown", "live"),
        ("m", "live"),  # declared: nothing says otherwise
        ("a/m", "live"),
        ("held over shown", "whole"),  # the name that was asked decides, not one inside its chain
        ("shown over held", "live"),
    ],
)
def test_the_asked_name_says_how(asked: str, expected: Delivery) -> None:
    """A virtual model as configured, else live; the caller's fallbacks change nothing."""
    assert expected == delivery_of(asked)


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        ((Target(None, "held"), M), "whole"),
        ((Target(None, "shown"), Target(None, "held")), "live"),
        ((M, Target(None, "held")), "live"),
        ((Target("a", "held"),), "live"),  # a provider's model of that name is another thing
    ],
)
def test_a_route_delivers_as_its_first_target_does(
    targets: tuple[Target, ...], expected: Delivery
) -> None:
    """A virtual model keeps its promise behind a route; the model that was asked has none there."""
    assert expected == delivery_of("held", Route("r", When(), targets))
