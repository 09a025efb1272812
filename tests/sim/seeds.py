"""Which worlds are visited, and what is said of one that breaks a law."""

import time
from collections import Counter
from functools import cache
from pathlib import Path

from attrs import field, frozen

from . import invariants
from .history import History
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


@frozen
class Seen:
    """One world: what it broke, the faults that happened in it, and all that it met: outcomes,
    events, leases, and states of the books."""

    broken: list[str]
    happened: "Counter[str]"
    met: frozenset[str]


@cache
def seen(seed: int) -> Seen:
    """A world is the same whenever it is visited (`test_a_seed_is_one_story`): one visit is enough
    for the laws, the faults and the outcomes."""
    return _visit(seed, None)


def broken(seed: int, sabotage: Sabotage | None = None) -> list[str]:
    """The laws that this world breaks; `make sim SEEDS=<seed>:<seed + 1>` shows them again."""
    return seen(seed).broken if sabotage is None else _visit(seed, sabotage).broken


def visited(seeds: range) -> Visited:
    """All of these worlds. There may be very many: none is kept."""
    since = time.process_time()
    told = Visited()
    for seed in seeds:
        one = _visit(seed, None)
        told.broken.extend(one.broken)
        told.happened.update(one.happened)
    return Visited(told.broken, told.happened, time.process_time() - since)


def _visit(seed: int, sabotage: Sabotage | None) -> Seen:
    world = World(seed, sabotage)
    try:
        world.run()
    except (Deadlock, Livelock) as error:
        told = [f"seed {seed}: {type(error).__name__}: {error}"]
        return Seen(told, world.history.happened, _met(world.history))
    return Seen(invariants.broken(world), world.history.happened, _met(world.history))


def _met(history: History) -> frozenset[str]:
    met = {record.outcome for told in history.receipts for record in told.attempts}
    met |= {line.split(" ", 1)[1].partition("(")[0] for line in history.trace}
    met |= {lease.partition(":")[0] for one in history.tries for lease in one.leases}
    return frozenset(met.union(*(booked.story for booked in history.books.values())))
