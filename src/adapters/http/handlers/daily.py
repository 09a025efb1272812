"""GET /api/cron/daily: what is to be done once a day, asked for by the platform's clock."""

import msgspec

from .. import reply
from ..house import House, Visit


async def run(house: House, visit: Visit) -> None:
    """Settles what died unsettled; doing it twice does no harm."""
    await house.daily()
    well = house.relay.books.outbox.well
    state = {"status": "ok" if well else "store_away"}
    await reply.send_json(visit, msgspec.json.encode(state))
