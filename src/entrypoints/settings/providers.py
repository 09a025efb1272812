"""Providers, from the file and the environment over what is built in."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, Protocol, TypeVar

from attrs import evolve, field, frozen

from ...domain import builtin
from ...domain.blocks import Dialect
from ...domain.catalogue import HeaderStyle, Provider, ProviderKey, Timeouts
from ...domain.errors import Problem
from ...domain.validation import url_fault
from .keys import handle, listed, pool
from .paths import path_text
from .prices import own
from .records import KeyRecord, ProviderRecord, TimeoutsRecord
from .targets import fallback

#: Stands in for a missing URL, so that the other mistakes can still be found.
NOWHERE = "https://missing.invalid"

#: The words of the original stand beside ours.
_STYLES: dict[str, HeaderStyle] = {
    "bearer": "bearer",
    "x-api-key": "x-api-key",
    "api-key": "api-key",
    "none": "none",
    "openai": "bearer",
    "azure": "api-key",
}
_DIALECTS: dict[str, Dialect] = {
    "openai_chat": "openai_chat",
    "openai": "openai_chat",
    "anthropic_messages": "anthropic_messages",
    "anthropic": "anthropic_messages",
}
_LIKE = "Write it like `https://api.example.com/v1`."
_SENDABLE = re.compile(r"[\x21-\x7e]+")  # what a header may carry and a key may hold

T = TypeVar("T")


class Named(Protocol):
    @property
    def name(self) -> str | None: ...


N = TypeVar("N", bound=Named)


@frozen
class Surroundings:
    """What providers are read with."""

    environ: Mapping[str, str] = field(repr=False)
    fingerprint: bytes = field(repr=False)
    known: frozenset[str]  # names that may stand left of `/` and `:`
    own_secrets: frozenset[str] = field(repr=False)
    timeouts: Timeouts = field(factory=Timeouts)
    user_agent: str | None = None


def entries(
    section: str, records: Mapping[str, N] | Sequence[N | None]
) -> Iterator[tuple[str, str, N]]:
    """Path, name and record of each entry of either form; those without a name are passed over."""
    if isinstance(records, Mapping):
        for name, record in records.items():
            yield path_text((section, name)), name, record
        return
    for i, each in enumerate(records):
        if each is not None and each.name:
            yield path_text((section, i)), each.name, each


def known_variables(name: str) -> tuple[str, ...]:
    """Where a provider's keys are looked for without being told."""
    stem = re.sub(r"[^A-Z0-9]", "_", name.upper())
    if stem in ("RELAY", "DEMO") or stem.startswith("RELAY_"):  # RELAY_API_KEY is no provider's
        return ()
    if stem == "ANTHROPIC":  # the original calls it by its model
        return ("ANTHROPIC_API_KEY", "ANTHROPIC_KEYS", "CLAUDE_API_KEY", "CLAUDE_KEYS")
    return f"{stem}_API_KEY", f"{stem}_KEYS"


def address_variables(name: str) -> tuple[str, ...]:
    if not known_variables(name):
        return ()
    stem = re.sub(r"[^A-Z0-9]", "_", name.upper())
    own = f"{stem}_BASE_URL"
    return (own, "CLAUDE_BASE_URL") if stem == "ANTHROPIC" else (own,)


def provider(
    path: str, name: str, record: ProviderRecord, around: Surroundings, faults: list[Problem]
) -> Provider:
    """The provider a record describes, over the built-in of that name. Mistakes go to `faults`."""
    base = builtin.PROVIDERS.get(name)
    if base is None:
        base = Provider(name, "", timeouts=around.timeouts, user_agent=around.user_agent)
    elif name != "demo":
        base = evolve(base, timeouts=around.timeouts, user_agent=around.user_agent)
    timeouts = _timeouts(base.timeouts, record.timeouts)
    style = _STYLES[record.header_style] if record.header_style else base.header_style
    keys = pool((*base.keys, *_keys(path, name, record, around, faults)))
    headers = base.headers if record.headers is None else tuple(record.headers.items())
    return Provider(
        name=name,
        base_url=_base_url(path, base, record, around, faults),
        dialect=_DIALECTS[record.dialect] if record.dialect else base.dialect,
        header_style=style,
        keys=keys or (_keyless(name) if style == "none" else ()),
        models=_given(record.models, base.models),
        prefixes=_given(record.prefixes, base.prefixes),
        fallbacks=tuple(fallback(each, around.known) for each in record.fallbacks or () if each),
        timeouts=timeouts,
        model_timeouts={
            model: _timeouts(timeouts, w) for model, w in record.model_timeouts.items()
        },
        user_agent=_or(record.user_agent, base.user_agent),
        headers=headers,
        stream_usage=_or(record.stream_usage, base.stream_usage),
        prices={**base.prices, **own(path, record.prices, faults)},
        enabled=_or(record.enabled, base.enabled),
    )


