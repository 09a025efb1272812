"""Where things are in Redis: the keys of one deployment, all in one slot of a cluster.

`{relay}:books` is written by `lua/books.lua`; settled requests wait in `inbox` until a batch of
them is folded into `receipts`, `order` (oldest first) and the sums: `hours:<day>`, `days:<month>`.
"""

from datetime import UTC, date, datetime, timedelta

from attrs import frozen

from ....domain.errors import StoreRefused
from ....domain.usage import Window

#: How books are written here; those of a larger number are a newer relay's (`lua/books.lua`).
LAYOUT = 1
MEND = "run that one, or give this one a RELAY_NAMESPACE of its own"


@frozen
class Keys:
    """The keys under one namespace; preview and production may share a database."""

    namespace: str

    def of(self, name: str) -> str:
        return f"{{{self.namespace}}}:{name}"

    @property
    def books(self) -> str:
        return self.of("books")

    @property
    def inbox(self) -> str:
        return self.of("inbox")

    @property
    def receipts(self) -> str:
        return self.of("receipts")

    @property
    def order(self) -> str:
        return self.of("order")

    @property
    def records(self) -> str:
        return self.of("records")

    @property
    def leases(self) -> str:
        return self.of("leases")

    def late(self, at: float) -> str:
        """The requests that came in on the day of this instant, and whose outcomes came late."""
        return self.of(f"late:{datetime.fromtimestamp(at, UTC).date().isoformat()}")

    def answer(self, request_id: str) -> str:
        """The stored answer of a request that had a claim."""
        return self.of(f"answer:{request_id}")

    @property
    def answered(self) -> str:
        """The requests with stored answers, oldest first."""
        return self.of("answered")

    def sums(self, window: Window, period: str) -> str:
        """Where the sums of a period are: hours by the day, days by the month."""
        return self.of(f"hours:{period[:10]}" if window == "hour" else f"days:{period[:7]}")

    def span(self, window: Window, first: date, last: date) -> list[str]:
        """Where the sums of these days, or of their hours, may be."""
        days = ((first + timedelta(days=n)).isoformat() for n in range((last - first).days + 1))
        return list(dict.fromkeys(self.sums(window, day) for day in days))


def newer(layout: object) -> bool:
    """Of the field `layout`, which older books do not have."""
    return isinstance(layout, bytes) and not (layout.isdigit() and int(layout) <= LAYOUT)


def known(layout: object) -> None:
    """Raises StoreRefused where the books are a newer relay's."""
    if newer(layout):
        raise StoreRefused(f"the books were written by a newer relay: {MEND}")
