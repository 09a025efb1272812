"""The journal on Redis: what waits in the inbox is folded before anything is read."""

from datetime import UTC, date, datetime, timedelta, tzinfo

from attrs import astuple, define

from ....domain.ports import Clock
from ....domain.quota import Hold
from ....domain.receipt import Receipt
from ....domain.usage import RequestQuery, Row, UsageQuery, periods
from ..bookkeeping import DAYS_KEPT, HOURS_KEPT, KEPT
from . import words
from .carrier import Carrier, Reply
from .folding import Folding, listed
from .layout import Keys, known
from .words import Settled

#: Receipts looked through at once, where those of one client are asked for.
_PAGE = 500


@define
class RedisJournal:
    """The port `Journal`. What cannot be read is passed over."""

    carrier: Carrier
    keys: Keys
    clock: Clock
    zone: tzinfo = UTC
    kept: int = KEPT

    async def receipt(self, request_id: str, client: str) -> Receipt | None:
        await self._fold()
        found = await self._receipts([request_id])
        return next((receipt for receipt in found if receipt.client == client), None)

    async def requests(self, query: RequestQuery) -> tuple[Receipt, ...]:
        await self._fold()
        found: dict[str, Receipt] = {}
        last, limit = -1, max(0, query.limit)
        while len(found) < limit:
            first = last - _PAGE + 1
            (reply,) = await self.carrier.run(["LRANGE", self.keys.order, str(first), str(last)])
            ids = [id.decode() for id in reversed(listed(reply))]
            page = await self._receipts(ids)
            # What ended since the page before has moved this one: some may come again.
            found |= {one.request_id: one for one in page if query.client in (None, one.client)}
            if len(ids) < _PAGE:
                break
            last -= _PAGE
        return tuple(found.values())[:limit]

    async def usage(self, query: UsageQuery) -> tuple[Row, ...]:
        await self._fold()
        keys = self._sums(query)
        if not keys:
            return ()
        replies = await self.carrier.run(*(["HGETALL", key] for key in keys))
        rows = [row for reply in replies for row in _rows(listed(reply))]
        wanted = [
            row
            for row in rows
            if max(query.since, self._first(query)) <= row.period <= query.until
            and any(astuple(row.tally))
        ]
        return tuple(sorted(wanted, key=lambda row: (row.period, astuple(row.heading))))

    async def holds(self) -> tuple[Hold, ...]:
        (reply,) = await self.carrier.run(["HGETALL", self.keys.books])
        flat = listed(reply)
        named = dict(zip(flat[::2], flat[1::2], strict=True))
        known(named.get(b"layout"))
        found = [words.open_hold(named[name]) for name in named if name.startswith(b"h:")]
        return tuple(sorted((one for one in found if one is not None), key=lambda one: one.id))

    async def _fold(self) -> None:
        await Folding(self.carrier, self.keys, self.kept).all()

    async def _receipts(self, ids: list[str]) -> list[Receipt]:
        if not ids:
            return []
        (reply,) = await self.carrier.run(["HMGET", self.keys.receipts, *ids])
        return [receipt for data in _some(reply) if (receipt := Settled.read(data).receipt)]

    def _first(self, query: UsageQuery) -> str:
        """The first period that is kept."""
        now = self.clock.now()
        (_, hour), _ = periods(now - HOURS_KEPT, self.zone)
        _, (_, day) = periods(now - DAYS_KEPT, self.zone)
        return hour if query.window == "hour" else day

    def _sums(self, query: UsageQuery) -> list[str]:
        """Every key that may hold such rows: what is asked for may be any text."""
        first = date.fromisoformat(self._first(query)[:10])
        last = datetime.fromtimestamp(self.clock.now(), UTC).date() + timedelta(days=2)
        while last >= first and last.isoformat() > query.until:
            last -= timedelta(days=1)
        while first <= last and f"{first.isoformat()}T~" < query.since:
            first += timedelta(days=1)
        return self.keys.span(query.window, first, last)


def _rows(flat: list[bytes]) -> list[Row]:
    return [words.row(*pair) for pair in zip(flat[::2], flat[1::2], strict=True)]


def _some(reply: Reply | object) -> list[bytes]:
    return [one for one in reply if isinstance(one, bytes)] if isinstance(reply, list) else []
