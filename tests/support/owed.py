"""Requests that the store did not take at once, and their usage lines."""

from attrs import evolve

from src.domain import quota, usage_line
from src.domain.catalogue import Limit
from src.domain.idempotency import Claim
from src.domain.lines import Amounts, Limits
from src.domain.quota import Hold
from src.domain.receipt import AttemptRecord, Receipt, Usage

SECRET = "0f8c9e2b7a6d5f4e3c2b1a09"
KEY = usage_line.key(SECRET, "relay")
#: 2025-11-22T15:17:00.25Z.
AT = 1_763_824_620.25
LIMITS = (
    Limit("client:team", "tokens", "day", 5_000),
    Limit("client:team", "requests", "minute", 60),
    Limit("deployment", "cost", "total", 10**12, mode="shadow"),
)


def receipt(name: str = "0123456789abcdef" * 2, *, at: float = AT) -> Receipt:
    """With a failed attempt that was paid for, and one that served."""
    cut = AttemptRecord(
        *("one", "m-1", "k1", "cut", "it broke off"), status=200, seconds=0.5, usage=Usage(3, 4)
    )
    usage = Usage(30, 40, 5, 6, reasoning_said=True, cache_write_tokens=7)
    served = AttemptRecord(
        *("two", "m-2", "k2", "served"), status=200, usage=usage, cost=123, why="declared"
    )
    return Receipt(
        *(name, at, "team", "chat.completions", "fast"),
        stream=True,
        ending="completed",
        status=200,
        attempts=(cut, served),
        usage=usage,
        seconds=1.5,
        first_event_seconds=0.25,
        overhead_seconds=0.001953,
        bytes_out=99,
        tags="blue",
        degraded=True,
        dropped=("logprobs",),
        cost=123,
    )


def held(told: Receipt, *limits: Limit, claim: Claim | None = None) -> Hold:
    opened = Receipt(
        *(told.request_id, told.at, told.client, told.endpoint, told.model), stream=True
    )
    return quota.hold(
        opened,
        provider="two",
        until=told.at + 600,
        amounts=Amounts(50, 60),
        limits=Limits.of(limits),
        now=told.at,
        claim=claim,
    )


def line(
    name: str = "0123456789abcdef" * 2,
    *limits: Limit,
    at: float = AT,
    client: str = "team",
    key: bytes | None = KEY,
) -> str:
    """As the log has it."""
    told = evolve(receipt(name, at=at), client=client)
    return usage_line.line(held(told, *limits), told, key)
