"""What `airelay store check` and `stats` show: as text, and as JSON."""

from collections.abc import Iterator

from ...adapters.stores.inspection import Checked, Stats
from ...locales import say
from ..settings import Settings
from ..settings.paths import Json

#: Names of what cannot be read, before it is "and more".
SHOWN = 10


def check_text(found: Checked, where: str, settings: Settings, lang: str) -> Iterator[str]:
    """Line by line; what is to be mended last."""
    yield say("store_where", lang, kind=settings.store.kind, where=where)
    if _on_redis(settings):
        yield say("store_namespace", lang, namespace=settings.namespace)
    yield say("store_server", lang, server=found.server or say("store_unknown", lang))
    yield say("store_trip", lang, milliseconds=f"{found.seconds * 1000:.1f}")
    yield say("store_records", lang, records=found.records, version=found.version)
    if _on_redis(settings):
        yield say("store_evicts", lang, policy=found.evicts or say("store_unknown", lang))
    yield ""
    yield from _mends(found, lang)


def checked(found: Checked, where: str, settings: Settings) -> Json:
    return {
        "kind": settings.store.kind,
        "where": where,
        "namespace": settings.namespace if _on_redis(settings) else None,
        "server": found.server or None,
        "trip_seconds": round(found.seconds, 6),
        "records": found.records,
        "version": found.version,
        "eviction_policy": found.evicts or None,
        "forgets": found.forgets,
        "unreadable": list(found.unreadable),
    }


def stats_text(found: Stats, lang: str) -> Iterator[str]:
    yield say("store_holds", lang, count=f"{found.open_holds:,}")
    yield say("store_waiting", lang, count=f"{found.waiting:,}")
    yield say("store_receipts", lang, count=f"{found.receipts:,}")
    yield say("store_sums", lang, count=f"{found.sums:,}")
    yield say("store_saved", lang, count=f"{found.records:,}")
    size = say("store_unknown", lang) if found.bytes is None else f"{found.bytes:,}"
    yield say("store_bytes", lang, count=size)


def counted(found: Stats) -> Json:
    return {
        "open_holds": found.open_holds,
        "waiting": found.waiting,
        "receipts": found.receipts,
        "sums": found.sums,
        "records": found.records,
        "bytes": found.bytes,
    }


def _mends(found: Checked, lang: str) -> Iterator[str]:
    if found.forgets:
        yield say("store_forgets", lang, policy=found.evicts)
    if found.unreadable:
        names = ", ".join(found.unreadable[:SHOWN])
        more = ", ..." if len(found.unreadable) > SHOWN else ""
        yield say("store_unreadable", lang, count=len(found.unreadable), names=names + more)
    if not found.forgets and not found.unreadable:
        yield say("store_well", lang)


def _on_redis(settings: Settings) -> bool:
    return settings.store.kind != "file"
