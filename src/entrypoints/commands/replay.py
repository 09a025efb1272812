"""`airelay usage replay`: books what stands in a log alone."""

import gzip
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click
from attrs import define

from ...application.replay import LogLine, Replay, Tally
from ...domain.usage import RequestQuery
from ...domain.usage_line import OLDEST_DAYS, Reader, Reason
from ...locales import say
from ..settings import load
from ..settings.paths import Json
from ..signing import usage_key
from .group import Around, file_option, print_json, show
from .store import with_store

if TYPE_CHECKING:
    from ..stores import Opened

#: Letters of a line that are read at once; what is longer is read in pieces.
LONGEST = 1 << 22
#: Lines that are read, and requests that are settled, between two words of how far it is.
_LINES, _SETTLED = 200_000, 1_000
#: Why a line is refused, and what to do.
WHY: dict[Reason, str] = {
    "damaged": "replay_damaged",
    "forged": "replay_forged",
    "unsigned": "replay_unsigned",
    "no_secret": "replay_no_secret",
    "newer": "replay_newer",
    "old": "replay_old",
    "not_storable": "replay_not_storable",
}


@click.command()
@click.argument("source", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--dry-run", "dry", is_flag=True, help="Look at the lines, and book nothing.")
@click.option("--unsigned", is_flag=True, help="Take lines that are not signed, too.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@file_option
@click.pass_obj
def replay(
    around: Around, source: Path, dry: bool, unsigned: bool, as_json: bool, file: Path | None
) -> None:
    """Book the requests of a log that the store did not take when they ended.

    While the store is away, the relay writes for each request a line `relay.usage.v1` into its
    log. FILE is such a log, also packed with gzip, or `-`: as the relay wrote it, or as a platform
    hands it out, with time stamps before the lines or as members of JSON. Every request is booked
    once, also if it was booked in the meantime, and however often you do this. Needs the
    RELAY_SIGNING_SECRET, the RELAY_NAMESPACE and the RELAY_TIMEZONE of that relay. Exits with 1 if
    any line was refused.

    \b
    Examples:
      airelay usage replay relay.log
      vercel logs --json | airelay usage replay --dry-run -
    """
    settings = load(around.environ, around.folder, file)
    reader = Reader(usage_key(settings), unsigned)
    job = Replay(reader, time.time(), Progress(around.lang))

    async def book(store: "Opened") -> None:
        await store.journal.requests(RequestQuery(limit=0))  # what waits is known after that
        with _log(around, source) as log:
            await job.run(lines(log), store.ledger)

    try:
        if dry:
            with _log(around, source) as log:
                job.look(lines(log))
        else:
            with_store(settings, book, around.lang)
    finally:
        if as_json:
            print_json(record(job.tally, dry=dry))
        elif job.tally.lines:
            show(text(job.tally, around.lang, dry=dry))
    if job.tally.refused:
        click.get_current_context().exit(1)


def lines(log: IO[str], longest: int = LONGEST) -> Iterator[LogLine]:
    """In constant memory."""
    number, begins = 0, True
    while piece := log.readline(longest):
        number += begins
        begins = piece.endswith("\n")
        yield LogLine(number, piece)


def text(tally: Tally, lang: str, *, dry: bool) -> Iterator[str]:
    """For a person."""
    yield say("replay_found", lang, found=f"{tally.found:,}", lines=f"{tally.lines:,}")
    if dry:
        yield say("replay_dry", lang, sound=f"{_sound(tally):,}")
    else:
        yield say("replay_booked", lang, booked=f"{tally.booked:,}", known=f"{tally.known:,}")
    for reason, count in sorted(tally.refused.items()):
        named = tally.named[reason]
        more = ", ..." if count > len(named) else ""
        where = ", ".join(map(str, named)) + more
        why = say(WHY[reason], lang, days=OLDEST_DAYS)
        yield say("replay_refused", lang, count=f"{count:,}", why=why, where=where)


def record(tally: Tally, *, dry: bool) -> dict[str, Json]:
    """For programs."""
    refused: dict[str, Json] = {
        reason: {"count": count, "first_lines": list(tally.named[reason])}
        for reason, count in sorted(tally.refused.items())
    }
    done = {"sound": _sound(tally)} if dry else {"booked": tally.booked, "known": tally.known}
    return {"lines": tally.lines, "found": tally.found, **done, "refused": refused}


@define
class Progress:
    """Tells a person now and then that it goes on."""

    lang: str
    lines: int = 0
    settled: int = 0

    def __call__(self, tally: Tally) -> None:
        settled = tally.booked + tally.known
        if tally.lines - self.lines >= _LINES or settled - self.settled >= _SETTLED:
            self.lines, self.settled = tally.lines, settled
            read, done = f"{tally.lines:,}", f"{settled:,}"
            click.echo(say("replay_progress", self.lang, lines=read, settled=done), err=True)


def _sound(tally: Tally) -> int:
    return tally.found - tally.refused.total()


@contextmanager
def _log(around: Around, source: Path) -> Iterator[IO[str]]:
    """Ends with a sentence where it cannot be read."""
    path = around.folder / source
    try:
        if str(source) == "-":
            with click.open_file("-", encoding="utf-8", errors="replace") as log:
                yield log
        else:
            opens = gzip.open if _packed(path) else open
            with opens(path, "rt", encoding="utf-8", errors="replace") as log:
                yield log
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise click.ClickException(f"{source}: {reason}") from error


def _packed(path: Path) -> bool:
    """Platforms keep old logs with gzip (RFC 1952, section 2.3.1)."""
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"