def _base_url(
    path: str,
    base: Provider,
    record: ProviderRecord,
    around: Surroundings,
    faults: list[Problem],
) -> str:
    for variable in address_variables(base.name):
        said = around.environ.get(variable, "").strip()
        if not said:
            continue
        if fault := url_fault(said):
            faults.append(Problem(variable, fault, _LIKE))
            return NOWHERE
        bare = re.fullmatch(r"https?://[^/]+/?", said) and base.base_url.endswith("/v1")
        # The original's example file left the path out, as Anthropic's own SDKs do.
        return f"{said.rstrip('/')}/v1" if bare else said.rstrip("/")
    if url := record.base_url or base.base_url:
        return url.rstrip("/")
    faults.append(Problem(f"{path}.base_url", "is missing.", _LIKE))
    return NOWHERE


def _keyless(name: str) -> tuple[ProviderKey, ...]:
    """One that asks for no key has a pool all the same, so that it is picked, rests and is named
    in receipts like any other."""
    return (ProviderKey(f"keyless-{name}", "", label="no key", source="built-in"),)


def _keys(
    path: str, name: str, record: ProviderRecord, around: Surroundings, faults: list[Problem]
) -> Iterator[ProviderKey]:
    for i, said in enumerate(record.keys):
        if said is not None:
            yield from _file_key(f"{path}.keys[{i}]", name, said, around, faults)
    variables = [*known_variables(name)]
    if record.keys_env and _allowed(f"{path}.keys_env", record.keys_env, faults):
        variables.append(record.keys_env)
    for variable in dict.fromkeys(variables):
        for secret in listed(around.environ.get(variable, "")):
            if _usable(variable, secret, around, faults):
                yield ProviderKey(
                    handle(around.fingerprint, name, secret), secret, 1, variable, "environment"
                )


def _file_key(
    path: str, name: str, said: str | KeyRecord, around: Surroundings, faults: list[Problem]
) -> Iterator[ProviderKey]:
    record = KeyRecord(key=said) if isinstance(said, str) else said
    text = record.key or ""
    if record.env:
        if not _allowed(f"{path}.env", record.env, faults):
            return
        text = around.environ.get(record.env, "")
        if not text.strip():
            mend = f"Set {record.env}, or leave this key out."
            faults.append(Problem(f"{path}.env", f"{record.env} is not set.", mend))
    label = record.label or record.env or "file"
    source: Literal["environment", "file"] = "environment" if record.env else "file"
    for secret in listed(text):
        if _usable(path, secret, around, faults):
            made = handle(around.fingerprint, name, secret)
            yield ProviderKey(made, secret, record.weight, label, source)


def _allowed(path: str, variable: str, faults: list[Problem]) -> bool:
    if not variable.upper().startswith("RELAY_"):
        return True
    what = f"{variable} is the relay's own and no provider's key."
    faults.append(Problem(path, what, "Name another variable."))
    return False


def _usable(path: str, secret: str, around: Surroundings, faults: list[Problem]) -> bool:
    if secret in around.own_secrets:
        what = "is one of the relay's own secrets; it would be sent to the provider."
        faults.append(Problem(path, what, "Use a key that the provider gave you."))
        return False
    if _SENDABLE.fullmatch(secret):
        return True
    faults.append(Problem(path, "has characters no key may have.", "Copy the key again."))
    return False


def _timeouts(base: Timeouts, record: TimeoutsRecord) -> Timeouts:
    return Timeouts(
        connect=_or(record.connect, base.connect),
        headers=_or(record.headers, base.headers),
        first_event=_or(record.first_event, base.first_event),
        idle=_or(record.idle, base.idle),
        answer=_or(record.answer, base.answer),
        drain=_or(record.drain, base.drain),
    )


def _or(given: T | None, otherwise: T) -> T:
    return otherwise if given is None else given


def _given(said: Iterable[T | None] | None, otherwise: tuple[T, ...]) -> tuple[T, ...]:
    return otherwise if said is None else tuple(each for each in said if each is not None)
