"""The receipt: what served a request, what was tried, what it used."""

from typing import Literal

from attrs import field, frozen

#: `lost`: its process died; what the last checkpoint said stands.
Ending = Literal[
    "completed", "upstream_error", "client_gone", "deadline", "denied", "internal", "lost"
]
#: How the caller got the answer; `switched`: held, until it was larger than what may be held.
Delivered = Literal["live", "whole", "switched"]


@frozen
class Usage:
    """Tokens, as the provider said them (`estimated`: as the relay reckoned them)."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    estimated: bool = False
    #: Of the input, what was written to the provider's cache (Anthropic bills it apart).
    cache_write_tokens: int = 0
    #: The provider counts reasoning: a 0 is one, and not unknown.
    reasoning_said: bool = field(default=False, eq=False)


@frozen
class Left:
    """What is left of a limit, as its caller is told: `reset` seconds until all of it is back."""

    metric: Literal["requests", "tokens"]
    limit: int
    remaining: int
    reset: float


@frozen
class AttemptRecord:
    """One attempt: where, with which key, how it ended (`served` or an error's reason)."""

    provider: str
    model: str
    key: str
    outcome: str
    detail: str = ""
    status: int | None = None
    started: float = 0.0  # monotonic seconds
    seconds: float = 0.0
    why: str = ""  # why this target was in the plan
    upstream_request_id: str = ""
    #: What it used, whoever got it: also an attempt that was abandoned is paid for.
    usage: Usage | None = None
    #: What that cost, in nano-USD; None: no usage, or its price is not known.
    cost: int | None = None

    @property
    def failed(self) -> bool:
        return self.outcome != "served"

    def __str__(self) -> str:
        return f"{self.provider}/{self.model} key {self.key}: {self.outcome}" + (
            f" ({self.detail})" if self.detail else ""
        )


@frozen
class Receipt:
    """One request's whole story. Seconds are durations; `at` is Unix seconds."""

    request_id: str
    at: float
    client: str
    endpoint: str
    model: str  # as asked
    stream: bool
    ending: Ending = "internal"
    status: int = 0  # what the caller got; 499 when it had gone
    attempts: tuple[AttemptRecord, ...] = ()
    usage: Usage | None = None
    seconds: float = 0.0
    first_event_seconds: float | None = None
    overhead_seconds: float = 0.0
    bytes_out: int = 0
    error: str = ""
    client_request_id: str = ""
    tags: str = ""
    degraded: bool = False
    delivery: Delivered = "live"
    #: The answer is the relay's own estimate (a count of tokens that no provider made).
    estimated: bool = False
    #: What of the request the serving provider's dialect has no words for.
    dropped: tuple[str, ...] = ()
    #: The request whose stored answer this is (Idempotency-Key).
    replay_of: str = ""
    #: What `usage` cost, in nano-USD; None: no usage, or its price is not known. What abandoned
    #: attempts cost stands with them.
    cost: int | None = None
    #: Told to the caller, and kept nowhere.
    left: tuple[Left, ...] = ()

    @property
    def served_by(self) -> AttemptRecord | None:
        """The attempt whose bytes the caller got, if any."""
        return next((a for a in reversed(self.attempts) if not a.failed), None)
