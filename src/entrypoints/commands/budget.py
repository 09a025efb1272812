"""`airelay budget`: what the store has cost this month, in commands, and what is left."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from ...adapters.stores.redis import costs
from ...adapters.stores.redis.costs import Spent
from ...locales import say
from ..month import Month
from ..settings import Settings, load
from ..settings.paths import Json
from .books import read
from .group import Around, file_option, print_json, show


@click.command()
@click.option(
    "--allowance",
    type=click.IntRange(1),
    default=costs.FREE,
    show_default=True,
    help="Commands a month that you may use.",
)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@file_option
@click.pass_obj
def budget(around: Around, allowance: int, as_json: bool, file: Path | None) -> None:
    """Show what the store has cost this month, in commands, and what is left at this rate.

    Upstash bills every command. This is an estimate from the books: the requests of the month,
    each at what it costs (docs/store.md), those that a limit applies to now at the higher price,
    with their share of adding up. What the provider has counted is on the provider's page.

    \b
    Examples:
      airelay budget
      airelay budget --allowance 2000000 --json
    """
    settings = load(around.environ, around.folder, file)
    kind, lang = settings.store.kind, around.lang
    if kind in ("file", "memory"):
        show_free(kind, lang, as_json=as_json)
        return
    month = Month.of(datetime.now(UTC), ZoneInfo(settings.timezone))
    found = _spent(settings, month)
    if as_json:
        print_json({"store": kind, **record(found, month, allowance)})
        return
    show(lines(found, month, allowance, lang))
    if kind == "redis":
        show([say("budget_redis", lang)])


def show_free(kind: str, lang: str, *, as_json: bool) -> None:
    """There is nothing to pay."""
    if as_json:
        print_json({"store": kind, "billed": False})
        return
    show([say("budget_file" if kind == "file" else "budget_memory", lang)])


def record(found: Spent, month: Month, allowance: int) -> dict[str, Json]:
    """For programs."""
    when = month.when(found.commands, allowance)
    return {
        "billed": True,
        "estimated": True,
        "since": month.begins.date().isoformat(),
        "requests": found.requests,
        "limited": found.limited,
        "commands": found.commands,
        "allowance": allowance,
        "left": max(0, allowance - found.commands),
        "month_at_this_rate": month.whole(found.commands),
        "used_up": None if when is None else when.date().isoformat(),
    }


def lines(found: Spent, month: Month, allowance: int, lang: str) -> Iterator[str]:
    """For a person."""
    yield say(
        "budget_used",
        lang,
        since=month.begins.date(),
        commands=f"{found.commands:,}",
        requests=f"{found.requests:,}",
        limited=f"{found.limited:,}",
    )
    left, whole = max(0, allowance - found.commands), month.whole(found.commands)
    yield say("budget_left", lang, left=f"{left:,}", allowance=f"{allowance:,}")
    when = month.when(found.commands, allowance)
    if when is None:
        yield say("budget_enough", lang, month=f"{whole:,}")
    else:
        yield say("budget_used_up", lang, month=f"{whole:,}", day=when.date())
    yield say("budget_estimate", lang)


def _spent(settings: Settings, month: Month) -> Spent:
    rows = read(settings, lambda journal: journal.usage(month.query))
    return costs.spent(rows, settings.snapshot.limits, month.passed)
