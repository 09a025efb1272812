"""The snapshot: what the file and the environment say, put together over what is built in."""

import re
from collections.abc import Iterable, Iterator, Mapping

from attrs import evolve, field, frozen

from ...domain import builtin
from ...domain.access import is_demo
from ...domain.catalogue import Provider, Snapshot, Timeouts
from ...domain.setup import Lack
from .clients import clients
from .environment import Reader
from .keys import fingerprint_key, listed
from .plans import limits, routes, virtual_models
from .providers import Surroundings, entries, known_variables, provider
from .records import FileRecord, ProviderRecord, TargetRecord
from .values import Settings

#: `providers[0]`, as validation says it, to where that record was written.
Places = Mapping[str, str]

#: The original's default is off at 0; here every wait has an end.
_LONGEST_WAIT_MS = 86_400_000


@frozen
class Sources:
    """What there is to read. `notices` collects what is worth knowing."""

    environ: Mapping[str, str] = field(repr=False)
    file: FileRecord = field(repr=False)
    reader: Reader
    notices: list[str]


def snapshot(sources: Sources, settings: Settings) -> tuple[Snapshot, Places]:
    """The snapshot, and where each of its records was written. Mistakes go to the reader."""
    file, reader = sources.file, sources.reader
    around = _surroundings(sources, settings)
    providers = tuple(_providers(sources, settings, around))
    models = tuple(virtual_models(file, around.known))
    rules = tuple(routes(file, around.known))
    bounds = tuple(limits(file, reader, settings.timezone))
    callers = clients(file.client_keys, sources.environ, reader.faults)
    sources.notices.extend((*callers.notices, *_keyless(p for _path, p in providers)))
    found = Snapshot(
        providers=tuple(p for _path, p in providers),
        virtual_models=tuple(m for _path, m in models),
        routes=tuple(r for _path, r in rules),
        client_keys=tuple(k for _path, k in callers.keys),
        limits=tuple(x for _path, x in bounds),
        switched_off=callers.off,
    )
    if file.longest_pause is not None:
        found = evolve(found, longest_pause=file.longest_pause)
    return found, {
        **_places("providers", (path for path, _ in providers)),
        **_places("virtual_models", (path for path, _ in models)),
        **_places("routes", (path for path, _ in rules)),
        **_places("client_keys", (path for path, _ in callers.keys)),
        **_places("limits", (path for path, _ in bounds)),
    }


def lacks(found: Snapshot, settings: Settings) -> Iterator[Lack]:
    """What is not there yet, the most important first; `settings` knows of the secrets."""
    if not found.client_keys:
        weak = "client_keys" in found.switched_off
        yield Lack("clients", "RELAY_API_KEY", "weak" if weak else "missing")
    if not any(each.enabled and each.keys and not is_demo(each) for each in found.providers):
        yield Lack("provider", "OPENAI_API_KEY")
    yield from settings.lacks
    if settings.store.kind == "memory":
        yield Lack("store", "KV_REST_API_URL")


def _places(section: str, paths: Iterable[str]) -> dict[str, str]:
    return {f"{section}[{i}]": path for i, path in enumerate(paths)}


def file_names(file: FileRecord) -> list[str]:
    """The providers the file describes."""
    return [name for _path, name, _record in entries("providers", file.providers)]


def _surroundings(sources: Sources, settings: Settings) -> Surroundings:
    reader, timeouts = sources.reader, Timeouts()
    headers = reader.number("RELAY_UPSTREAM_TIMEOUT_MS", low=0, high=_LONGEST_WAIT_MS)
    if headers == 0:
        said = "RELAY_UPSTREAM_TIMEOUT_MS=0: every wait has an end; the default stands."
        sources.notices.append(said)
    elif headers:
        timeouts = evolve(timeouts, headers=headers / 1000)
    own = (settings.admin_key, settings.signing_secret, *listed(reader.text("RELAY_API_KEY")))
    return Surroundings(
        environ=sources.environ,
        fingerprint=fingerprint_key(settings.signing_secret or settings.namespace),
        known=frozenset({*file_names(sources.file), *builtin.PROVIDERS}),
        own_secrets=frozenset(secret for secret in own if secret),
        timeouts=timeouts,
        user_agent=reader.text("RELAY_DEFAULT_USER_AGENT") or None,
    )


def _providers(
    sources: Sources, settings: Settings, around: Surroundings
) -> Iterator[tuple[str, Provider]]:
    """The file's; the built-in ones that have a key or that a target names; and the demo."""
    faults = sources.reader.faults
    written: set[str] = set()
    for path, name, record in entries("providers", sources.file.providers):
        written.add(name)
        found = provider(path, name, record, around, faults)
        off = name == "demo" and settings.demo == "off"
        yield path, evolve(found, enabled=False) if off else found
    meant, others = set(_meant(sources.file)), written - {"demo"}
    for name in [n for n in builtin.PROVIDERS if n not in written and n != "demo"]:
        found = provider(name, name, ProviderRecord(), around, faults)
        if found.keys or name in meant:
            others.add(name)
            yield name, found
    wanted = settings.demo == "on" or (settings.demo == "auto" and ("demo" in meant or not others))
    if wanted and "demo" not in written:
        yield "demo", builtin.DEMO


def _meant(file: FileRecord) -> Iterator[str]:
    """The left part of every target and fallback: the built-in providers the file names so."""
    chains: list[Iterable[str | TargetRecord | None]] = []
    chains += [r.fallbacks or [] for _, _, r in entries("providers", file.providers)]
    chains += [r.targets for _, _, r in entries("virtual_models", file.virtual_models)]
    chains += [r.targets for _, _, r in entries("routes", file.routes)]
    for said in (each for chain in chains for each in chain):
        if isinstance(said, TargetRecord):
            yield said.provider or ""
        elif said is not None:
            yield re.split("[/:]", said, maxsplit=1)[0]


def _keyless(providers: Iterable[Provider]) -> Iterator[str]:
    for each in providers:
        if each.enabled and not each.keys and each.header_style != "none":
            names = known_variables(each.name)
            how = f"set {names[0]}" if names else "give it `keys`"
            yield f"The provider `{each.name}` has no key and cannot serve: {how}."
