"""The wiring: the only module that knows every class.

One container for each environment. Each provider says which port it fills, so that mypy checks the
fit; a test swaps an adapter with one line: `container.ledger.override(providers.Object(mine))`.
"""

import secrets
import sys
from collections.abc import Callable
from contextlib import suppress
from random import Random
from zoneinfo import ZoneInfo

from dependency_injector import containers, providers
from dependency_injector.providers import Provider

from ..adapters.clock import RealClock
from ..adapters.http.app import create
from ..adapters.http.gate import Gate
from ..adapters.http.house import House
from ..adapters.log import LogObserver, Style
from ..adapters.outbound import Outbound
from ..adapters.providers.demo import DemoUpstream
from ..adapters.providers.http import HttpUpstream
from ..adapters.providers.switch import SwitchUpstream
from ..adapters.stores.memory import MemoryCatalogue, MemoryLeases, MemoryLedger
from ..adapters.stores.redis.carrier import Carrier
from ..adapters.stores.redis.journal import RedisJournal
from ..adapters.stores.redis.layout import Keys
from ..adapters.stores.redis.leases import RedisLeases
from ..adapters.stores.redis.ledger import RedisLedger
from ..adapters.stores.redis.tcp import TcpCarrier
from ..adapters.stores.redis.upstash import UpstashCarrier
from ..adapters.stores.sqlite.catalogue import SqliteCatalogue
from ..adapters.stores.sqlite.database import NAME, Database
from ..adapters.stores.sqlite.journal import SqliteJournal
from ..adapters.stores.sqlite.leases import SqliteLeases
from ..adapters.stores.sqlite.ledger import SqliteLedger
from ..application.books import Books
from ..application.directory import Directory
from ..application.drains import MOST as MOST_DRAINS
from ..application.drains import Drains
from ..application.health import Health
from ..application.keeper import CHECKPOINT, Keeper, Kept
from ..application.outbox import Outbox
from ..application.receipts import Receipts
from ..application.relay import Relay
from ..application.share import Share
from ..application.travel import Travel
from ..domain.ports import Catalogue, Clock, Journal, Leases, Ledger, Observer, Upstream
from ..domain.prices import Prices
from .lifetime import Step, in_turn, loading, nothing, telling
from .settings import Settings
from .settings.prices import public
from .settings.values import Store

#: `maxDuration` in vercel.json, and what is kept of it for an honest end and the books (seconds).
PLATFORM_END, PLATFORM_MARGIN = 300.0, 10.0


def new_id() -> str:
    """A request id: 128 random bits."""
    return secrets.token_hex(16)


def write_line(line: str) -> None:
    """One line of the log, whole, at once. A terminal that lacks a character shows its number; a
    pipe that nobody reads any more must not fail a request."""
    encoding = sys.stdout.encoding or "utf-8"
    shown = line.encode(encoding, "backslashreplace").decode(encoding)
    with suppress(OSError, ValueError):
        sys.stdout.write(shown + "\n")
        sys.stdout.flush()


def log_style(settings: Settings) -> Style:
    """As configured; else words for a person at a terminal, and JSON for everything else."""
    if settings.log != "auto":
        return settings.log
    return "text" if sys.stdout.isatty() else "json"


def gate(house: House) -> Gate:
    """The whole HTTP side: our own door, and Quart behind it."""
    quart = create(house)
    # Hypercorn's typed dictionaries, which Quart is annotated with, are ASGI's own messages.
    return Gate(house, quart)  # type: ignore[arg-type]


class Container(containers.DeclarativeContainer):
    """What every environment has in common: memory for the stores, the network for the rest."""

    settings = providers.Dependency(instance_of=Settings)

    clock: Provider[Clock] = providers.Singleton(RealClock)
    dice: Provider[Random] = providers.Singleton(Random)
    observer: Provider[Observer] = providers.Singleton(
        LogObserver, write_line, providers.Callable(log_style, settings)
    )
    outbound: Provider[Outbound] = providers.Singleton(Outbound)
    upstream: Provider[Upstream] = providers.Singleton(
        SwitchUpstream,
        http=providers.Singleton(HttpUpstream, outbound),
        demo=providers.Singleton(DemoUpstream, clock=clock, new_id=providers.Object(new_id)),
    )
    catalogue: Provider[Catalogue] = providers.Singleton(
        MemoryCatalogue, settings.provided.snapshot
    )
    #: Is memory all there is, where instances come and go? Then every answer says so.
    forgetful: Provider[bool] = providers.Object(False)
    zone: Provider[ZoneInfo] = providers.Singleton(ZoneInfo, settings.provided.timezone)
    ledger: Provider[Ledger] = providers.Singleton(
        MemoryLedger, clock, degraded=forgetful, zone=zone
    )
    #: The memory ledger is its own journal.
    journal: Provider[Journal] = providers.Factory(lambda ledger: ledger, ledger)
    leases: Provider[Leases] = providers.Singleton(MemoryLeases, clock)
    #: What the stores need before the first request, and after the last one.
    opens: Provider[Step] = providers.Object(nothing)
    closes: Provider[Step] = providers.Object(nothing)

    #: Seconds any request may take.
    longest: Provider[float] = providers.Object(86_400.0)
    health: Provider[Health] = providers.Singleton(Health, observer, dice)
    outbox: Provider[Outbox] = providers.Singleton(Outbox, ledger, clock, observer)
    books: Provider[Books] = providers.Singleton(
        Books,
        outbox,
        leases,
        clock,
        providers.Singleton(Share, clock),
        on_store_down=settings.provided.on_store_down,
    )
    #: Seconds between checkpoints, and of which holds; None: the store is not worth them.
    every: Provider[float | None] = providers.Object(CHECKPOINT)
    kept: Provider[Kept] = providers.Object("all")
    #: Are the holds of the dead looked for from here, or by the way of admissions?
    sweeps: Provider[bool] = providers.Object(True)
    keeper: Provider[Keeper] = providers.Singleton(
        Keeper, books, clock, every=every, kept=kept, sweeps=sweeps
    )
    #: Answers read on at once after their callers left.
    most_drains: Provider[int] = providers.Object(MOST_DRAINS)
    drains: Provider[Drains] = providers.Singleton(Drains, most=most_drains)
    travel: Provider[Travel] = providers.Singleton(
        Travel,
        books=books,
        upstream=upstream,
        clock=clock,
        health=health,
        dice=dice,
        drains=drains,
        keeps_answers=settings.provided.store_answers,
        strict_translation=settings.provided.strict_translation,
    )
    prices: Provider[Prices] = providers.Singleton(public)
    relay: Provider[Relay] = providers.Singleton(
        Relay,
        books=books,
        keeper=keeper,
        travel=travel,
        clock=clock,
        observer=observer,
        health=health,
        dice=dice,
        longest=longest,
        prices=prices,
    )
    directory: Provider[Directory] = providers.Singleton(
        Directory,
        catalogue,
        demo_for_all=providers.Callable(lambda settings: settings.demo == "on", settings),
    )
    house: Provider[House] = providers.Singleton(
        House,
        relay=relay,
        directory=directory,
        receipts=providers.Singleton(Receipts, journal, outbox, clock),
        clock=clock,
        observer=observer,
        new_id=providers.Object(new_id),
        max_body_bytes=settings.provided.max_body_bytes,
        since=providers.Callable(lambda clock: int(clock.now()), clock),
        open=providers.Factory(in_turn, opens, relay.provided.open),
        close=providers.Factory(in_turn, relay.provided.close, closes, outbound.provided.aclose),
    )
    app: Provider[Gate] = providers.Singleton(gate, house)


