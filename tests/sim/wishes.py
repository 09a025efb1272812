"""What the callers of a world ask for, and how they behave, drawn from a seed."""

from random import Random
from typing import Literal

from attrs import evolve, frozen

from src.domain.blocks import Dialect

from . import requests
from .scenery import MODELS, STRATEGIES
from .speech import DIALECTS, Json

CLIENTS = ("c0", "c1")
#: How many callers speak Anthropic's dialect.
ANTHROPIC = 0.4
#: Seconds after which the same request is sent once more.
LATER = (0.0, 0.001, 0.05, 1.0, 8.0)


@frozen
class Wish:
    """One request: what is asked, and how the caller behaves. Instants are seconds from start."""

    id: str
    at: float
    body: Json
    client: str
    timeout: float | None
    fallbacks: tuple[str, ...]
    #: Leaves after so many seconds, or after so many callbacks of its instance, or so many seconds
    #: into its stream.
    leaves_after: float | None
    leaves_at: int | None
    leaves_in: float | None
    slow: bool
    delivery: Literal["live", "whole"] | None
    dialect: Dialect = "openai_chat"
    #: Idempotency-Key, and what the request repeats of an earlier one with it.
    key: str = ""
    repeats: str = ""
    #: Which of the instances that answer takes it: a place between 0 and 1.
    where: float = 0.0


def wishes(dice: Random, seed: int, names: list[str]) -> list[Wish]:
    """Some ten to twenty requests; they come in a crowd or one by one, some of them twice."""
    at, gap = 0.0, dice.choice((0.02, 0.3, 1.0, 2.0, 3.0))
    drawn: list[Wish] = []
    favourite = f"v-{dice.choice(STRATEGIES)}"
    keyed = dice.choice((0.0, 0.1, 0.6))
    for number in range(dice.randint(8, 20)):
        at += dice.expovariate(1.0 / gap)
        model = favourite if dice.random() < 0.5 else _model(dice, names)
        wish = _wish(dice, f"r{seed}-{number}", at, model)
        if dice.random() < keyed:
            wish = evolve(wish, key=f"key {number}")
            drawn += _again(dice, wish)
        drawn.append(wish)
    return sorted(drawn, key=lambda wish: wish.at)


def last(seed: int, number: int, model: str) -> Wish:
    """What is asked once all faults are over."""
    dialect = DIALECTS[(seed + number) % 2]
    body: Json = {"model": model, "messages": [{"role": "user", "content": "Anybody?"}]}
    if dialect == "anthropic_messages":
        body["max_tokens"] = 17
    name = f"r{seed}-last{number}"
    return Wish(name, 0.0, body, "c0", None, (), None, None, None, False, None, dialect)


def _wish(dice: Random, name: str, at: float, model: str) -> Wish:
    leaves = dice.random()
    dialect: Dialect = "anthropic_messages" if dice.random() < ANTHROPIC else "openai_chat"
    return Wish(
        id=name,
        at=at,
        body=requests.body(dice, model, dialect),
        dialect=dialect,
        client=dice.choice(CLIENTS),
        timeout=dice.choice((0.5, 1.0, 3.0, 30.0)) if dice.random() < 0.25 else None,
        fallbacks=("v-ordered",) if dice.random() < 0.1 else (),
        leaves_after=dice.expovariate(1.0) + 0.0001 if leaves < 0.12 else None,
        leaves_at=dice.randint(1, 80) if 0.12 < leaves < 0.3 else None,
        leaves_in=dice.choice((0.0, 0.01, 0.4)) if 0.3 < leaves < 0.4 else None,
        slow=dice.random() < 0.15,
        delivery=dice.choice(("whole", "live", None, None)),
        where=dice.random(),
    )


def _again(dice: Random, wish: Wish) -> list[Wish]:
    """The same key once or twice more, mostly with the same body, and mostly from the same client:
    another's key is its own."""
    more: list[Wish] = []
    for number in range(dice.randint(1, 2)):
        after = dice.choice(LATER)
        lot = dice.random()
        other, stranger = lot < 0.2, 0.2 <= lot < 0.4
        how = "twice at once" if after < 0.01 else "again later"
        how = "with another body" if other else "by another client" if stranger else how
        more.append(
            evolve(
                wish,
                id=f"{wish.id}.{number}",
                at=wish.at + after,
                body=wish.body | {"temperature": 0.5} if other else wish.body,
                client=CLIENTS[1 - CLIENTS.index(wish.client)] if stranger else wish.client,
                leaves_after=None,
                leaves_in=None,
                repeats=how,
                where=dice.random(),
            )
        )
    return more


def _model(dice: Random, names: list[str]) -> str:
    addressed = f"{dice.choice(names)}{dice.choice('/:')}{dice.choice(MODELS)}"
    virtual = f"v-{dice.choice(STRATEGIES)}"
    unknown = dice.choice(("m-four", "nobody"))
    return dice.choice((virtual, virtual, addressed, addressed, dice.choice(MODELS), unknown))
