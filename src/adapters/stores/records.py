"""Saved records as every store keeps them: one by one, so that a damaged one is missed alone."""

from typing import NamedTuple
from zlib import crc32

import msgspec
from attrs import fields

from ...domain.catalogue import Provider, Snapshot
from ...domain.change import Change, Record
from . import words
from .keyless import restored, stripped
from .saved import RECORDS, check

#: How records are written; one of a larger number is left alone.
SHAPE = 1


class Saved(NamedTuple):
    """A saved record. Whatever is in a store may be damaged: look at `reading` first."""

    id: str
    shape: int
    kind: str
    name: str
    version: int
    record: bytes | None
    left_out: bytes
    checksum: int


def written(change: Change, version: int, configured: Snapshot) -> Saved:
    """A change as it is saved. Raises ValueError for what cannot be kept."""
    check(change)
    record, left_out = change.record, tuple[str, ...]()
    if isinstance(record, Provider):
        record, left_out = stripped(record, _configured(configured, record.name))
    text = None if record is None else words.text(record)
    return sealed(
        Saved(change.id, SHAPE, change.kind, change.name, version, text, words.text(left_out), 0)
    )


def sealed(row: Saved) -> Saved:
    """With its checksum: a flipped bit that still makes a record could send keys elsewhere."""
    return row._replace(checksum=crc32(repr(row[:-1]).encode("utf-8", "replace")))


def reading(row: Saved, configured: Snapshot) -> Change | None:
    """The change that was saved, with the secrets of the configuration; None if it cannot be
    read."""
    kind = next((kind for kind in RECORDS if kind == row.kind), None)
    if kind is None or sealed(row) != row or row.shape > SHAPE:
        return None
    if row.record is None:
        return Change(kind, row.name, None)
    try:
        record = msgspec.json.decode(row.record, type=RECORDS[kind])
        if isinstance(record, Provider):
            left_out = msgspec.json.decode(row.left_out, type=tuple[str, ...])
            record = restored(record, left_out, _configured(configured, record.name))
        change = Change(kind, row.name, record)
        check(change)
    except (msgspec.MsgspecError, ValueError):
        return None
    return change


def keeping(row: Saved, before: Saved) -> Saved:
    """With those fields of the record before that this relay does not know: a newer one wrote
    them, and will look for them. `before` can be read."""
    if row.record is None or before.record is None:
        return row
    known = {field.name for field in fields(_type(row))}
    old = msgspec.json.decode(before.record, type=dict[str, msgspec.Raw])
    more = {name: value for name, value in old.items() if name not in known}
    if not more:
        return row
    new = msgspec.json.decode(row.record, type=dict[str, msgspec.Raw])
    return sealed(row._replace(record=words.text(new | more)))


def _type(row: Saved) -> type[Record]:
    return next(found for kind, found in RECORDS.items() if kind == row.kind)


def _configured(snapshot: Snapshot, name: str) -> Provider | None:
    return next((provider for provider in snapshot.providers if provider.name == name), None)
