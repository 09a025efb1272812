"""How an attempt fails: the journey decides what next."""

from typing import ClassVar

from attrs import field, frozen

from .base import RelayError


@frozen(eq=False)
class UpstreamError(RelayError):
    """One attempt failed. `detail` is safe to show: no secret, no provider's raw body."""

    detail: str = ""
    status: int | None = None
    #: The provider's own answer, for the errors that go to the caller.
    body: bytes = field(default=b"", repr=False)
    content_type: str = "application/json"

    #: One word for receipts, logs and the 502 body.
    reason: ClassVar[str] = "failed"

    def __str__(self) -> str:
        return self.detail or self.reason


class Unreachable(UpstreamError):
    reason = "unreachable"


@frozen(eq=False)
class ConnectionReset(UpstreamError):
    reason = "connection_reset"
    stale: bool = False  # a kept connection that had gone: no fault of the provider's


@frozen(eq=False)
class Silent(UpstreamError):
    reason = "timeout"
    phase: str = "headers"  # connect, headers, first_event or answer


@frozen(eq=False)
class ServerFailed(UpstreamError):
    reason = "server_error"
    retry_after: float | None = None


@frozen(eq=False)
class RateLimited(UpstreamError):
    reason = "rate_limited"
    retry_after: float | None = None
    account: bool = False  # the answer names the whole account, not one model


class KeyRejected(UpstreamError):
    reason = "key_rejected"


class KeyForbidden(UpstreamError):
    reason = "key_forbidden"


class OutOfCredit(UpstreamError):
    reason = "out_of_credit"


class ModelUnknown(UpstreamError):
    reason = "model_unknown"


class ContextTooLong(UpstreamError):
    reason = "context_length_exceeded"


class RequestRejected(UpstreamError):
    reason = "request_rejected"


@frozen(eq=False)
class CannotCarry(UpstreamError):
    """`param` names the field of the caller's that cannot be said in the provider's dialect."""

    reason = "cannot_carry"
    param: str | None = None


class BadAnswer(UpstreamError):
    reason = "bad_answer"


class Cut(UpstreamError):
    reason = "cut"


class Stalled(UpstreamError):
    reason = "stalled"


class StreamFailed(UpstreamError):
    reason = "error_event"
