"""Planted bugs: worlds that cannot find them would find nothing."""

import pytest

from . import seeds
from .bugs import BUGS, until_found

#: What takes more than the usual seeds to be found.
RARE = {"settlement cancelled in a finally"}


@pytest.mark.parametrize("name", [name for name in BUGS if name not in RARE])
def test_a_planted_bug_is_found(name: str) -> None:
    """
    Within the usual seeds some world breaks the law that the bug is about.
    """
    assert until_found(BUGS[name], seeds.USUAL) is not None


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", sorted(RARE))
def test_a_rare_bug_is_found_as_well(name: str) -> None:
    """
    Within the seeds of the slow tests every planted bug is found.
    """
    assert until_found(BUGS[name], seeds.MANY) is not None


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_how_long_it_takes() -> None:
    """
    The table: for each bug its law, and how many seeds it takes (`pytest -s` shows it).
    """
    found = {name: until_found(bug, seeds.MANY) for name, bug in BUGS.items()}
    for name, bug in BUGS.items():
        print(f"{name:<36} {bug.law:<8} {found[name]}")

    assert [] == [name for name, after in found.items() if after is None]
    assert 58 <= len(found)
