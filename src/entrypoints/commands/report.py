"""A configuration as a person or a program wants to see it: everything but the secrets."""

from collections.abc import Iterable, Iterator

from ...domain.catalogue import Provider, Route, Target
from ...domain.errors import ConfigurationError
from ...domain.index import Index
from ...locales import say
from ..settings import Settings
from ..settings.paths import Json


def summary(settings: Settings) -> dict[str, Json]:
    """What `check --json` prints for a sound configuration."""
    snapshot = settings.snapshot
    return {
        "ok": True,
        "source": settings.source,
        "providers": [_provider(provider) for provider in snapshot.providers],
        "virtual_models": [
            {"name": m.name, "strategy": m.strategy, "targets": _texts(m.targets)}
            for m in snapshot.virtual_models
        ],
        "routes": [
            {"name": r.name, "when": _when(r), "targets": _texts(r.targets), "enabled": r.enabled}
            for r in sorted(snapshot.routes, key=lambda r: -r.priority)
        ],
        "client_keys": [key.name for key in snapshot.client_keys],
        "limits": [f"{x.subject} {x.metric}/{x.window} {x.limit}" for x in snapshot.limits],
        "switched_off": dict(snapshot.switched_off),
        "notices": list(settings.notices),
    }


def refusal(error: ConfigurationError) -> dict[str, Json]:
    """What `check --json` prints for one that cannot be used."""
    problems: list[Json] = [
        {"path": p.path, "what": p.what, "mend": p.mend} for p in error.problems
    ]
    return {"ok": False, "problems": problems}


def names(settings: Settings) -> dict[str, Json]:
    """Every name that leads somewhere, and where: what `models --json` prints."""
    index = Index.of(settings.snapshot)
    prefixes: dict[str, Json] = {}
    for prefix, _owner in sorted(index.prefixes):
        prefixes[prefix] = [owner for each, owner in index.prefixes if each == prefix]
    return {
        "virtual_models": {n: _texts(m.targets) for n, m in index.virtual_models.items()},
        "declared": {model: list(owners) for model, owners in index.declared.items()},
        "prefixes": prefixes,
    }


def _provider(provider: Provider) -> dict[str, Json]:
    return {
        "name": provider.name,
        "base_url": provider.base_url,
        "enabled": provider.enabled,
        "keys": [
            {"handle": key.handle, "label": key.label, "source": key.source, "weight": key.weight}
            for key in provider.keys
        ],
        "models": list(provider.models),
        "prefixes": list(provider.prefixes),
        "fallbacks": _texts(provider.fallbacks),
    }


def _when(route: Route) -> dict[str, Json]:
    when = route.when
    said: dict[str, Json] = {
        "model": when.model,
        "endpoint": when.endpoint,
        "client": when.client,
        "stream": when.stream,
        "headers": dict(when.headers) or None,
    }
    return {name: value for name, value in said.items() if value is not None}


def _texts(targets: Iterable[Target]) -> list[Json]:
    return [str(target).removesuffix("/") for target in targets]


def summary_text(settings: Settings, lang: str) -> Iterator[str]:
    """The summary, line by line."""
    snapshot = settings.snapshot
    yield say("config_from", lang, source=settings.source or say("config_none", lang))
    yield from _section("providers", (_provider_line(p, lang) for p in snapshot.providers), lang)
    models = (f"{m.name} -> {_joined(m.targets)}  ({m.strategy})" for m in snapshot.virtual_models)
    yield from _section("virtual_models", models, lang)
    yield from _section("routes", map(_route_line, Index.of(snapshot).routes), lang)
    clients = [key.name for key in snapshot.client_keys]
    yield from _section("client_keys", clients or [say("client_none", lang)], lang)
    limits = (f"{x.subject}: {x.limit} {x.metric} / {x.window}" for x in snapshot.limits)
    yield from _section("limits", limits, lang)
    off = (f"{name}: {mend}" for name, mend in snapshot.switched_off.items())
    yield from _section("switched_off", off, lang)
    yield from _section("notices", settings.notices, lang)
    yield ""
    yield say("check_ok", lang)


def refusal_text(error: ConfigurationError, lang: str) -> Iterator[str]:
    """Every problem: where and what, and the mend below it."""
    yield say("config_broken", lang, count=len(error.problems))
    for problem in error.problems:
        yield f"  {problem.path}: {problem.what}"
        if problem.mend:
            yield f"      {say('mend', lang, mend=problem.mend)}"


def names_text(settings: Settings, lang: str) -> Iterator[str]:
    """The names, section by section."""
    index = Index.of(settings.snapshot)
    models = (f"{n} -> {_joined(m.targets)}" for n, m in index.virtual_models.items())
    yield from _section("virtual_models", models, lang)
    declared = (f"{model} -> {', '.join(owners)}" for model, owners in index.declared.items())
    yield from _section("declared", declared, lang)
    prefixes = (f"{prefix}... -> {owner}" for prefix, owner in sorted(index.prefixes))
    yield from _section("prefixes", prefixes, lang)
    yield ""
    yield say("any_model", lang)


def key_is_elsewhere(settings: Settings, lang: str) -> str | None:
    """Why there is no key of this machine's own; None: there is, or it may be made."""
    snapshot = settings.snapshot
    if mend := snapshot.switched_off.get("client_keys"):
        return mend
    if any(key.name == "default" or key.name.startswith("env-") for key in snapshot.client_keys):
        return say("key_variable", lang)
    if snapshot.client_keys:
        return say("key_file", lang, source=settings.source)
    return say("key_vercel", lang) if settings.on_vercel else None


def _section(id: str, lines: Iterable[str], lang: str) -> Iterator[str]:
    found = list(lines)
    if found:
        yield ""
        yield say(id, lang)
        yield from (f"  {line}" for line in found)


def _provider_line(provider: Provider, lang: str) -> str:
    if not provider.enabled:
        return say("provider_off", lang, name=provider.name)
    keys = ", ".join(f"{key.handle} ({key.label})" for key in provider.keys)
    return say(
        "provider_line",
        lang,
        name=provider.name,
        url=provider.base_url,
        keys=keys or say("no_keys", lang),
        models=len(provider.models),
        prefixes=len(provider.prefixes),
    )


def _route_line(route: Route) -> str:
    when = ", ".join(f"{name}={value}" for name, value in _when(route).items()) or "*"
    return f"{route.name} ({route.priority}): {when} -> {_joined(route.targets)}"


def _joined(targets: Iterable[Target]) -> str:
    return ", ".join(str(text) for text in _texts(targets))
