"""Where the relay runs, and what is wired otherwise there: a machine, a Redis, Vercel, tests.

Each imports its own store and no other: on Vercel they would be a twelfth of a cold start.
"""

from collections.abc import Callable

from ..adapters.log import LogObserver
from ..adapters.outbound import Outbound
from ..adapters.stores.redis.carrier import Carrier
from ..application.keeper import CHECKPOINT
from .container import Container, write_line
from .deadline import MARGIN, time_left
from .injection import providers
from .lifetime import loading, telling
from .settings import Settings
from .settings.values import Store
from .signing import usage_key

#: `maxDuration` in vercel.json: where the platform does not say how long a request may take.
PLATFORM_END = 300.0
#: Seconds between checkpoints where each of them is billed.
RARELY = 30.0


def carrier_of(store: Store, outbound: Outbound) -> Carrier:
    """The way to the Redis that the settings name."""
    if store.kind == "redis":
        from ..adapters.stores.redis.tcp import TcpCarrier

        return TcpCarrier(store.url)
    from ..adapters.stores.redis.upstash import UpstashCarrier

    return UpstashCarrier(outbound, store.url, store.token)


def on_redis(container: Container, store: Store) -> None:
    """Any number of instances around one Redis."""
    from ..adapters.stores.redis.catalogue import RedisCatalogue
    from ..adapters.stores.redis.journal import RedisJournal
    from ..adapters.stores.redis.layout import Keys
    from ..adapters.stores.redis.leases import RedisLeases
    from ..adapters.stores.redis.ledger import RedisLedger

    keys = providers.Singleton(Keys, container.settings.provided.namespace)
    carrier = providers.Singleton(carrier_of, providers.Object(store), container.outbound)
    container.ledger.override(
        providers.Singleton(RedisLedger, carrier, keys, container.clock, container.zone)
    )
    container.journal.override(
        providers.Singleton(RedisJournal, carrier, keys, container.clock, container.zone)
    )
    container.leases.override(providers.Singleton(RedisLeases, carrier, keys))
    catalogue = providers.Singleton(
        RedisCatalogue,
        carrier,
        keys,
        container.settings.provided.snapshot,
        container.observer,
        container.clock,
    )
    container.catalogue.override(catalogue)
    container.opens.override(providers.Factory(loading, catalogue, container.observer))
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
    from ..adapters.stores.sqlite.catalogue import SqliteCatalogue
    from ..adapters.stores.sqlite.database import NAME, Database
    from ..adapters.stores.sqlite.journal import SqliteJournal
    from ..adapters.stores.sqlite.leases import SqliteLeases
    from ..adapters.stores.sqlite.ledger import SqliteLedger

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
    key = providers.Callable(usage_key, container.settings)
    container.observer.override(providers.Singleton(LogObserver, write_line, "json", key))
    container.longest.override(providers.Object(PLATFORM_END - MARGIN))
    container.time_left.override(providers.Object(time_left))
    store = container.settings().store
    if store.kind in ("redis", "upstash"):
        on_redis(container, store)
    else:
        container.forgetful.override(providers.Object(True))
        # Memory is not worth a checkpoint.
        container.every.override(providers.Object(None))
    # Instances come and go: what a request waits for at its first start is half the time.
    container.late.override(providers.Object(True))
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
