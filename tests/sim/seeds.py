"""Which worlds are visited, and what is said of one that breaks a law."""

import os
from pathlib import Path

from . import invariants
from .loop import Deadlock, Livelock
from .world import Sabotage, World

USUAL, MANY = 300, 2000
CHUNK = 20


def chosen() -> list[range]:
    """The usual seeds, or those of SIM_SEEDS (`from:to`), a few at a time."""
    first, _, last = os.environ.get("SIM_SEEDS", f"0:{USUAL}").partition(":")
    return chunks(int(first), int(last))


def more() -> list[range]:
    """What the slow tests add to the usual seeds; nothing where SIM_SEEDS says which."""
    return [] if "SIM_SEEDS" in os.environ else chunks(USUAL, MANY)


def chunks(first: int, last: int) -> list[range]:
    return [range(at, min(at + CHUNK, last)) for at in range(first, last, CHUNK)]


def regressions() -> list[int]:
    """Seeds that once failed (`regressions.txt`: a seed, and after it why)."""
    lines = Path(__file__).with_name("regressions.txt").read_text("utf-8").splitlines()
    return [int(line.split()[0]) for line in lines if line.strip() and not line.startswith("#")]


def broken(seed: int, sabotage: Sabotage | None = None) -> list[str]:
    """The laws that this world breaks; `make sim SEEDS=<seed>:<seed + 1>` shows them again."""
    world = World(seed, sabotage)
    try:
        world.run()
    except (Deadlock, Livelock) as error:
        return [f"seed {seed}: {type(error).__name__}: {error}"]
    return invariants.broken(world)
