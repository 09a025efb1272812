"""GET /v1/receipts/{id}: the whole story of a request, for the key that made it."""

import msgspec

from ....domain.errors import PathNotFound
from .. import receipt_json
from ..house import House, Visit
from ..reply import send_json


async def one(house: House, visit: Visit) -> None:
    """Raises StoreDown, and PathNotFound for a receipt that is not there, or is somebody else's."""
    receipt = await house.receipts.find(visit.rest, visit.principal.client)
    if receipt is None:
        raise PathNotFound("There is no such receipt for this key.")
    await send_json(visit, msgspec.json.encode(receipt_json.of(receipt)))
