"""What the commands of the command line have in common."""

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Protocol

import click
from attrs import field, frozen

from ...domain.errors import ConfigurationError
from ...locales import language, say
from ..settings import Settings
from ..settings.paths import Json
from .report import refusal_text

#: sysexits.h, EX_CONFIG: supervisors can tell a bad configuration from a crash.
BAD_CONFIGURATION = 78


class Run(Protocol):
    def __call__(self, settings: Settings, *, host: str, port: int) -> None: ...


def serve(settings: Settings, *, host: str, port: int) -> None:
    """The server, if it is installed."""
    try:
        from .. import serve  # brings the server and the container: only this command needs them
    except ModuleNotFoundError as missing:
        raise click.ClickException(say("no_server", module=missing.name)) from missing

    serve.run(settings, host=host, port=port)


def somebody_is_there() -> bool:
    """Is there a person at a terminal who can be asked?"""
    return sys.stdin.isatty() and sys.stdout.isatty()


@frozen
class Around:
    """What the commands work in: the environment, the folder, what `serve` runs, and whether
    questions can be asked."""

    environ: Mapping[str, str] = field(repr=False)
    folder: Path
    run: Run = serve
    asks: Callable[[], bool] = somebody_is_there

    @property
    def lang(self) -> str:
        return language(self.environ)


class Commands(click.Group):
    """Shows a configuration that cannot be used as a list, and exits with 78."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except ConfigurationError as error:
            lang = ctx.find_object(Around)
            show(refusal_text(error, lang.lang if lang else "en"), err=True)
            ctx.exit(BAD_CONFIGURATION)


def file_option(command: Callable[..., None]) -> Callable[..., None]:
    """`--config FILE`"""
    return click.option(
        "--config",
        "file",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Read this file instead of relay.toml, .yaml or .json in the current folder.",
    )(command)


def show(lines: Iterable[str], *, err: bool = False) -> None:
    """One line after the other."""
    for line in lines:
        click.echo(line, err=err)


def print_json(value: Json) -> None:
    """For programs, and readable all the same."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))
