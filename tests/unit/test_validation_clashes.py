"""Clashes: said, and no harm done."""

import pytest
from attrs import evolve

from src.domain.catalogue import Provider, Route, Snapshot, Target, VirtualModel, When
from src.domain.validation import notices, problems

A = Provider("a", "https://a.example/v1", models=("m",), prefixes=("m-",))
B = Provider("b", "https://b.example/v1", models=("n",))


CLASHES = {
    "prefix": (
        Snapshot(providers=(A, evolve(B, prefixes=("m-",)))),
        "The prefix `m-` is declared by a and b, which take turns; "
        "write `a/m-...` to mean one of them.",
    ),
    "hidden model": (
        Snapshot((A, B), (VirtualModel("n", (Target("a", "m"),)),)),
        "The virtual model `n` hides the model of that name at b; write `b/n` to reach it.",
    ),
    "shadowed route": (
        Snapshot(
            providers=(A,),
            routes=(
                Route("late", When(model="m*"), (Target("a", "m"),), priority=1),
                Route("early", When(model="m*"), (Target("a", "m"),), priority=2),
                Route("off", When(model="m*"), (Target("a", "m"),), priority=3, enabled=False),
            ),
        ),
        "The route `late` is never used: `early` has the same `when`.",
    ),
}


@pytest.mark.parametrize("name", CLASHES)
def test_a_clash_is_said_and_does_no_harm(name: str) -> None:
    """
    A clash is a notice and no problem.
    """
    snapshot, notice = CLASHES[name]

    assert ((notice,), ()) == (notices(snapshot), problems(snapshot))
