"""Receipts, wherever they are: in the books, or on their way there."""

from attrs import define

from ..domain.errors import StoreDown, StoreUnavailable
from ..domain.ports import Clock, Journal
from ..domain.receipt import Receipt
from .outbox import Outbox

#: Seconds to wait for the books; whoever asks can ask again.
READ_SECONDS = 1.0


@define
class Receipts:
    """Finds the receipt of a request that is over."""

    journal: Journal
    outbox: Outbox
    clock: Clock

    async def find(self, request_id: str, client: str) -> Receipt | None:
        """For the client that asked; None for anybody else. Raises StoreDown while the books
        cannot be read."""
        if (kept := self.outbox.waiting.get(request_id)) is not None:
            receipt = kept[1].receipt
            return receipt if receipt.client == client else None
        try:
            async with self.clock.deadline(self.clock.monotonic() + READ_SECONDS):
                return await self.journal.receipt(request_id, client)
        except (StoreUnavailable, TimeoutError) as error:
            raise StoreDown("The books cannot be read now; ask again in a moment.") from error
