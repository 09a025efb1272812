"""`airelay requests`, and how commands read the books of this machine."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import click

from ...domain.errors import StoreUnavailable
from ...domain.ports import Journal
from ...domain.pricing import usd
from ...domain.receipt import Receipt
from ...domain.usage import RequestQuery
from ...locales import say
from ..settings import Settings, load
from ..settings.paths import Json
from .group import Around, file_option, print_json, show

T = TypeVar("T")


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
