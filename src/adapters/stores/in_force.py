"""The snapshot in force, read anew from what a store holds: what cannot be read stays as it was."""

from collections.abc import Iterable

from attrs import define, field

from ...domain.catalogue import Snapshot
from ...domain.change import Change, applied
from ...domain.events import StoreFailed
from ...domain.ports import Observer
from .records import Saved, reading


@define(eq=False)
class InForce:
    """What was configured, and over it what was saved. The observer hears once of each record
    that cannot be read."""

    configured: Snapshot
    observer: Observer
    snapshot: Snapshot = field(init=False)
    #: What was read last, by id: it stands where the store is damaged later.
    _good: dict[str, tuple[Change, int]] = field(factory=dict)
    _bad: set[str] = field(factory=set)

    def __attrs_post_init__(self) -> None:
        self.snapshot = self.configured

    def take(self, rows: Iterable[Saved]) -> None:
        """All that is saved, in the order in which it was saved first."""
        self._good = dict(item for row in rows for item in self._read(row))
        self.snapshot = applied(self.configured, self._good.values())

    def _read(self, row: Saved) -> list[tuple[str, tuple[Change, int]]]:
        change = reading(row, self.configured)
        if change is not None:
            self._bad.discard(row.id)
            return [(row.id, (change, row.version))]
        if row.id not in self._bad:
            self._bad.add(row.id)
            self.observer.note(
                StoreFailed("catalogue", f"The saved record {row.id!r} cannot be read; it is left.")
            )
        return [(row.id, last)] if (last := self._last(row)) else []

    def _last(self, row: Saved) -> tuple[Change, int] | None:
        """What was read before stands. A client key that cannot be read lets nobody in."""
        kind, _, name = row.id.partition("/")
        if kind == "client_key":
            return self._good.get(row.id, (Change("client_key", name, None), 0))
        return self._good.get(row.id)
