"""A saved record as JSON, in which the record itself stands as it was written."""

from typing import Self

import msgspec
from attrs import frozen

from . import words
from .records import Saved

_NOTHING = msgspec.Raw(b"null")


class _Field(msgspec.Struct):
    place: int
    shape: int
    kind: str
    name: str
    version: int
    record: msgspec.Raw
    left_out: msgspec.Raw
    checksum: int


@frozen
class Found:
    """A record that was read: `place` is its turn among the others."""

    place: int
    row: Saved
    text: str

    @classmethod
    def read(cls, id: str, data: bytes) -> Self:
        """Damaged or not."""
        try:
            found = msgspec.json.decode(data, type=_Field)
            text = data.decode()
        except (msgspec.MsgspecError, ValueError):
            return cls(0, Saved(id, 0, "", "", 0, None, b"", -1), "")
        record = None if found.record == _NOTHING else bytes(found.record)
        row = Saved(
            id,
            found.shape,
            found.kind,
            found.name,
            found.version,
            record,
            bytes(found.left_out),
            found.checksum,
        )
        return cls(found.place, row, text)


def text(row: Saved, place: int) -> str:
    """As `Found.read` reads it."""
    record = _NOTHING if row.record is None else msgspec.Raw(row.record)
    left_out, checksum = msgspec.Raw(row.left_out), row.checksum
    field = _Field(place, row.shape, row.kind, row.name, row.version, record, left_out, checksum)
    return words.text(field).decode()
