"""`airelay store`: is it well, how much is in it, and its content into a file and back."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from ...adapters.stores import archive as archives
from ...adapters.stores import archive_text
from ...adapters.stores.archive import Content
from ...adapters.stores.archive_text import NoArchive
from ...domain.errors import StoreUnavailable
from ...locales import say
from ..settings import Settings, load
from .group import Around, file_option, print_json, show
from .store_report import check_text, checked, counted, stats_text

if TYPE_CHECKING:
    from ..stores import Opened

T = TypeVar("T")
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def store() -> None:
    """Look at the store, and copy what is in it.

    The store is the Redis or the Upstash database that the environment names, else the file in
    the data folder.

    \b
    Examples:
      airelay store check
      airelay store export books.jsonl
    """


@store.command()
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@file_option
@click.pass_obj
def check(around: Around, as_json: bool, file: Path | None) -> None:
    """Is the store well? Where it is, how long a trip takes, what cannot be read.

    Exits with 1 when it cannot be reached. Some databases throw data away when their memory is
    full; that is said, where they tell.

    \b
    Examples:
      airelay store check
      REDIS_URL=rediss://default:...@host:6379 airelay store check --json
    """
    settings = load(around.environ, around.folder, file)

    async def look(store: "Opened") -> None:
        found = await store.inspection.check()
        if as_json:
            print_json(checked(found, store.where, settings))
            return
        show(check_text(found, store.where, settings, around.lang))

    with_store(settings, look, around.lang)


@store.command()
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@file_option
@click.pass_obj
def stats(around: Around, as_json: bool, file: Path | None) -> None:
    """How much is in the store: holds, receipts, sums, records, bytes.

    On a Redis this takes up to 150 commands, which Upstash bills.

    \b
    Examples:
      airelay store stats
    """
    settings = load(around.environ, around.folder, file)

    async def look(store: "Opened") -> None:
        found = await store.inspection.stats()
        if as_json:
            print_json(counted(found))
            return
        show(stats_text(found, around.lang))

    with_store(settings, look, around.lang)


@store.command("export")
@click.argument("target", metavar="FILE", type=_FILE)
@file_option
@click.pass_obj
def export(around: Around, target: Path, file: Path | None) -> None:
    """Write saved records, sums and receipts into FILE, as lines of JSON.

    No keys of providers and no answers are in it; what your clients used is, so keep it to
    yourself. Limits begin anew where it is imported. FILE must not be there yet.

    \b
    Examples:
      airelay store export books.jsonl
    """
    settings = load(around.environ, around.folder, file)

    async def copy(store: "Opened") -> list[str]:
        found = archives.everything(store.archive, store.journal)
        return [archive_text.line(item) async for item in found]

    lines = with_store(settings, copy, around.lang)
    _write(around.folder / target, (archive_text.header(), *lines, archive_text.footer(len(lines))))
    click.echo(say("store_exported", around.lang, count=len(lines), file=target))


@store.command("import")
@click.argument("source", metavar="FILE", type=_FILE)
@click.option("--replace", is_flag=True, help="Write over what is there, where it differs.")
@file_option
@click.pass_obj
def import_(around: Around, source: Path, replace: bool, file: Path | None) -> None:
    """Put what `airelay store export` wrote into the store.

    What is there already stays, unless you say --replace; nothing is added up, so that it may be
    done twice. A file of a newer relay, or a damaged one, is refused as a whole.

    \b
    Examples:
      airelay store import books.jsonl
      REDIS_URL=redis://127.0.0.1 airelay store import books.jsonl --replace
    """
    settings = load(around.environ, around.folder, file)
    content = _read(around.folder / source, around.lang)

    async def copy(store: "Opened") -> int:
        return await archives.put(store.archive, content, replace=replace)

    count = with_store(settings, copy, around.lang)
    click.echo(say("store_imported", around.lang, count=count, left=len(content) - count))


def with_store(settings: Settings, job: "Callable[[Opened], Awaitable[T]]", lang: str) -> T:
    """Done with the store. Ends with a sentence where that fails."""
    from ..stores import opened  # what only these commands need

    async def work() -> T:
        async with opened(settings) as store:
            if store is None:
                raise click.ClickException(say("store_none", lang))
            return await job(store)

    try:
        return asyncio.run(work())
    except (StoreUnavailable, OSError) as error:
        raise click.ClickException(str(error)) from error


def _write(path: Path, lines: Iterable[str]) -> None:
    """Readable by its owner alone; nothing is overwritten."""
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "w", encoding="utf-8", newline="\n") as target:
            target.writelines(f"{line}\n" for line in lines)
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror}") from error


def _read(path: Path, lang: str) -> Content:
    try:
        with path.open(encoding="utf-8", errors="replace") as source:
            return archive_text.content(source)
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror}") from error
    except NoArchive as error:
        id = "store_newer" if error.newer else "store_damaged"
        raise click.ClickException(say(id, lang, file=path.name, line=error.line)) from error
