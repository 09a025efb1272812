"""The books on Redis, looked at: commands that may be forbidden are asked, and not relied on."""

import re
from datetime import UTC, datetime, timedelta

import msgspec
from attrs import define

from ....domain import gauges
from ....domain.catalogue import Snapshot
from ....domain.ports import Clock
from ..bookkeeping import DAYS_KEPT, HOURS_KEPT
from ..inspection import Checked, Stats, timed
from ..records import reading
from . import answers, words
from .carrier import Carrier, Refused, Reply
from .folding import listed
from .layout import Keys, known
from .records import every

_VERSION = re.compile(r"^(redis|valkey)_version:(\S+)", re.MULTILINE)
_POLICY = re.compile(r"^maxmemory_policy:(\S+)", re.MULTILINE)


@define
class RedisInspection:
    """The protocol `Inspection`."""

    carrier: Carrier
    keys: Keys
    configured: Snapshot
    clock: Clock

    async def check(self) -> Checked:
        seconds = await timed(lambda: self.carrier.run(["PING"]), self.clock)
        found = await every(self.carrier, self.keys)
        bad = [row.id for row in found.rows if reading(row, self.configured) is None]
        asked = self.clock.now()
        books, policy, info, told = await self.carrier.run(
            ["HGETALL", self.keys.books], ["CONFIG", "GET", "maxmemory-policy"], ["INFO"], ["TIME"]
        )
        _known(books)
        return Checked(
            server=_server(info),
            seconds=seconds,
            version=found.version,
            records=len(found.found),
            unreadable=(*bad, *_unreadable(books)),
            evicts=_policy(policy, info),
            ahead=_ahead(told, (asked + self.clock.now()) / 2),
        )

    async def stats(self) -> Stats:
        books, waiting, receipts, records = await self.carrier.run(
            ["HGETALL", self.keys.books],
            ["LLEN", self.keys.inbox],
            ["LLEN", self.keys.order],
            ["HLEN", self.keys.records],
        )
        _known(books)
        sums = self._sums()
        rows = await self.carrier.run(*(["HLEN", key] for key in sums))
        counts = {key: answers.number(reply) for key, reply in zip(sums, rows, strict=True)}
        return Stats(
            open_holds=sum(map(_is_open, *_columns(books))),
            waiting=answers.number(waiting),
            receipts=answers.number(receipts),
            sums=sum(counts.values()),
            records=max(0, answers.number(records) - 1),  # but for the version
            bytes=await self._bytes([key for key in sums if counts[key]]),
        )

    def _sums(self) -> list[str]:
        today = datetime.fromtimestamp(self.clock.now(), UTC).date()
        last = today + timedelta(days=2)
        days = self.keys.span("day", today - timedelta(seconds=DAYS_KEPT), last)
        return [*self.keys.span("hour", today - timedelta(seconds=HOURS_KEPT), last), *days]

    async def _bytes(self, sums: list[str]) -> int | None:
        own = self.keys
        names = (own.books, own.inbox, own.receipts, own.order, own.records, own.leases, *sums)
        found = await self.carrier.run(*(["MEMORY", "USAGE", name] for name in names))
        if any(isinstance(reply, Refused) for reply in found):
            return None
        return sum(reply for reply in found if isinstance(reply, int))


def _server(info: Reply | Refused) -> str:
    """Valkey says both."""
    found = dict(_VERSION.findall(_text(info)))
    for name, shown in (("valkey", "Valkey"), ("redis", "Redis")):
        if name in found:
            return f"{shown} {found[name]}"
    return ""


def _policy(reply: Reply | Refused, info: Reply | Refused) -> str | None:
    """CONFIG is forbidden more often than INFO, which says it too."""
    match reply:
        case [_, bytes(policy)]:
            return policy.decode("utf-8", "replace")
    found = _POLICY.search(_text(info))
    return found[1] if found else None


def _ahead(told: Reply | Refused, now: float) -> float | None:
    """Against the middle of the trip."""
    match told:
        case [bytes(seconds), bytes(micros)] if seconds.isdigit() and micros.isdigit():
            return int(seconds) + int(micros) / 1e6 - now
    return None


def _text(reply: Reply | Refused) -> str:
    return reply.decode("utf-8", "replace") if isinstance(reply, bytes) else ""


def _columns(books: Reply | Refused) -> tuple[list[bytes], list[bytes]]:
    flat = listed(books)
    return flat[::2], flat[1::2]


def _known(books: Reply | Refused) -> None:
    """Raises StoreRefused where they are a newer relay's."""
    known(dict(zip(*_columns(books), strict=True)).get(b"layout"))


def _unreadable(books: Reply | Refused) -> list[str]:
    """Holds and gauges."""
    found = zip(*_columns(books), strict=True)
    return sorted(name.decode("utf-8", "replace") for name, data in found if not _reads(name, data))


def _is_open(name: bytes, data: bytes) -> bool:
    return name.startswith(b"h:") and data.startswith(b"open\n")


def _reads(name: bytes, data: bytes) -> bool:
    try:
        if name.startswith(b"g:"):
            gauges.read(data.decode())
        elif _is_open(name, data):
            return words.open_hold(data) is not None
    except (ValueError, TypeError, msgspec.MsgspecError):
        return False
    return True
