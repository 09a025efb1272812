"""The configuration of a world, drawn from a seed."""

from random import Random

from attrs import evolve

from src.domain.catalogue import (
    HeaderStyle,
    Provider,
    ProviderKey,
    Route,
    Snapshot,
    Strategy,
    Target,
    Timeouts,
    VirtualModel,
    When,
)

from .speech import DIALECTS

MODELS = ("m-one", "m-two", "m-three")
STRATEGIES: tuple[Strategy, ...] = ("ordered", "round_robin", "weighted")
STYLES: tuple[HeaderStyle, ...] = ("bearer", "x-api-key", "api-key")

#: As the design has them, and shorter: what runs out must run out often.
WAITS = (Timeouts(), Timeouts(connect=2.0, headers=8.0, first_event=6.0, idle=5.0))


def configuration(dice: Random, tongues: Random) -> Snapshot:
    """One to three providers with one to four keys each, and every way to name what they have; all
    of one dialect, or each of some."""
    names = [f"p{n}" for n in range(dice.randint(1, 3))]
    spoken = tongues.choice((DIALECTS[:1], DIALECTS[1:], DIALECTS, DIALECTS, DIALECTS))
    return Snapshot(
        providers=tuple(
            evolve(_provider(dice, name, names), dialect=tongues.choice(spoken)) for name in names
        ),
        virtual_models=tuple(_virtual(dice, strategy, names) for strategy in STRATEGIES),
        routes=_routes(dice, names),
        longest_pause=dice.choice((0.0, 2.5)),
    )


def _provider(dice: Random, name: str, names: list[str]) -> Provider:
    unequal = dice.random() < 0.3
    others = [other for other in names if other != name]
    looks = dice.choice(("sk-", "", "token_"))  # not every provider's keys look like keys
    falls = others and dice.random() < 0.5
    return Provider(
        name=name,
        base_url=f"https://{name}.example/v1",
        header_style=dice.choice(STYLES),
        keys=tuple(
            ProviderKey(
                handle=f"{name}k{n}",
                secret=f"{looks}{name}-{n}-{dice.getrandbits(64):016x}",
                weight=dice.randint(1, 5) if unequal else 1,
            )
            for n in range(dice.randint(1, 4))
        ),
        models=tuple(model for model in MODELS if dice.random() < 0.7),
        prefixes=("m-",) if dice.random() < 0.3 else (),
        fallbacks=(Target(dice.choice(others), ""),) if falls else (),
        timeouts=evolve(dice.choice(WAITS), drain=dice.choice((0.0, 2.0, 30.0))),
        stream_usage=dice.random() < 0.8,
    )


def _virtual(dice: Random, strategy: Strategy, names: list[str]) -> VirtualModel:
    return VirtualModel(
        name=f"v-{strategy}",
        targets=tuple(
            Target(
                dice.choice(names),
                dice.choice(MODELS),
                weight=dice.randint(1, 4),
                tier=dice.choice((0, 0, 1)),
            )
            for _ in range(dice.randint(1, 4))
        ),
        strategy=strategy,
        delivery=dice.choice(("live", "live", "whole")),
        patience=dice.choice((0.0, 0.0, 3.0)),
        waits=dice.choice((None, None, 0.5)),
    )


def _routes(dice: Random, names: list[str]) -> tuple[Route, ...]:
    if dice.random() < 0.5:
        return ()
    when = dice.choice((When(model="m-*", stream=True), When(client="c0"), When(model="*-two")))
    target = Target(dice.choice(names), dice.choice(MODELS))
    virtual = Target(None, "v-ordered")
    return (Route("r", when, (target, virtual), strategy=dice.choice(STRATEGIES), patience=1.0),)
