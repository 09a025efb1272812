"""The receipt, as headers: what served, what was tried, what it cost in time."""

from math import ceil
from urllib.parse import quote

from ...domain.pricing import usd
from ...domain.receipt import AttemptRecord, Left, Receipt, Usage

#: A header longer than this helps nobody; the journal has the whole receipt.
_LONGEST = 1024


def of(receipt: Receipt) -> list[tuple[bytes, bytes]]:
    """Headers for a response, as far as the receipt is known when they are sent."""
    fields: list[tuple[str, str]] = [("x-request-id", receipt.request_id)]
    last = receipt.attempts[-1] if receipt.attempts else None
    if last is not None:
        fields += _of_attempt(last)
    failed = [a for a in receipt.attempts if a.failed]
    fields += [
        ("x-relay-attempts", str(len(receipt.attempts))),
        ("x-relay-overhead-ms", f"{receipt.overhead_seconds * 1000:.1f}"),
    ]
    if failed:
        fields.append(("x-relay-failed", ", ".join(map(_failure, failed))))
    if receipt.stream and receipt.ending == "completed" and not receipt.replay_of:
        fields.append(("x-relay-delivery", receipt.delivery))
    # Of a stream it is known beforehand only where all of it was held.
    if receipt.usage is not None and (not receipt.stream or receipt.delivery == "whole"):
        fields.append(("x-relay-usage", _usage(receipt.usage)))
        if receipt.cost is not None:
            fields.append(("x-relay-cost", usd(receipt.cost)))
    if receipt.dropped:
        fields.append(("x-relay-dropped", ", ".join(receipt.dropped)))
    if receipt.estimated:
        fields.append(("x-relay-estimated", "true"))
    if receipt.degraded:
        fields.append(("x-relay-degraded", "store"))
    if receipt.replay_of:
        fields.append(("x-relay-replay-of", receipt.replay_of))
    fields += [field for left in receipt.left for field in _of_limit(left)]
    if receipt.client_request_id:
        fields.append(("x-relay-client-request-id", receipt.client_request_id))
    return [(name.encode(), _safe(value)) for name, value in fields]


def _of_attempt(attempt: AttemptRecord) -> list[tuple[str, str]]:
    fields = [
        ("x-relay-provider", attempt.provider),
        ("x-relay-model", attempt.model),
        ("x-relay-key", attempt.key),
    ]
    if attempt.upstream_request_id:
        fields.append(("x-relay-upstream-request-id", attempt.upstream_request_id))
    return fields


def _of_limit(left: Left) -> list[tuple[str, str]]:
    """As OpenAI tells its own: https://platform.openai.com/docs/guides/rate-limits#headers"""
    return [
        (f"x-ratelimit-limit-{left.metric}", str(left.limit)),
        (f"x-ratelimit-remaining-{left.metric}", str(left.remaining)),
        (f"x-ratelimit-reset-{left.metric}", _duration(left.reset)),
    ]


def _duration(seconds: float) -> str:
    """Like Go's: `120ms`, `1.5s`, `6m0s`, `24h0m0s`."""
    if seconds < 1:
        return f"{ceil(max(0.0, seconds) * 1000)}ms"
    if seconds < 60:
        return f"{ceil(seconds * 1000) / 1000:g}s"
    minutes, rest = divmod(ceil(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes}m{rest}s" if hours else f"{minutes}m{rest}s"


def _failure(attempt: AttemptRecord) -> str:
    return f"{attempt.provider}/{attempt.model};key={attempt.key};{attempt.outcome}"


def _usage(usage: Usage) -> str:
    text = (
        f"input={usage.input_tokens}, output={usage.output_tokens},"
        f" cached={usage.cached_tokens}, reasoning={usage.reasoning_tokens}"
    )
    return text + ", estimated" if usage.estimated else text


def _safe(value: str) -> bytes:
    """Visible ASCII (RFC 9110 section 5.5); anything else is percent-encoded."""
    short = value[:_LONGEST]
    if short.isascii() and short.isprintable():
        return short.encode()
    return quote(short, safe=" ,;=/:.-_~!*'()@&+$?#[]").encode()[:_LONGEST]
