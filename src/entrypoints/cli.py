"""The command line: `airelay serve | check | doctor | init | models | usage | store | ...`."""

import os
import sys
from pathlib import Path

import click
from attrs import evolve

from .. import __version__
from ..domain.errors import ConfigurationError
from .commands.books import requests
from .commands.budget import budget
from .commands.doctor import doctor
from .commands.group import BAD_CONFIGURATION, Around, Commands, file_option, print_json, show
from .commands.init import init
from .commands.report import (
    key_is_elsewhere,
    names,
    names_text,
    refusal,
    summary,
    summary_text,
)
from .commands.store import store
from .commands.usage import report, usage
from .first_key import first_key, with_first_key
from .settings import load
from .settings.values import LogStyle
from .sharing import check_workers


def main() -> None:
    """The program. Reads the environment and the current folder; exits with its status."""
    around = Around(os.environ, Path.cwd())
    sys.exit(cli.main(prog_name="airelay", obj=around, standalone_mode=True))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", message="airelay %(version)s")
def cli() -> None:
    """One OpenAI-compatible endpoint in front of many providers and many keys.

    Configuration comes from one file in the current folder (relay.toml, relay.yaml or
    relay.json; `airelay init` writes one), from .env and from the environment. None is needed to
    try it: without a provider the relay answers as demo/echo.

    \b
    Examples:
      OPENAI_API_KEY=sk-... airelay serve
      airelay init && airelay check
      curl -H "Authorization: Bearer $(airelay key)" http://127.0.0.1:8787/v1/models
    """


@cli.command()
@click.option(
    "--host", metavar="ADDRESS", help="Listen here. 0.0.0.0: all addresses. [default: 127.0.0.1]"
)
@click.option("--port", type=click.IntRange(1, 65535), help="Listen on this port. [default: 8787]")
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    help="So many processes share the port, one for each processor at most. [default: 1]",
)
@click.option(
    "--grace",
    type=click.IntRange(0, 3600),
    metavar="SECONDS",
    help="For streams to finish after a signal to stop. [default: 30]",
)
@click.option(
    "--log",
    type=click.Choice(["auto", "json", "text"]),
    help="One line a request: JSON for programs, text for people, auto by terminal.",
)
@file_option
@click.pass_obj
def serve(
    around: Around,
    host: str | None,
    port: int | None,
    workers: int | None,
    grace: int | None,
    log: LogStyle | None,
    file: Path | None,
) -> None:
    """Run the relay.

    The options go over RELAY_HOST, RELAY_PORT (or PORT), RELAY_WORKERS, RELAY_GRACE_SECONDS and
    RELAY_LOG, and these over [server] in the file. On any other address than this machine's own
    the relay answers only with a client key: set RELAY_API_KEY. Exits with 78, and a list of what
    to mend, when the configuration cannot be used.

    SIGTERM and Ctrl+C stop it: nobody new is let in, and requests under way have the grace; then
    they end with an error that says so. A second signal ends them at once. Books are settled
    either way.

    \b
    Examples:
      airelay serve
      airelay serve --port 9000 --log json
      airelay serve --workers 4 --grace 60
      RELAY_API_KEY=$(openssl rand -hex 24) airelay serve --host 0.0.0.0
    """
    settings = load(around.environ, around.folder, file)
    host, port = host or settings.host, port or settings.port
    settings = evolve(
        settings,
        host=host,
        port=port,
        workers=workers or settings.workers,
        grace=settings.grace if grace is None else grace,
        log=log or settings.log,
    )
    check_workers(settings, sys.platform)
    around.run(with_first_key(settings, host), host=host, port=port)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@file_option
@click.pass_obj
def check(around: Around, as_json: bool, file: Path | None) -> None:
    """Check the configuration without starting, and show what is in force.

    Says every mistake at once, each with its place and its mend, and exits with 78; or shows
    providers, keys (as handles, never the keys themselves), virtual models and routes, and
    exits with 0.

    \b
    Examples:
      airelay check
      airelay check --config staging.yaml --json
    """
    if not as_json:
        show(summary_text(load(around.environ, around.folder, file), around.lang))
        return
    try:
        print_json(summary(load(around.environ, around.folder, file)))
    except ConfigurationError as error:
        print_json(refusal(error))
        click.get_current_context().exit(BAD_CONFIGURATION)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@file_option
@click.pass_obj
def models(around: Around, as_json: bool, file: Path | None) -> None:
    """Show which model names lead somewhere, and where.

    A name is looked for in this order: routes, virtual models, models that providers declare,
    provider/model, the longest declared prefix.

    \b
    Examples:
      airelay models
      airelay models --json
    """
    settings = load(around.environ, around.folder, file)
    if as_json:
        print_json(names(settings))
        return
    show(names_text(settings, around.lang))


@cli.command()
@file_option
@click.pass_obj
def key(around: Around, file: Path | None) -> None:
    """Print the client key of this machine.

    Where no client key is configured, one is made on first use and kept in the data folder,
    readable by you alone; that one is printed, and nothing else. A key that you configured is
    never printed: the command then says where it is set, and exits with 1.

    \b
    Examples:
      airelay key
      OPENAI_BASE_URL=http://127.0.0.1:8787/v1 OPENAI_API_KEY=$(airelay key) python app.py
    """
    settings = load(around.environ, around.folder, file)
    if elsewhere := key_is_elsewhere(settings, around.lang):
        click.echo(elsewhere, err=True)
        click.get_current_context().exit(1)
    click.echo(first_key(settings.data_dir))


@cli.command()
def version() -> None:
    """Print the version."""
    click.echo(f"airelay {__version__}")


cli.add_command(budget)
cli.add_command(doctor)
cli.add_command(init)
cli.add_command(usage)
cli.add_command(requests)
cli.add_command(store)
cli.add_command(report)
