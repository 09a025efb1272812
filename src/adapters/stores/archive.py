"""What can be taken out of one store and put into another: saved records, sums and receipts.

Nothing of it is secret (`keyless.py`); claims, holds and gauges of limits stay where they are.
"""

from collections.abc import AsyncIterator
from typing import Protocol

from attrs import define, field, frozen

from ...domain.entry import Entry
from ...domain.ports import Journal
from ...domain.quota import Outcome, hold
from ...domain.receipt import Receipt
from ...domain.usage import RequestQuery, Row, UsageQuery, Window
from .records import SHAPE, Saved, sealed


@frozen
class Sum:
    """A row of the hours, or of the days."""

    window: Window
    row: Row


Item = Saved | Sum | Receipt


class Archive(Protocol):
    """A store whose content can be copied. Raises StoreUnavailable."""

    async def records(self) -> list[Saved]:
        """Every saved record, in the order in which they were saved first."""
        ...

    async def put_records(self, rows: list[Saved], *, replace: bool) -> int:
        """How many were written: those that were not there; with `replace`, all that differ."""
        ...

    async def put_sums(self, sums: list[Sum], *, replace: bool) -> int:
        """In place of what is there, if `replace`; never added to it."""
        ...

    async def put_receipts(self, receipts: list[Receipt], *, replace: bool) -> int:
        """The newest first. They count as older than all that are there; sums stay as they are."""
        ...


@define
class Content:
    """What an archive holds."""

    records: list[Saved] = field(factory=list)
    sums: list[Sum] = field(factory=list)
    #: The newest first.
    receipts: list[Receipt] = field(factory=list)

    def __len__(self) -> int:
        return len(self.records) + len(self.sums) + len(self.receipts)

    def add(self, item: Item) -> None:
        match item:
            case Saved():
                self.records.append(item)
            case Sum():
                self.sums.append(item)
            case Receipt():
                self.receipts.append(item)


async def everything(archive: Archive, journal: Journal) -> AsyncIterator[Item]:
    """All that is exported. Records that cannot be read are left out. Raises StoreUnavailable."""
    for saved in await archive.records():
        if sealed(saved) == saved:
            yield saved
    windows: tuple[Window, ...] = ("day", "hour")
    for window in windows:
        for row in await journal.usage(UsageQuery(window)):
            yield Sum(window, row)
    for receipt in await journal.requests(RequestQuery(limit=10**6)):
        yield receipt


async def put(archive: Archive, found: Content, *, replace: bool) -> int:
    """How many were written. Raises StoreUnavailable, and can then be done again."""
    return (
        await archive.put_records(found.records, replace=replace)
        + await archive.put_sums(found.sums, replace=replace)
        + await archive.put_receipts(found.receipts, replace=replace)
    )


def incoming(row: Saved, there: Saved | None, *, replace: bool) -> Saved | None:
    """What is to be written of an imported record where that one stands; None: nothing. Versions
    grow, so that every instance sees it. What a newer relay wrote stays in any case."""
    if there is None:
        return row
    if not replace:
        return None
    if sealed(there) != there:
        return row
    if there.shape > SHAPE or (row.record, row.left_out) == (there.record, there.left_out):
        return None
    return sealed(row._replace(version=there.version + 1))


def settled(receipt: Receipt) -> Entry:
    """As if it had been settled here. Of the provider that was chosen first the books need none."""
    held = hold(receipt, provider="", until=receipt.at)
    return Entry(held, "lost" if receipt.ending == "lost" else "settled", Outcome(receipt))