#: Seconds between checkpoints where each of them is billed.
RARELY = 30.0


def carrier_of(store: Store, outbound: Outbound) -> Carrier:
    """The way to the Redis that the settings name."""
    if store.kind == "redis":
        return TcpCarrier(store.url)
    return UpstashCarrier(outbound, store.url, store.token)


def on_redis(container: Container, store: Store) -> None:
    """Any number of instances around one Redis."""
    keys = providers.Singleton(Keys, container.settings.provided.namespace)
    carrier = providers.Singleton(carrier_of, providers.Object(store), container.outbound)
    container.ledger.override(
        providers.Singleton(RedisLedger, carrier, keys, container.clock, container.zone)
    )
    container.journal.override(
        providers.Singleton(RedisJournal, carrier, keys, container.clock, container.zone)
    )
    container.leases.override(providers.Singleton(RedisLeases, carrier, keys))
    container.closes.override(carrier.provided.aclose)
    container.sweeps.override(providers.Object(False))
    billed = store.kind == "upstash"
    container.every.override(providers.Object(RARELY if billed else CHECKPOINT))
    container.kept.override(providers.Object("metered" if billed else "limited"))


def serve(container: Container) -> None:
    """One machine: its books are a file in the data folder, which all its processes share; or many
    around a Redis."""
    store = container.settings().store
    if store.kind in ("redis", "upstash"):
        on_redis(container, store)
    else:
        on_sqlite(container)


def on_sqlite(container: Container) -> None:
    """One machine, one file."""
    file = providers.Singleton(
        Database,
        providers.Callable(lambda folder: folder / NAME, container.settings.provided.data_dir),
        moved=providers.Factory(telling, container.observer),
    )
    catalogue = providers.Singleton(
        SqliteCatalogue, file, container.settings.provided.snapshot, container.observer
    )
    container.catalogue.override(catalogue)
    container.ledger.override(
        providers.Singleton(
            SqliteLedger, file, container.clock, container.observer, zone=container.zone
        )
    )
    container.journal.override(providers.Singleton(SqliteJournal, file))
    container.leases.override(providers.Singleton(SqliteLeases, file, container.clock))
    container.opens.override(providers.Factory(loading, catalogue, container.observer))
    container.closes.override(file.provided.aclose)


def vercel(container: Container) -> None:
    """One function: JSON lines, for the platform's log takes nothing else apart; an end of our own
    before the platform's; and, without a store, answers that say so."""
    container.observer.override(providers.Singleton(LogObserver, write_line, "json"))
    container.longest.override(providers.Object(PLATFORM_END - PLATFORM_MARGIN))
    store = container.settings().store
    if store.kind in ("redis", "upstash"):
        on_redis(container, store)
    else:
        container.forgetful.override(providers.Object(True))
        # Memory is not worth a checkpoint.
        container.every.override(providers.Object(None))
    # Nothing may run on after an answer.
    container.most_drains.override(providers.Object(0))


def tests(container: Container) -> None:
    """Quiet: tests look at values, not at the log."""
    container.observer.override(providers.Singleton(LogObserver, lambda line: None, "json"))


#: Every environment there is: how it differs. A subclass would not do: what the parent declares
#: keeps pointing at the parent's providers, an override reaches them all.
ENVIRONMENTS: dict[str, Callable[[Container], None]] = {
    "serve": serve,
    "vercel": vercel,
    "tests": tests,
}


def build(environment: str, settings: Settings) -> Container:
    """A container of its own for an environment, with these settings."""
    container = Container(settings=settings)
    ENVIRONMENTS[environment](container)
    return container
