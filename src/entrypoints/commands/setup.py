"""What `airelay init` asks on a terminal, and what it makes of the answers."""

import base64
import json
import re
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
from attrs import field, frozen

from ...domain import builtin
from ...domain.access import DEMO
from ...domain.validation import url_fault
from ...locales import say
from ..settings import sources
from ..settings.keys import fingerprint_key, handle, is_weak, listed
from ..settings.providers import known_variables

#: Names that may stand left of `/`, and in a variable's name.
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
#: The relay's own secrets, and what they begin with.
SECRETS = {"RELAY_API_KEY": "sk-relay-", "RELAY_ADMIN_KEY": "", "RELAY_SIGNING_SECRET": ""}


@frozen
class Found:
    """Keys of a provider that are there already: in which variable, and their fingerprints."""

    provider: str
    variable: str
    place: str
    handles: tuple[str, ...]


@frozen
class Own:
    """A provider that is not built in."""

    name: str
    base_url: str

    @property
    def variable(self) -> str:
        return known_variables(self.name)[0]


@frozen
class Answers:
    """`lines`: what `.env` is to hold besides what it holds; `weak`: secrets that are there and
    will not be accepted."""

    lines: Mapping[str, str] = field(repr=False)
    own: tuple[Own, ...] = ()
    weak: tuple[str, ...] = ()


def found(every: Mapping[str, str], environ: Mapping[str, str], signing: str) -> Iterator[Found]:
    """Every key of a built-in provider in `every`, which is `environ` over `.env`; `signing` is
    what fingerprints are keyed with, so that they are those of `airelay check` later on."""
    key = fingerprint_key(signing)
    for name in built_in():
        for variable in known_variables(name):
            if keys := listed(every.get(variable, "")):
                place = variable if variable in environ else f"{variable} (.env)"
                yield Found(name, variable, place, tuple(handle(key, name, each) for each in keys))


def asked(environ: Mapping[str, str], folder: Path, lang: str) -> Answers:
    """The questions, one after the other; nothing is written yet. Raises ConfigurationError when
    `.env` cannot be read."""
    every = sources.environment(environ, folder)
    own_secrets = made(every)
    signing = own_secrets.get("RELAY_SIGNING_SECRET") or every["RELAY_SIGNING_SECRET"].strip()
    there = list(found(every, environ, signing))
    for each in there:
        handles = ", ".join(each.handles)
        click.echo(say("init_found", lang, provider=each.provider, at=each.place, keys=handles))
    names = _names({each.provider for each in there}, lang)
    lines = dict(own_secrets)
    for name in names:
        if name not in {each.provider for each in there}:
            variable = known_variables(name)[0]
            lines[variable] = _key(name, variable, lang)
    own = tuple(_others(lines, lang))
    given = {name: value for name, value in lines.items() if value}
    return Answers(given, own, tuple(weak(every)))


def built_in() -> list[str]:
    """The providers that need no more than a key."""
    return [name for name in builtin.PROVIDERS if name != DEMO]


def made(environ: Mapping[str, str]) -> dict[str, str]:
    """The relay's own secrets that are not there yet; one that is there stays, weak or strong."""
    return {
        name: start + base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
        for name, start in SECRETS.items()
        if not environ.get(name, "").strip()
    }


def weak(environ: Mapping[str, str]) -> list[str]:
    """Those that are there and will not be accepted."""
    return [
        name
        for name in SECRETS
        if (said := listed(environ.get(name, ""))) and all(map(is_weak, said))
    ]


def tables(own: tuple[Own, ...], suffix: str) -> str:
    """The providers that are not built in, as the configuration file has them."""
    if not own:
        return ""
    if suffix == "toml":
        return "".join(
            f"\n[providers.{each.name}]\nbase_url = {json.dumps(each.base_url)}\n"
            f'keys_env = "{each.variable}"\n'
            for each in own
        )
    entries = "".join(
        f"  {each.name}:\n    base_url: {json.dumps(each.base_url)}\n"
        f"    keys_env: {each.variable}\n"
        for each in own
    )
    return f"\nproviders:\n{entries}"


def _names(there: set[str], lang: str) -> list[str]:
    known = built_in()
    default = ",".join(name for name in known if name in there) or known[0]
    while True:
        click.echo(say("init_known", lang, names=", ".join(known)))
        said = click.prompt(say("init_which", lang), default=default)
        names = list(dict.fromkeys(each.lower() for each in re.split(r"[\s,]+", said) if each))
        unknown = [name for name in names if name not in known and name != "-"]
        if not unknown:
            return [name for name in names if name != "-"]
        click.echo(say("init_unknown", lang, names=", ".join(unknown)))


def _key(name: str, variable: str, lang: str) -> str:
    text = say("init_key", lang, provider=name, variable=variable)
    said: str = click.prompt(text, default="", hide_input=True, show_default=False)
    return ",".join(listed(said))


def _others(lines: dict[str, str], lang: str) -> Iterator[Own]:
    """Providers that are not built in, until there is none more."""
    there: list[str] = []
    while click.confirm(say("init_other_provider", lang), default=False):
        name = click.prompt(say("init_name", lang)).strip().lower()
        url = click.prompt(say("init_url", lang)).strip().rstrip("/")
        taken = {*builtin.PROVIDERS, *there}
        if (
            not _NAME.fullmatch(name)
            or not known_variables(name)
            or name in taken
            or url_fault(url)
        ):
            click.echo(say("init_bad_provider", lang))
            continue
        there.append(name)
        own = Own(name, url)
        lines[own.variable] = _key(name, own.variable, lang)
        yield own
