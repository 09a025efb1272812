"""What is configured, as the doctor's facts: no network, and no secret in them."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from ...domain import builtin
from ...domain.access import is_demo
from ...domain.catalogue import Provider
from ...domain.diagnosis.configuration import Configuration, Fault
from ...domain.diagnosis.hosting import Hosting
from ...domain.diagnosis.own_secrets import Around, Name, Secret
from ...domain.errors import ConfigurationError
from ..environments import PLATFORM_END
from ..first_key import is_loopback
from ..settings import Settings
from ..settings.keys import bits, digest, is_weak, listed

NAMES: tuple[Name, ...] = ("RELAY_API_KEY", "RELAY_ADMIN_KEY", "RELAY_SIGNING_SECRET")
#: Where the platform's function is, and its settings.
VERCEL, FUNCTION = "vercel.json", "src/entrypoints/vercel.py"
#: `"maxDuration": "max"`: what the largest plans have.
_MOST_SECONDS = 800.0


def refused(error: ConfigurationError) -> Configuration:
    """One that cannot be used."""
    return Configuration(faults=[Fault(p.path, p.what, p.mend) for p in error.problems])


def configuration(settings: Settings) -> Configuration:
    """One that can."""
    return Configuration(
        source=settings.source,
        notices=settings.notices,
        misspelt=settings.misspelt,
        off=tuple(settings.snapshot.switched_off.values()),
        providers=len(real_providers(settings)),
        hosted=settings.on_vercel,
    )


def real_providers(settings: Settings) -> list[Provider]:
    """Those that are switched on, but for the demo."""
    return [p for p in settings.snapshot.providers if p.enabled and not is_demo(p)]


def builtin_models(name: str) -> tuple[str, ...]:
    """Those that nobody had to name."""
    known = builtin.PROVIDERS.get(name)
    return known.models if known else ()


def secrets(environ: Mapping[str, str]) -> Iterator[Secret]:
    """The relay's own, of the environment and `.env`."""
    for name in NAMES:
        said = environ.get(name, "").strip()
        for secret in (said,) if name == "RELAY_SIGNING_SECRET" and said else listed(said):
            yield Secret(name, digest(secret), is_weak(secret), bits(secret))


def around(settings: Settings) -> Around:
    exposed = settings.on_vercel or not is_loopback(settings.host)
    return Around(exposed, len(settings.snapshot.client_keys))


def open_files(settings: Settings, folder: Path) -> list[Path]:
    """Files that hold secrets: `.env`, and a configuration with keys written into it."""
    written = any(key.source == "file" for p in settings.snapshot.providers for key in p.keys)
    return [folder / ".env", *([Path(settings.source)] if written and settings.source else [])]


def hosting(settings: Settings, environ: Mapping[str, str], folder: Path) -> Hosting | None:
    """None: this is not to run on Vercel."""
    if not settings.on_vercel and not (folder / ".vercel").is_dir():
        return None
    told = vercel_json(folder)
    return Hosting(
        limit(told),
        PLATFORM_END,
        {provider.name: _longest(provider) for provider in real_providers(settings)},
        crons(told),
        cron_secret=bool(environ.get("CRON_SECRET", "").strip()),
    )


def vercel_json(folder: Path) -> Mapping[str, object]:
    """What it says; nothing where it is not there or cannot be read."""
    try:
        found = json.loads((folder / VERCEL).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, Mapping) else {}


def limit(told: Mapping[str, object]) -> float | None:
    """Seconds that the function may take."""
    functions = told.get("functions")
    function = functions.get(FUNCTION) if isinstance(functions, Mapping) else None
    said = function.get("maxDuration") if isinstance(function, Mapping) else None
    if said == "max":
        return _MOST_SECONDS
    return float(said) if isinstance(said, int | float) else None


def crons(told: Mapping[str, object]) -> list[str]:
    """Paths that the platform calls by itself."""
    found = told.get("crons")
    entries = found if isinstance(found, list) else []
    return [str(each["path"]) for each in entries if isinstance(each, Mapping) and "path" in each]


def _longest(provider: Provider) -> float:
    every = (provider.timeouts, *provider.model_timeouts.values())
    return max(max(each.headers, each.first_event, each.idle) for each in every)
