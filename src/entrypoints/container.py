"""The wiring: the only module that knows every class.

One container for each environment. Each provider says which port it fills, so that mypy checks the
fit; a test swaps an adapter with one line: `container.ledger.override(providers.Object(mine))`.
"""

import secrets
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from random import Random
from zoneinfo import ZoneInfo

from ..adapters.clock import RealClock
from ..adapters.http.asgi import App
from ..adapters.http.gate import Gate
from ..adapters.http.house import House
from ..adapters.http.late import Late
from ..adapters.log import LogObserver, Style
from ..adapters.outbound import Outbound
from ..adapters.providers.demo import DemoUpstream
from ..adapters.providers.http import HttpUpstream
from ..adapters.providers.switch import SwitchUpstream
from ..adapters.stores.memory import MemoryCatalogue, MemoryLeases, MemoryLedger
from ..application.books import Books
from ..application.directory import Directory
from ..application.drains import MOST as MOST_DRAINS
from ..application.drains import Drains
from ..application.health import Health
from ..application.keeper import CHECKPOINT, Keeper, Kept
from ..application.outbox import Outbox
from ..application.receipts import Receipts
from ..application.relay import Relay
from ..application.share import INSTANCES, Share
from ..application.travel import Travel
from ..domain.legacy_tokens import LegacyTokens
from ..domain.ports import Catalogue, Clock, Journal, Leases, Ledger, Observer, Upstream
from ..domain.prices import Prices
from .injection import Provider, containers, providers
from .lifetime import Step, in_turn, nothing
from .settings import Settings
from .settings.keys import digest
from .settings.prices import public
from .signing import usage_key


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


def unbounded() -> None:
    """Nobody ends requests but the relay itself."""


def operators(settings: Settings) -> tuple[bytes, ...]:
    """Who may ask for what is the operator's, as digests."""
    return tuple(digest(key) for key in (settings.admin_key, settings.cron_secret) if key)


def gate(house: House, *, late: bool = False) -> Gate:
    """The whole HTTP side: our own door, and Quart behind it, now or when it is needed."""
    return Gate(house, Late(partial(quart, house)) if late else quart(house))


def quart(house: House) -> App:
    """What is not traffic."""
    from ..adapters.http.app import create  # half of a cold start, and traffic needs none of it

    # Hypercorn's typed dictionaries, which Quart is annotated with, are ASGI's own messages.
    return create(house)  # type: ignore[return-value]


class Container(containers.DeclarativeContainer):
    """What every environment has in common: memory for the stores, the network for the rest."""

    settings = providers.Dependency(instance_of=Settings)

    clock: Provider[Clock] = providers.Singleton(RealClock)
    dice: Provider[Random] = providers.Singleton(Random)
    observer: Provider[Observer] = providers.Singleton(
        LogObserver,
        write_line,
        providers.Callable(log_style, settings),
        providers.Callable(usage_key, settings),
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

    #: Seconds that the platform leaves the request that is being served, where it says so.
    time_left: Provider[Callable[[], float | None]] = providers.Object(unbounded)
    #: Seconds any request may take, where it does not.
    longest: Provider[float] = providers.Object(86_400.0)
    health: Provider[Health] = providers.Singleton(Health, observer, dice)
    outbox: Provider[Outbox] = providers.Singleton(
        Outbox, ledger, clock, observer, patience=settings.provided.store_seconds
    )
    books: Provider[Books] = providers.Singleton(
        Books,
        outbox,
        leases,
        clock,
        providers.Singleton(
            Share,
            clock,
            instances=providers.Callable(
                lambda settings: max(INSTANCES, settings.workers), settings
            ),
        ),
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
        catalogue=catalogue,
        clock=clock,
        observer=observer,
        health=health,
        dice=dice,
        longest=longest,
        prices=prices,
        priced_only=providers.Callable(
            lambda settings: settings.unknown_price == "refuse", settings
        ),
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
        legacy=providers.Singleton(LegacyTokens, settings.provided.legacy_secret),
        forgetful=forgetful,
        since=providers.Callable(lambda clock: int(clock.now()), clock),
        open=providers.Factory(in_turn, opens, relay.provided.open),
        time_left=time_left,
        lacks=settings.provided.lacks,
        operators=providers.Callable(operators, settings),
        daily=books.provided.sweep,
        close=providers.Factory(in_turn, relay.provided.close, closes, outbound.provided.aclose),
    )
    #: Is Quart made only when it is needed?
    late: Provider[bool] = providers.Object(False)
    app: Provider[Gate] = providers.Singleton(gate, house, late=late)
