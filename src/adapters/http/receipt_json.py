"""A receipt as callers read it."""

from ...domain.pricing import usd
from ...domain.receipt import AttemptRecord, Receipt, Usage


def of(receipt: Receipt) -> dict[str, object]:
    """The object that `GET /v1/receipts/{id}` answers."""
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
        "usage": _usage(receipt.usage),
        "cost_usd": _cost(receipt.cost),
        "milliseconds": round(receipt.seconds * 1000, 1),
        "first_event_milliseconds": None
        if receipt.first_event_seconds is None
        else round(receipt.first_event_seconds * 1000, 1),
        "overhead_milliseconds": round(receipt.overhead_seconds * 1000, 1),
        "delivery": receipt.delivery,
        "dropped": list(receipt.dropped),
        "replay_of": receipt.replay_of or None,
        "degraded": receipt.degraded,
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
        "usage": _usage(attempt.usage),
        "cost_usd": _cost(attempt.cost),
    }


def _cost(nano: int | None) -> str | None:
    """As text: a float would not be exact."""
    return None if nano is None else usd(nano)


def _usage(usage: Usage | None) -> dict[str, object] | None:
    if usage is None:
        return None
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cached_tokens": usage.cached_tokens,
        "cache_write_tokens": usage.cache_write_tokens,
        "reasoning_tokens": usage.reasoning_tokens,
        "estimated": usage.estimated,
    }
