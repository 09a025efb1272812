"""Goes and looks, one thing after the other, and hands each to its judge."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from attrs import field, frozen

from ... import __version__
from ...adapters.clock import RealClock
from ...adapters.probes import machine, provider, relay
from ...adapters.stores.redis import costs
from ...adapters.stores.sqlite.database import NAME
from ...domain import catalogue
from ...domain.diagnosis import configuration, deployed, hosting, own_secrets
from ...domain.diagnosis import machine as of_machine
from ...domain.diagnosis import providers as of_providers
from ...domain.diagnosis import store as of_store
from ...domain.diagnosis.findings import Finding
from ...domain.errors import ConfigurationError, StoreUnavailable
from ..environments import PLATFORM_END
from ..month import Month
from ..settings import Settings, load, sources
from ..stores import Opened, opened
from . import reading


@frozen
class Visit:
    """What to look at: `probe` asks providers for words, which costs a little; `step` is told what
    is being looked at."""

    environ: Mapping[str, str] = field(repr=False)
    folder: Path
    step: Callable[[str], None]
    file: Path | None = None
    timeout: float = 10.0
    probe: bool = False


async def here(visit: Visit) -> list[Finding]:
    """This machine and what is configured on it."""
    try:
        settings = load(visit.environ, visit.folder, visit.file)
        environ = sources.environment(visit.environ, visit.folder)
    except ConfigurationError as error:
        seen = machine.look(server=True, files=[visit.folder / ".env"], folder=None)
        return [*configuration.findings(reading.refused(error)), *of_machine.findings(seen)]
    found = [
        *configuration.findings(reading.configuration(settings)),
        *own_secrets.findings(list(reading.secrets(environ)), reading.around(settings)),
        *of_machine.findings(_machine(settings, visit)),
    ]
    if (host := reading.hosting(settings, environ, visit.folder)) is not None:
        found += hosting.findings(host)
    visit.step(settings.store.kind)
    found += of_store.findings(await _store(settings, visit.timeout))
    return found + await _providers(settings, visit)


async def at(url: str, key: str, model: str, visit: Visit) -> list[Finding]:
    """A relay somewhere. Where it is on Vercel, and this is its folder, vercel.json as well."""
    visit.step(url)
    there = relay.Visit(url, key, __version__, visit.timeout, visit.probe, model)
    seen = await relay.look(there, RealClock())
    found = list(deployed.findings(seen))
    if seen.ready.platform == "Vercel" and (visit.folder / reading.VERCEL).is_file():
        told = reading.vercel_json(visit.folder)
        host = hosting.Hosting(
            reading.limit(told),
            PLATFORM_END,
            {},
            reading.crons(told),
            cron_secret=True,  # what is set there cannot be seen from here
        )
        found += hosting.findings(host)
    return found


def _machine(settings: Settings, visit: Visit) -> of_machine.Machine:
    files = reading.open_files(settings, visit.folder)
    in_file = settings.store.kind == "file"
    folder = settings.data_dir if in_file else None
    return machine.look(server=not settings.on_vercel, files=files, folder=folder)


async def _store(settings: Settings, timeout: float) -> of_store.Store:
    kind = settings.store.kind
    path = settings.data_dir / NAME
    if kind == "file" and not path.exists():
        return of_store.Store(kind, str(path), there=False)
    where = str(path) if kind == "file" else settings.store.variable
    try:
        async with asyncio.timeout(timeout), opened(settings) as store:
            if store is None:
                return of_store.Store(kind)
            where = store.where
            return await _checked(settings, store)
    except TimeoutError:
        return of_store.Store(kind, where, failure=f"no answer in {timeout:g} s")
    except (StoreUnavailable, ConfigurationError, OSError) as error:
        return of_store.Store(kind, where, failure=str(error))


async def _checked(settings: Settings, store: Opened) -> of_store.Store:
    checked = await store.inspection.check()
    return of_store.Store(
        settings.store.kind,
        store.where,
        server=checked.server,
        seconds=checked.seconds,
        patience=settings.store_seconds,
        evicts=checked.evicts,
        unreadable=checked.unreadable,
        ahead=checked.ahead,
        budget=await _budget(settings, store) if settings.store.kind == "upstash" else None,
    )


async def _budget(settings: Settings, store: Opened) -> of_store.Budget:
    month = Month.of(datetime.now(UTC), ZoneInfo(settings.timezone))
    rows = await store.journal.usage(month.query)
    spent = costs.spent(rows, settings.snapshot.limits, month.passed)
    return of_store.Budget(spent.commands, costs.FREE, month.whole(spent.commands))


async def _providers(settings: Settings, visit: Visit) -> list[Finding]:
    """All at once: each waits for somebody else."""

    async def one(configured: catalogue.Provider) -> list[Finding]:
        seen = await provider.look(
            configured,
            RealClock(),
            timeout=visit.timeout,
            declared=_declared(configured),
            probe=visit.probe,
        )
        visit.step(configured.name)
        return list(of_providers.findings(seen))

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(each)) for each in reading.real_providers(settings)]
    return [finding for task in tasks for finding in task.result()]


def _declared(configured: catalogue.Provider) -> tuple[str, ...]:
    """The models that the file names; those that are built in may well be older than the list."""
    known = reading.builtin_models(configured.name)
    return () if configured.models == known else configured.models
