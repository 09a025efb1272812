"""Worlds: the real application among scripted providers, stores and callers, and their laws."""

import subprocess
import sys
from pathlib import Path

import pytest

from src.domain.events import BreakerClosed, BreakerOpened, KeyRested

from . import alphabet, seeds
from .world import World

ROOT = Path(__file__).parents[2]
_DIGEST = "from tests.sim.world import World; print(World({seed}).run().digest())"

#: Every way an attempt can end.
OUTCOMES = {
    "served",
    "client_gone",
    "stopped",
    "deadline",
    "unreachable",
    "connection_reset",
    "timeout",
    "server_error",
    "rate_limited",
    "key_rejected",
    "key_forbidden",
    "out_of_credit",
    "model_unknown",
    "cannot_carry",
    "context_length_exceeded",
    "request_rejected",
    "bad_answer",
    "cut",
    "stalled",
    "error_event",
    "upstream_cut",
    "upstream_stalled",
    "upstream_error",
}


@pytest.mark.parametrize("some", seeds.chosen(), ids=lambda some: f"{some.start}-{some.stop}")
def test_every_world_keeps_the_laws(some: range) -> None:
    """
    Whatever providers, stores, clocks, callers and processes do, no invariant is broken.
    """
    assert [] == [law for seed in some for law in seeds.broken(seed)]


@pytest.mark.parametrize("seed", seeds.regressions())
def test_what_once_failed_does_not_fail_again(seed: int) -> None:
    """
    A world that showed a defect once keeps the laws now.
    """
    assert [] == seeds.broken(seed)


@pytest.mark.slow
@pytest.mark.parametrize("some", seeds.more(), ids=lambda some: f"{some.start}-{some.stop}")
def test_many_more_worlds_keep_the_laws(some: range) -> None:
    """
    The laws hold where nobody looks every day.
    """
    assert [] == [law for seed in some for law in seeds.broken(seed)]


def test_every_kind_of_fault_happens() -> None:
    """
    Each kind in the alphabet, and more than forty are faults, happens within the usual seeds.
    """
    missing = set(alphabet.kinds())
    for one in map(seeds.seen, range(seeds.USUAL)):
        missing -= set(+one.happened)
        if not missing:
            break

    assert set() == missing
    assert 40 < len(alphabet.all_faults())


@pytest.mark.parametrize("seed", range(20))
def test_a_seed_is_one_story(seed: int) -> None:
    """
    The same seed replays to the byte and to the instant.
    """
    assert World(seed).run().digest() == World(seed).run().digest()


def test_other_seeds_are_other_stories() -> None:
    """
    No two seeds tell the same.
    """
    assert 20 == len({World(seed).run().digest() for seed in range(20)})


@pytest.mark.parametrize("seed", [3, 12])
def test_a_seed_is_the_same_story_in_another_process(seed: int) -> None:
    """
    A seed from somebody else's run replays here: nothing hangs on the order of sets.
    """
    told = [
        subprocess.run(
            [sys.executable, "-c", _DIGEST.format(seed=seed)],
            cwd=ROOT,
            env={"PYTHONHASHSEED": salt},
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        for salt in ("1", "2")
    ]

    assert [World(seed).run().digest()] * 2 == told


def test_worlds_explore() -> None:
    """
    The worlds meet every outcome, open and close breakers, rest keys, probe and panic; books are
    settled, lost and corrected.
    """
    events = {kind.__name__ for kind in (BreakerOpened, BreakerClosed, KeyRested)}
    missing = OUTCOMES | events | {"probe", "panic", "settled", "lost", "corrected"}
    for one in map(seeds.seen, range(2 * seeds.USUAL)):
        assert [] == one.broken
        missing -= one.met
        if not missing:
            break

    assert set() == missing
