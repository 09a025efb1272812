"""GET /v1/models and /v1/models/{id}

https://platform.openai.com/docs/api-reference/models
"""

import msgspec

from ....application.directory import Model
from ..house import House, Visit
from ..reply import send_json


async def list_all(house: House, visit: Visit) -> None:
    """Every name that answers, virtual models first."""
    models = house.directory.models(visit.principal)
    listed = {"object": "list", "data": [_shown(model, house.since) for model in models]}
    await send_json(visit, msgspec.json.encode(listed))


async def one(house: House, visit: Visit) -> None:
    """One name, slashes and all. Raises ModelNotFound."""
    model = house.directory.model(visit.rest, visit.principal)
    await send_json(visit, msgspec.json.encode(_shown(model, house.since)))


def _shown(model: Model, since: int) -> dict[str, object]:
    return {"id": model.id, "object": "model", "created": since, "owned_by": model.owner}
