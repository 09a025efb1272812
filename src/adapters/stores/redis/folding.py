"""Folding: settled requests leave the inbox, a batch at a time, for the receipts and the sums.

Whoever finds many waiting does it; two at once do no harm, for a batch is known by its first entry.
"""

from attrs import frozen

from ....domain.errors import StoreUnavailable
from ..bookkeeping import DAYS_KEPT, HOURS_KEPT
from . import scripts
from .carrier import Carrier, Refused
from .layout import Keys, known
from .words import Settled

#: A batch; the inbox is folded once it is as long.
BATCH = 64
#: Sums are kept a little longer than they are told.
_SLACK = 32 * 86_400.0


@frozen
class Folding:
    """`kept`: receipts that stay."""

    carrier: Carrier
    keys: Keys
    kept: int

    async def all(self) -> None:
        """Until nothing waits, in books that this relay can read. Raises StoreUnavailable."""
        await ours(self.carrier, self.keys)
        while await self.batch():
            pass

    async def batch(self) -> int:
        """The oldest entries; how many. Raises StoreUnavailable."""
        waiting = await self.waiting(BATCH)
        if not waiting:
            return 0
        sums = dict.fromkeys(key for entry in waiting for key, _, _ in entry.rows)
        keys = (self.keys.inbox, self.keys.receipts, self.keys.order, *sums)
        milliseconds = (str(lasts(self.keys, key)) for key in sums)
        args = (str(len(waiting)), waiting[0].id, str(self.kept), *milliseconds)
        await self.carrier.evaluate(scripts.FOLD, keys, args)
        return len(waiting)

    async def waiting(self, most: int) -> list[Settled]:
        """The oldest entries of the inbox, as they are."""
        (found,) = await self.carrier.run(["LRANGE", self.keys.inbox, "0", str(most - 1)])
        return [Settled.read(data) for data in listed(found)]


async def ours(carrier: Carrier, keys: Keys) -> None:
    """Raises StoreRefused where the books are a newer relay's. One command."""
    (reply,) = await carrier.run(["HGET", keys.books, "layout"])
    known(reply)


def lasts(keys: Keys, sums: str) -> int:
    """For how many milliseconds this key of sums is kept."""
    hours = sums.startswith(keys.of("hours:"))
    return int(1000 * (_SLACK + (HOURS_KEPT if hours else DAYS_KEPT)))


def listed(reply: object) -> list[bytes]:
    """A list of texts. Raises StoreUnavailable for what is none."""
    if isinstance(reply, Refused):
        raise StoreUnavailable(reply.message)
    if not isinstance(reply, list) or not all(isinstance(one, bytes) for one in reply):
        raise StoreUnavailable("the store answered something else than a list")
    return [one for one in reply if isinstance(one, bytes)]
