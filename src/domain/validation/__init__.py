"""Is a configuration sound? Every mistake and every clash, as values; nothing is changed.

Paths are positions in the snapshot (`providers[1].prefixes[0]`); whoever read the configuration
from somewhere else renames them to where they were written.
"""

from ..catalogue import Snapshot
from ..errors import Problem
from . import chains, clashes, records
from .names import Names, near
from .records import url_fault, zone_exists

__all__ = ["near", "notices", "problems", "url_fault", "zone_exists"]


def problems(snapshot: Snapshot) -> tuple[Problem, ...]:
    """Every mistake that would make a request fail or go astray. None: the snapshot may serve."""
    names = Names.of(snapshot)
    return (
        *records.duplicates(snapshot),
        *records.providers(snapshot),
        *records.limits(snapshot),
        *chains.targets(snapshot, names),
        *chains.cycles(snapshot, names),
        *chains.fan_out(snapshot, names),
    )


def notices(snapshot: Snapshot) -> tuple[str, ...]:
    """Clashes: allowed, and worth saying, because one of two things asked for hides the other."""
    return (
        *clashes.prefixes(snapshot),
        *clashes.hidden_models(snapshot),
        *clashes.shadowed_routes(snapshot),
    )
