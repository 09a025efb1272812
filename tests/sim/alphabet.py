"""The alphabet: every kind of fault there is, under one name each."""

from collections.abc import Callable

from attrs import evolve

from . import faults, torn
from .script import Scene, Script
from .speech import DIALECTS
from .weather import FATES, VERDICTS

Fault = Callable[[Scene], Script]

#: What may befall any call to a provider; some more often than others.
ANY: tuple[Fault, ...] = (
    faults.refused,
    faults.reset,
    faults.silent_connect,
    faults.silent_headers,
    faults.rate_limited,
    faults.rate_limited,
    faults.bad_key,
    faults.no_money,
    faults.forbidden,
    faults.no_model,
    faults.too_long,
    faults.rejected,
    faults.broken,
    faults.broken,
    faults.page,
    faults.empty,
    faults.redirect,
    faults.error_in_200,
    faults.endless_error,
    faults.endless_json,
    faults.cut_json,
)


#: What befalls the store's wire, the process, its clocks and its callers.
OTHERS = (
    "store: parted",
    "lease: over while it was held",
    "process: killed",
    "process: killed under way",
    "process: stopped",
    "process: cancelled",
    "process: cancelled again",
    "process: frozen",
    "clock: minutes apart",
    "clock: set ahead",
    "clock: set back",
    "caller: leaves before its answer",
    "caller: leaves in its stream",
    "caller: leaves during its end",
    "caller: reads slowly",
    "whole: too large",
    "drain: no place",
)
#: What must happen as well, and is nobody's fault.
BESIDES = (
    "process: started again",
    "key: twice at once",
    "key: again later",
    "key: with another body",
    "key: by another client",
    "key: at another instance",
    "whole: wished",
    *(f"{caller} of {provider}" for caller in DIALECTS for provider in DIALECTS),
    "failover: to the other dialect",
    "failover: back to the caller's dialect",
    "translation: something dropped",
    "translation: cannot carry",
)


def kinds() -> list[str]:
    """All that must happen: the faults, and what is none."""
    return [*all_faults(), *BESIDES]


def all_faults() -> list[str]:
    """Every kind of fault; those of providers for each dialect that they speak."""
    played = sorted(fault.__name__ for fault in {*ANY, *torn.STREAMS, faults.json_for_a_stream})
    providers = [f"{dialect}: {name}" for dialect in DIALECTS for name in played]
    wires = [f"{verb}: {fate}" for verb, fates in FATES.items() for fate in fates]
    return [*providers, *wires, *(f"verdict: {news}" for news in VERDICTS), *OTHERS]


def draw(scene: Scene) -> Script:
    """Some fault: for a stream, mostly one that only streams have."""
    if scene.asked.stream and scene.dice.random() < 0.6:
        return play(scene.dice.choice(torn.STREAMS), scene)
    if scene.asked.stream and scene.dice.random() < 0.05:
        return play(faults.json_for_a_stream, scene)
    return play(scene.dice.choice(ANY), scene)


def play(fault: Fault, scene: Scene) -> Script:
    """The script of a fault, under its name."""
    return evolve(fault(scene), kind=fault.__name__, dialect=scene.asked.dialect)


def well(scene: Scene) -> Script:
    """All goes well."""
    return evolve(faults.healthy(scene), dialect=scene.asked.dialect)


def down(scene: Scene) -> Script:
    """Nothing works at this provider."""
    return play(
        scene.dice.choice((faults.refused, faults.reset, faults.broken, faults.silent_headers)),
        scene,
    )
