"""`airelay doctor`: what is wrong with this machine's relay, or with one at a URL, and its mend."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from ...domain.diagnosis.findings import Finding, worst
from ...domain.errors import ConfigurationError
from ...locales import say
from ..settings import sources
from ..settings.keys import listed
from .doctor_report import summary, text
from .group import Around, file_option, print_json

if TYPE_CHECKING:
    from ..doctor.looking import Visit

How = tuple[Around, Path | None, float, bool]

#: Said to be a machine's own name without TLS.
_HERE = ("localhost", "127.0.0.1", "[::1]")


@click.command()
@click.argument("url", required=False)
@click.option(
    "--key", metavar="KEY", help="A client key of the relay at URL. Default: RELAY_API_KEY."
)
@click.option(
    "--probe",
    is_flag=True,
    help="Ask models for a few words as well, which costs a little: of every provider and key, or "
    "of --model through the relay at URL.",
)
@click.option(
    "--model", metavar="NAME", help="With URL and --probe. Default: the first one listed."
)
@click.option(
    "--timeout",
    type=click.FloatRange(0.1, 600),
    default=10.0,
    show_default=True,
    help="Seconds for each thing that is asked.",
)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@file_option
@click.pass_obj
def doctor(
    around: Around,
    url: str | None,
    key: str | None,
    probe: bool,
    model: str | None,
    timeout: float,
    as_json: bool,
    file: Path | None,
) -> None:
    """Look for what is wrong, and say how to mend it.

    Without URL: this machine's configuration, secrets, Python, files, store, and each provider
    with each of its keys. With URL, a relay that runs there: whom it lets in, what stands in front
    of it, and whether streams come as they are sent. Exits with 1 when there is a problem.

    \b
    Examples:
      airelay doctor
      airelay doctor --probe
      RELAY_API_KEY=sk-... airelay doctor https://relay.example.com
      airelay doctor http://127.0.0.1:8787 --key "$(airelay key)" --json
    """
    if url is not None:
        url = _address(url)
    how = (around, file, timeout, probe)
    found = _there(how, url, key, model) if url else _here(how)
    if as_json:
        print_json(summary(found, url, around.lang))
    else:
        for line in text(found, url, around.lang):
            click.echo(line, color=False if around.environ.get("NO_COLOR") else None)
    click.get_current_context().exit(int(worst(found) == "problem"))


def _here(how: How) -> list[Finding]:
    from ..doctor import looking  # what only this command needs

    return asyncio.run(looking.here(_visit(how)))


def _there(how: How, url: str, key: str | None, model: str | None) -> list[Finding]:
    from ..doctor import looking

    key = key or _own_key(how[0])
    return asyncio.run(looking.at(url, key, model or "", _visit(how)))


def _visit(how: How) -> "Visit":
    from ..doctor.looking import Visit

    around, file, timeout, probe = how

    def step(what: str) -> None:
        click.echo(say("doctor_step", around.lang, what=what), err=True)

    return Visit(around.environ, around.folder, step, file, timeout, probe)


def _address(said: str) -> str:
    """The relay's root, however it was pasted: with `/v1`, with a slash, without a scheme."""
    bare = said.strip()
    if "://" not in bare:
        bare = f"{'http' if bare.startswith(_HERE) else 'https'}://{bare}"
    parts = urlsplit(bare)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise click.BadParameter("write it like https://relay.example.com", param_hint="URL")
    path = parts.path.rstrip("/").removesuffix("/v1")
    return f"{parts.scheme}://{parts.netloc}{path}"


def _own_key(around: Around) -> str:
    try:
        environ = sources.environment(around.environ, around.folder)
    except ConfigurationError:
        return ""
    return next(iter(listed(environ.get("RELAY_API_KEY", ""))), "")
