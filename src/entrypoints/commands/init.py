"""`airelay init`: a commented configuration, and, where somebody can be asked, keys and secrets."""

from collections.abc import Iterator
from pathlib import Path

import click

from ...locales import say
from ..settings import sources
from ..settings.providers import known_variables
from . import setup
from .dotenv_file import NotAdded, added
from .example import SCHEMA, NotWritten, write_example
from .group import Around, show
from .setup import Answers

ENV = ".env"


@click.command()
@click.option("--force", is_flag=True, help="Overwrite the file if it is there.")
@click.option("--yes", is_flag=True, help="Ask nothing: write the example alone.")
@click.option(
    "--format", "suffix", type=click.Choice(["toml", "yaml"]), default="toml", show_default=True
)
@click.pass_obj
def init(around: Around, force: bool, yes: bool, suffix: str) -> None:
    """Write a commented example configuration into the current folder.

    Writes relay.toml (or relay.yaml), and relay.schema.json beside it, from which editors
    complete and check the fields. Nothing is overwritten without --force.

    On a terminal it asks first: which providers, and their keys. It makes the relay's own secrets,
    adds what is missing to .env (readable by you alone), and can show the lines for Vercel. In a
    script, or with --yes, it asks nothing and writes the example alone.

    \b
    Examples:
      airelay init
      airelay init --format yaml --yes
    """
    if yes or not around.asks():
        path = _example(around, suffix, force=force)
        click.echo(say("init_wrote", around.lang, file=path.name, schema=SCHEMA))
        click.echo(say("init_next", around.lang))
        return
    click.echo(say("init_hello", around.lang))
    answers = setup.asked(around.environ, around.folder, around.lang)
    _write(around, answers, suffix, force=force)
    show(_next(answers, around.lang))
    if click.confirm(say("init_vercel", around.lang), default=False):
        show(_for_vercel(around, answers))


def _example(around: Around, suffix: str, *, force: bool) -> Path:
    try:
        return write_example(around.folder, suffix, force=force)
    except NotWritten as error:
        sentence = say(error.id, around.lang, file=error.file, reason=error.reason)
        raise click.ClickException(sentence) from error


def _write(around: Around, answers: Answers, suffix: str, *, force: bool) -> None:
    """The configuration, unless there is one; and what `.env` lacks."""
    tables = setup.tables(answers.own, suffix)
    there = [name for name in sources.NAMES if (around.folder / name).exists()]
    if there and not (force and there == [f"relay.{suffix}"]):
        click.echo(say("init_kept", around.lang, file=there[0]))
        if tables:
            click.echo(say("init_add_yourself", around.lang, file=there[0]) + "\n" + tables)
    else:
        path = _example(around, suffix, force=force)
        with path.open("a", encoding="utf-8", newline="\n") as file:
            file.write(tables)
        click.echo(say("init_wrote", around.lang, file=path.name, schema=SCHEMA))
    try:
        names = added(around.folder / ENV, answers.lines)
    except NotAdded as error:
        sentence = say("init_failed", around.lang, file=ENV, reason=error.reason)
        raise click.ClickException(sentence) from error
    if names:
        click.echo(say("init_added", around.lang, names=", ".join(names), file=ENV))


def _next(answers: Answers, lang: str) -> Iterator[str]:
    for name in answers.weak:
        yield say("init_weak", lang, name=name, file=ENV)
    yield ""
    yield say("init_then", lang)
    yield "  airelay doctor"
    yield "  airelay serve"
    yield ""


def _for_vercel(around: Around, answers: Answers) -> Iterator[str]:
    """Every line that the project's settings take at once when they are pasted."""
    every = sources.environment(around.environ, around.folder)
    names = [*setup.SECRETS]
    for provider in (*setup.built_in(), *(own.name for own in answers.own)):
        names += known_variables(provider)
    yield say("init_paste", around.lang)
    yield from (f"{name}={every[name]}" for name in names if every.get(name, "").strip())
    if answers.own:
        yield say("init_vercel_file", around.lang)
