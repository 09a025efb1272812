"""Reads everything there is to read, once, and says everything that is wrong with it, at once."""

import re
from collections.abc import Mapping
from pathlib import Path

from attrs import evolve

from ...domain import validation
from ...domain.catalogue import Snapshot
from ...domain.errors import ConfigurationError, Problem
from . import prices, sources, variables
from . import store as stores
from .environment import Reader, legacy_off, secrets
from .folders import data_dir
from .providers import address_variables, known_variables
from .records import FileRecord, typed
from .snapshot import Places, Sources, file_names, lacks, snapshot
from .values import Settings


def load(environ: Mapping[str, str], folder: Path, file: Path | None = None) -> Settings:
    """The settings: built-in facts < one file < environment (and below it `.env` of `folder`).

    `file` names the configuration file; without it RELAY_CONFIG does, or the folder has one.
    Raises ConfigurationError with every mistake at once. What is only worth knowing is in
    `notices`; weak secrets switch their feature off and are not an error."""
    environ = sources.environment(environ, folder)
    written = sources.document(_renamed(environ), folder, file)
    faults: list[Problem] = []
    record = FileRecord() if written is None else _record(written, environ, faults)
    notices: list[str] = []
    found = Sources(environ, record, Reader(environ, faults), notices)
    settings = _process(found, folder, "" if written is None else written.name)
    content, places = snapshot(found, settings)
    _raise_if_any(faults, validation.problems(content), places)
    off = {**settings.snapshot.switched_off, **content.switched_off}
    own = _own_variables(record) | stores.names(environ)
    misspelt = tuple(variables.misspelt(environ, own))
    notices += (*variables.notices(environ, own), *misspelt)
    return evolve(
        settings,
        snapshot=evolve(content, switched_off=off),
        lacks=tuple(lacks(content, settings)),
        notices=(
            *settings.notices,
            *notices,
            *validation.notices(content),
            *prices.notices(content, settings.unknown_price),
        ),
        misspelt=misspelt,
    )


def _record(
    written: sources.Document, environ: Mapping[str, str], faults: list[Problem]
) -> FileRecord:
    from .interpolation import expand  # what only a file needs
    from .shape import fitted
    from .syntax import parse

    return typed(fitted(expand(parse(written), environ, faults), faults))


def _renamed(environ: Mapping[str, str]) -> Mapping[str, str]:
    if environ.get("RELAY_CONFIG", "").strip() or "RELAY_CONFIG_PATH" not in environ:
        return environ
    return {**environ, "RELAY_CONFIG": environ["RELAY_CONFIG_PATH"]}


def _process(found: Sources, folder: Path, source: str) -> Settings:
    """All but the snapshot; of that only what weak secrets switch off."""
    reader, file = found.reader, found.file.server
    own = secrets(found.environ)
    on_vercel, legacy = reader.on_vercel(), reader.legacy_tokens()
    kept = stores.store(found.environ, reader.faults, on_vercel=on_vercel)
    return Settings(
        snapshot=Snapshot(switched_off={**own.off, **legacy_off(own, wanted=legacy)}),
        data_dir=data_dir(found.environ, folder),
        source=source,
        admin_key=own.admin_key,
        signing_secret=own.signing_secret,
        cron_secret=own.cron_secret,
        store=kept.store,
        namespace=reader.word("RELAY_NAMESPACE", "relay"),
        timezone=reader.zone(),
        on_store_down=reader.on_store_down(),
        store_seconds=reader.store_seconds(),
        demo=reader.demo(),
        log=reader.log(),
        host=reader.host(file),
        port=reader.port(file),
        workers=reader.workers(file),
        grace=reader.grace(file),
        max_body_bytes=reader.max_body_bytes(file, found.notices, on_vercel=on_vercel),
        store_answers=reader.store_answers(file),
        strict_translation=reader.strict_translation(file),
        unknown_price=reader.unknown_price(file),
        on_vercel=on_vercel,
        legacy_tokens=legacy,
        lacks=own.lacks,
        notices=(*own.notices, *kept.notices),
    )


def _raise_if_any(faults: list[Problem], semantic: tuple[Problem, ...], places: Places) -> None:
    """What follows from a mistake already named (a field left out for its shape) is not said."""
    for problem in semantic:
        placed = _placed(problem, places)
        if not any(_within(placed.path, fault.path) for fault in faults):
            faults.append(placed)
    if faults:
        raise ConfigurationError(tuple(dict.fromkeys(faults)))


def _own_variables(file: FileRecord) -> frozenset[str]:
    own = {
        v for name in file_names(file) for v in (*known_variables(name), *address_variables(name))
    }
    return frozenset(own)


def _placed(problem: Problem, places: Places) -> Problem:
    """The problem at the path where the record was written."""
    start = re.match(r"\w+\[\d+\]", problem.path)
    if start is None or start[0] not in places:
        return problem
    return evolve(problem, path=places[start[0]] + problem.path[start.end() :])


def _within(path: str, outer: str) -> bool:
    """Is that path at or below the other one?"""
    return path == outer or path.startswith((f"{outer}.", f"{outer}["))
