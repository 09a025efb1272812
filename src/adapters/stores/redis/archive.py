"""The content of the books on Redis, taken out and put in."""

from collections.abc import Iterator, Sequence
from datetime import UTC, tzinfo
from itertools import chain
from typing import TypeVar

from attrs import define

from ....domain.receipt import Receipt
from .. import record_text
from ..archive import Sum, incoming, settled
from ..records import Saved, sealed
from . import answers, scripts, words
from .carrier import Carrier
from .folding import lasts, ours
from .layout import Keys
from .records import Records, every, exchange

T = TypeVar("T")

#: Put in by one trip.
BATCH = 100


@define
class RedisArchive:
    """The protocol `Archive`. It may be used while relays are at work."""

    carrier: Carrier
    keys: Keys
    zone: tzinfo = UTC

    async def records(self) -> list[Saved]:
        return (await every(self.carrier, self.keys)).rows

    async def put_records(self, rows: list[Saved], *, replace: bool) -> int:
        await ours(self.carrier, self.keys)
        written, found = 0, await every(self.carrier, self.keys)
        for row in rows:
            while (new := incoming(row, _row(found, row.id), replace=replace)) is not None:
                done, found = await self._set(new, found)
                if done:
                    written += 1
                    break
        return written

    async def put_sums(self, sums: list[Sum], *, replace: bool) -> int:
        await ours(self.carrier, self.keys)
        verb, written = "HSET" if replace else "HSETNX", 0
        for some in _batches(sums):
            keys = [self.keys.sums(one.window, one.row.period) for one in some]
            rows = [
                (words.heading_text(one.row), words.numbers_text(one.row.tally)) for one in some
            ]
            found = await self.carrier.run(
                *([verb, key, *row] for key, row in zip(keys, rows, strict=True)),
                *(["PEXPIRE", key, str(lasts(self.keys, key))] for key in dict.fromkeys(keys)),
            )
            new = sum(answers.number(reply) for reply in found[: len(some)])
            written += len(some) if replace else new
        return written

    async def put_receipts(self, receipts: list[Receipt], *, replace: bool) -> int:
        await ours(self.carrier, self.keys)
        written, keys = 0, (self.keys.receipts, self.keys.order)
        for some in _batches(receipts):
            entries = [(one.request_id, self._entry(one)) for one in some]
            told = (str(int(replace)), *chain.from_iterable(entries))
            written += answers.number(await self.carrier.evaluate(scripts.PUT_RECEIPTS, keys, told))
        return written

    def _entry(self, receipt: Receipt) -> str:
        return words.entry_text(settled(receipt), self.keys, self.zone)

    async def _set(self, row: Saved, found: Records) -> tuple[bool, Records]:
        """False: somebody else was at it meanwhile. What is there then."""
        there = found.found.get(row.id)
        before = there.text if there is not None else ""
        if there is not None and sealed(there.row) != there.row:
            await self.carrier.run(["HDEL", self.keys.records, row.id])
            before = ""
        text = record_text.text(row, found.place(row.id))
        return await exchange(self.carrier, self.keys, row.id, before, text)


def _row(found: Records, id: str) -> Saved | None:
    there = found.found.get(id)
    return None if there is None else there.row


def _batches(things: Sequence[T]) -> Iterator[Sequence[T]]:
    for first in range(0, len(things), BATCH):
        yield things[first : first + BATCH]
