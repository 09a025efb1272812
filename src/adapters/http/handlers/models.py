"""GET /v1/models and /v1/models/{id}, in OpenAI's shape and, for Anthropic's clients, in theirs.

https://platform.openai.com/docs/api-reference/models
https://platform.claude.com/docs/en/api/models-list
"""

from datetime import UTC, datetime

import msgspec

from ....application.directory import Model
from ..house import House, Visit
from ..reply import send_json


async def list_all(house: House, visit: Visit) -> None:
    """Every name that answers, virtual models first."""
    models = [_shown(house, visit, model) for model in house.directory.models(visit.principal)]
    listed: dict[str, object] = {"object": "list", "data": models}
    if visit.told.dialect == "anthropic_messages":
        ids: list[object] = [model["id"] for model in models] or [None]
        listed = {"data": models, "has_more": False, "first_id": ids[0], "last_id": ids[-1]}
    await send_json(visit, msgspec.json.encode(listed))


async def one(house: House, visit: Visit) -> None:
    """One name, slashes and all. Raises ModelNotFound."""
    model = house.directory.model(visit.rest, visit.principal)
    await send_json(visit, msgspec.json.encode(_shown(house, visit, model)))


def _shown(house: House, visit: Visit, model: Model) -> dict[str, object]:
    if visit.told.dialect == "anthropic_messages":
        since = datetime.fromtimestamp(house.since, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {"type": "model", "id": model.id, "display_name": model.id, "created_at": since}
    return {
        "id": model.id,
        "object": "model",
        "created": house.since,
        "owned_by": model.owner,
    }
