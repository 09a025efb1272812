"""Which worlds are visited, and what is said of one that breaks a law."""

import time
from collections import Counter
from pathlib import Path

from attrs import field, frozen

from . import invariants
from .loop import Deadlock, Livelock
from .sabotage import Sabotage
from .world import World

USUAL, MANY = 300, 2000
CHUNK = 20


@frozen
class Visited:
    """Some worlds: what they broke, the faults that happened in them, and the processor's seconds
    they took."""

    broken: list[str] = field(factory=list)
    happened: "Counter[str]" = field(factory=Counter)
    seconds: float = 0.0


def chosen() -> list[range]:
    """The usual seeds, a few at a time."""
    return chunks(0, USUAL)


def more() -> list[range]:
    """What the slow tests add to them."""
    return chunks(USUAL, MANY)


def chunks(first: int, last: int) -> list[range]:
    return [range(at, min(at + CHUNK, last)) for at in range(first, last, CHUNK)]


def regressions() -> list[int]:
    """Seeds that once failed (`regressions.txt`: a seed, and after it why)."""
    lines = Path(__file__).with_name("regressions.txt").read_text("utf-8").splitlines()
    return [int(line.split()[0]) for line in lines if line.strip() and not line.startswith("#")]


def broken(seed: int, sabotage: Sabotage | None = None) -> list[str]:
    """The laws that this world breaks; `make sim SEEDS=<seed>:<seed + 1>` shows them again."""
    return _visit(seed, sabotage)[0]


def visited(seeds: range) -> Visited:
    """All of these worlds."""
    since = time.process_time()
    seen = Visited()
    for seed in seeds:
        broken, happened = _visit(seed, None)
        seen.broken.extend(broken)
        seen.happened.update(happened)
    return Visited(seen.broken, seen.happened, time.process_time() - since)


def _visit(seed: int, sabotage: Sabotage | None) -> tuple[list[str], "Counter[str]"]:
    world = World(seed, sabotage)
    try:
        world.run()
    except (Deadlock, Livelock) as error:
        return [f"seed {seed}: {type(error).__name__}: {error}"], world.history.happened
    return invariants.broken(world), world.history.happened
