"""`airelay usage`, which is `airelay report usage` too: what was used, for people and programs."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

import click
from attrs import frozen

from ...domain import periods
from ...domain.usage import Column, UsageQuery, Window, grouped, since
from ...locales import say
from ..settings import load
from .books import read
from .group import Around, file_option, print_json, show
from .replay import replay
from .usage_table import csv_lines, note, record, table


@frozen
class Span:
    """The time that was asked for, as it was said."""

    window: Window
    last: int | None
    since: str | None
    until: str | None
    lang: str

    def query(self, now: datetime, zone: ZoneInfo) -> UsageQuery:
        """Raises UsageError for what is no time."""
        if self.since is None and self.until is None:
            last = self.last or (24 if self.window == "hour" else 7)
            return UsageQuery(self.window, since=since(now, self.window, last, zone))
        if self.last is not None:
            raise click.UsageError(say("usage_last_or_since", self.lang))
        first, final = self._named(periods.first, self.since), self._named(periods.last, self.until)
        if first and final and first > final:
            said = say("usage_backwards", self.lang, since=self.since, until=self.until)
            raise click.UsageError(said)
        return UsageQuery(self.window, first, final or "~")

    def _named(self, period: Callable[[str, Window], str], said: str | None) -> str:
        try:
            return "" if said is None else period(said, self.window)
        except ValueError:
            id = "usage_no_hour" if self.window == "hour" else "usage_no_day"
            raise click.UsageError(say(id, self.lang, said=said)) from None


def usage_options(command: Callable[..., None]) -> Callable[..., None]:
    """What both names of the command take."""
    command = file_option(command)
    for option in reversed(
        (
            click.option("--hours", is_flag=True, help="By the hour (UTC) instead of by the day."),
            click.option(
                "--last", type=click.IntRange(1, 400), help="So many days (7), or hours (24)."
            ),
            click.option(
                "--since",
                metavar="WHEN",
                help="From then on: 2026, 2026-11, 2026-11-22, or with --hours 2026-11-22T15.",
            ),
            click.option("--until", metavar="WHEN", help="To then, included."),
            click.option(
                "--by",
                multiple=True,
                type=click.Choice(get_args(Column)),
                help="Add up by this; give it again for more. Default: provider and model.",
            ),
            click.option("--json", "as_json", is_flag=True, help="Print it as JSON."),
            click.option("--csv", "as_csv", is_flag=True, help="Print it as CSV."),
        )
    ):
        command = option(command)
    return command


@click.group(invoke_without_command=True)
@usage_options
@click.pass_context
def usage(ctx: click.Context, /, **options: object) -> None:
    """Show what was used: requests, errors, tokens, dollars and seconds, by day or hour.

    Days are those of RELAY_TIMEZONE. A request counts in the day it came in, under what answered
    it; tokens that the provider did not count itself are estimated, and their requests counted in
    `estimated`; those whose price is not known are counted in `unpriced`, and cost nothing here.
    Within p50 seconds about half of the answers were complete, within p95 19 of 20; first50 and
    first95: streams had begun. Attempts that were abandoned and paid for stand under the status 0,
    and so do requests whose process died before their caller had heard anything.

    \b
    Examples:
      airelay usage
      airelay usage --by client --by status --last 30
      airelay usage --since 2026-10 --until 2026-11 --csv
      airelay usage --hours --json
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(print_usage, **options)


@click.group()
def report() -> None:
    """Reports on what is in the books.

    \b
    Examples:
      airelay report usage --since 2026-11
    """


@report.command("usage")
@usage_options
@click.pass_obj
def print_usage(
    around: Around,
    hours: bool,
    last: int | None,
    since: str | None,
    until: str | None,
    by: tuple[Column, ...],
    as_json: bool,
    as_csv: bool,
    file: Path | None,
) -> None:
    """Show what was used: the same as `airelay usage`.

    \b
    Examples:
      airelay report usage --since 2026-11 --by client
      airelay report usage --since 2026-11-01 --until 2026-11-15 --csv > november.csv
    """
    settings = load(around.environ, around.folder, file)
    asked = Span("hour" if hours else "day", last, since, until, around.lang)
    query = asked.query(datetime.now(UTC), ZoneInfo(settings.timezone))
    columns = by or ("provider", "model")
    rows = grouped(read(settings, lambda journal: journal.usage(query)), columns)
    if as_json:
        print_json([record(row, columns) for row in rows])
    elif as_csv:
        show(csv_lines(rows, columns))
    elif rows:
        show((*table(rows, columns), *note(rows, around.lang)))
    else:
        show([say("books_empty", around.lang)])


usage.add_command(replay)
