"""GET /v1/receipts/{id}: the whole story of a request, for the key that made it."""

import msgspec

from ....domain.errors import PathNotFound
from ....domain.receipt import AttemptRecord, Receipt
from ..house import House, Visit
from ..reply import send_json


async def one(house: House, visit: Visit) -> None:
    """Raises PathNotFound for a receipt that is not there, or is somebody else's."""
    receipt = await house.journal.receipt(visit.rest, visit.principal.client)
    if receipt is None:
        raise PathNotFound("There is no such receipt for this key.")
    await send_json(visit, msgspec.json.encode(_shown(receipt)))


def _shown(receipt: Receipt) -> dict[str, object]:
    usage = receipt.usage
    return {
        "object": "receipt",
        "id": receipt.request_id,
        "created": int(receipt.at),
        "model": receipt.model,
        "stream": receipt.stream,
        "ending": receipt.ending,
        "status": receipt.status,
        "error": receipt.error or None,
        "attempts": [_attempt(attempt) for attempt in receipt.attempts],
        "usage": None
        if usage is None
        else {
            "input_tokens": usage.input_tokens,
            "output_tokens": usage.output_tokens,
            "cached_tokens": usage.cached_tokens,
            "reasoning_tokens": usage.reasoning_tokens,
            "estimated": usage.estimated,
        },
        "milliseconds": round(receipt.seconds * 1000, 1),
        "first_event_milliseconds": None
        if receipt.first_event_seconds is None
        else round(receipt.first_event_seconds * 1000, 1),
        "overhead_milliseconds": round(receipt.overhead_seconds * 1000, 1),
        "tags": receipt.tags or None,
    }


def _attempt(attempt: AttemptRecord) -> dict[str, object]:
    return {
        "provider": attempt.provider,
        "model": attempt.model,
        "key": attempt.key,
        "outcome": attempt.outcome,
        "detail": attempt.detail or None,
        "status": attempt.status,
        "why": attempt.why,
        "milliseconds": round(attempt.seconds * 1000, 1),
        "upstream_request_id": attempt.upstream_request_id or None,
    }
