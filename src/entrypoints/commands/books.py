"""`airelay usage` and `airelay requests`: what is in the books of this machine."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar, get_args
from zoneinfo import ZoneInfo

import click

from ...domain.errors import StoreUnavailable
from ...domain.ports import Journal
from ...domain.pricing import usd
from ...domain.receipt import Receipt
from ...domain.usage import Column, RequestQuery, UsageQuery, Window, grouped, since
from ...locales import say
from ..settings import Settings, load
from ..settings.paths import Json
from .group import Around, file_option, print_json, show
from .usage_table import note, record, table

T = TypeVar("T")


@click.command()
@click.option("--hours", is_flag=True, help="By the hour (UTC) instead of by the day.")
@click.option("--last", type=click.IntRange(1, 400), help="So many days (7), or hours (24).")
@click.option(
    "--by",
    multiple=True,
    type=click.Choice(get_args(Column)),
    help="Add up by this; give it again for more. Default: provider and model.",
)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@file_option
@click.pass_obj
def usage(
    around: Around,
    hours: bool,
    last: int | None,
    by: tuple[Column, ...],
    as_json: bool,
    file: Path | None,
) -> None:
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
      airelay usage --hours --json
    """
    settings = load(around.environ, around.folder, file)
    window: Window = "hour" if hours else "day"
    first = since(_now(), window, last or (24 if hours else 7), ZoneInfo(settings.timezone))
    found = read(settings, lambda journal: journal.usage(UsageQuery(window, since=first)))
    rows = grouped(found, by or ("provider", "model"))
    if as_json:
        print_json([record(row, by or ("provider", "model")) for row in rows])
        return
    if not rows:
        show([say("books_empty", around.lang)])
        return
    show((*table(rows, by or ("provider", "model")), *note(rows, around.lang)))


@click.command()
@click.option("--last", type=click.IntRange(1, 1000), default=20, show_default=True)
@click.option("--client", metavar="NAME", help="Only those of this client key.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON, with every attempt.")
@file_option
@click.pass_obj
def requests(
    around: Around, last: int, client: str | None, as_json: bool, file: Path | None
) -> None:
    """Show the newest requests, the last one first, each with what served it and what failed.

    \b
    Examples:
      airelay requests
      airelay requests --last 100 --client local --json
    """
    settings = load(around.environ, around.folder, file)
    query = RequestQuery(last, client)
    found = read(settings, lambda journal: journal.requests(query))
    if as_json:
        print_json([_receipt(receipt) for receipt in found])
        return
    show(map(_line, found) if found else [say("books_empty", around.lang)])


def read(settings: Settings, question: Callable[[Journal], Awaitable[T]]) -> T:
    """Asks the books of this machine. Ends with a sentence when they cannot be read."""
    from ..environments import build  # what only these commands and `serve` need

    async def ask() -> T:
        container = build("serve", settings)
        try:
            return await question(container.journal())
        finally:
            await container.house().close()

    try:
        return asyncio.run(ask())
    except StoreUnavailable as error:
        raise click.ClickException(str(error)) from error


def _now() -> datetime:
    return datetime.now(UTC)


def _line(receipt: Receipt) -> str:
    at = datetime.fromtimestamp(receipt.at, UTC)
    served = receipt.served_by
    where = f" -> {served.provider}/{served.model}" if served else ""
    tokens = f", {receipt.usage.output_tokens} tokens out" if receipt.usage else ""
    cost = "" if receipt.cost is None else f", {usd(receipt.cost)} USD"
    failed = "".join(f"\n    {attempt}" for attempt in receipt.attempts if attempt.failed)
    return (
        f"{at:%Y-%m-%d %H:%M:%SZ} {receipt.status} {receipt.ending} {receipt.model}{where}"
        f" ({receipt.client or 'nobody'}) {receipt.seconds * 1000:.0f} ms{tokens}{cost}"
        f" [{receipt.request_id}]{failed}"
    )


def _receipt(receipt: Receipt) -> Json:
    import msgspec

    shown: Json = msgspec.to_builtins(receipt)
    return shown
