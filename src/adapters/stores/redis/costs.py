"""What the books cost in commands, as Upstash bills them: each one, those inside scripts too.

The figures are those of docs/store.md, and counted at the wire by tests/contract/test_budget.py.
"""

from collections.abc import Iterable

from attrs import frozen

from ....domain.catalogue import Limit
from ....domain.usage import Heading, Row
from .folding import BATCH
from .ledger import SWEEP_EVERY

#: A request without limits, and one with any number of them.
PLAIN, LIMITED = 2, 8
#: A batch of settled requests added up; and a sweep by the way of a limited request.
FOLD, SWEEP = 15, 6
#: Commands a month that Upstash gives away: https://upstash.com/pricing/redis.
FREE = 500_000
_MONTH = 31 * 86_400.0


@frozen
class Spent:
    """An estimate. `limited`: requests with a limit in their way, as the limits are now."""

    requests: int
    limited: int
    commands: int


def spent(rows: Iterable[Row], limits: Iterable[Limit], seconds: float) -> Spent:
    """What the requests of these rows cost, within so many seconds."""
    subjects = {limit.subject for limit in limits if limit.mode != "off"}
    requests = limited = 0
    for row in rows:
        requests += row.tally.requests
        limited += row.tally.requests if _limited(row.heading, subjects) else 0
    return Spent(requests, limited, _commands(requests - limited, limited, seconds))


def in_a_month(commands: int, allowance: int = FREE, *, swept: bool = False) -> int:
    """How many requests of that price an allowance is enough for; `swept`: with limits."""
    sweeps = SWEEP * int(_MONTH / SWEEP_EVERY) if swept else 0
    return int((allowance - sweeps) / (commands + FOLD / BATCH))


def _commands(plain: int, limited: int, seconds: float) -> int:
    sweeps = min(limited, int(seconds / SWEEP_EVERY))
    folds = FOLD * (plain + limited) / BATCH
    return round(PLAIN * plain + LIMITED * limited + SWEEP * sweeps + folds)


def _limited(heading: Heading, subjects: set[str]) -> bool:
    """Rows name the provider's model, and limits the caller's: a limit on any counts for all."""
    named = {"deployment", f"client:{heading.client}", f"provider:{heading.provider}"}
    return bool(named & subjects) or any(subject.startswith("model:") for subject in subjects)
