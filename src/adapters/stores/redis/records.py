"""Saved records as fields of a hash: read all at once, set one by one."""

from collections.abc import Mapping
from typing import Self

from attrs import field, frozen

from ....domain.errors import StoreGarbled
from ..record_text import Found
from ..records import Saved
from . import scripts
from .carrier import Carrier
from .folding import listed
from .layout import Keys

#: The field that counts, among those that are ids ("provider/a").
VERSION = b"version"


@frozen
class Records:
    """The whole hash, as it was at one moment."""

    version: int = 0
    found: Mapping[str, Found] = field(factory=dict)

    @classmethod
    def read(cls, flat: list[bytes]) -> Self:
        """Of HGETALL. Raises StoreGarbled."""
        fields = dict(zip(flat[::2], flat[1::2], strict=True))
        version = fields.pop(VERSION, b"0")
        if not version.isdigit():
            raise StoreGarbled("the catalogue's version is no number: is it another's?")
        ids = [(id.decode("utf-8", "replace"), data) for id, data in fields.items()]
        return cls(int(version), {id: Found.read(id, data) for id, data in ids})

    @property
    def rows(self) -> list[Saved]:
        """In the order in which they were saved first; those of one moment by name."""
        ordered = sorted(self.found.values(), key=lambda one: (one.place, one.row.id))
        return [one.row for one in ordered]

    def place(self, id: str) -> int:
        """Where a record stands, or a new one comes to stand."""
        if id in self.found:
            return self.found[id].place
        return 1 + max((one.place for one in self.found.values()), default=0)


async def every(carrier: Carrier, keys: Keys) -> Records:
    """One command. Raises StoreUnavailable."""
    (reply,) = await carrier.run(["HGETALL", keys.records])
    return Records.read(listed(reply))


async def exchange(
    carrier: Carrier, keys: Keys, id: str, before: str, after: str
) -> tuple[bool, Records]:
    """`lua/save.lua`: was it set, and all that is there after it. Raises StoreUnavailable."""
    told = (id, before, after)
    match await carrier.evaluate(scripts.SAVE, (keys.records, keys.books), told):
        case [int(done), list(flat)]:
            return bool(done), Records.read(listed(flat))
    raise StoreGarbled("a script of ours answered what it never answers: is it another's?")
