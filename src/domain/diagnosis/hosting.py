"""vercel.json against what is configured: the time a function has, and what is to run by itself."""

from collections.abc import Iterator, Mapping, Sequence

from attrs import frozen

from .findings import Finding, Values, note, ok, warning

#: What is kept of the function's time for an honest end and the books.
MARGIN = 10.0


@frozen
class Hosting:
    """`limit`: `maxDuration` of the function, in seconds, None where the file does not say;
    `waits`: the longest wait for one thing of each provider; `crons`: paths that are called."""

    limit: float | None
    assumed: float
    waits: Mapping[str, float]
    crons: Sequence[str] = ()
    cron_secret: bool = False


def findings(hosting: Hosting) -> Iterator[Finding]:
    """What fits is said once."""
    limit = hosting.assumed if hosting.limit is None else hosting.limit
    values: Values = {"limit": round(limit), "assumed": round(hosting.assumed)}
    if limit < hosting.assumed:
        yield warning("hosting", "doctor_limit_short", "doctor_limit_short_mend", values)
    long = {name: wait for name, wait in hosting.waits.items() if wait > limit - MARGIN}
    for name, wait in long.items():
        told: Values = {"provider": name, "wait": round(wait), "limit": round(limit)}
        yield warning("hosting", "doctor_wait_long", "doctor_wait_long_mend", told, about=name)
    if not long and limit >= hosting.assumed:
        yield ok("hosting", "doctor_limit_fits", values)
    if hosting.crons and not hosting.cron_secret:
        paths = ", ".join(hosting.crons)
        yield warning("hosting", "doctor_cron_open", "doctor_cron_open_mend", {"paths": paths})
    elif hosting.crons:
        yield ok("hosting", "doctor_cron", {"paths": ", ".join(hosting.crons)})
    else:
        yield note("hosting", "doctor_cron_none")
