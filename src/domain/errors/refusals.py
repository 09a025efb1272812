"""What callers are told instead of an answer."""

from attrs import frozen

from ..receipt import Receipt
from .base import RelayError
from .upstream import UpstreamError


@frozen(eq=False)
class Refusal(RelayError):
    """The caller gets an error; `message` says what to do, `param` names the field or header."""

    message: str
    param: str | None = None

    def __str__(self) -> str:
        return self.message


class InvalidRequest(Refusal):
    """The request cannot be understood."""


class InvalidKey(Refusal):
    """No client key, or one this relay does not know."""


class NotAllowed(Refusal):
    """The client key is valid and may not do this."""


class ModelNotFound(Refusal):
    """No provider and no virtual model answers to that name."""


class PathNotFound(Refusal):
    """No such path, receipt or record."""


@frozen(eq=False)
class MethodNotAllowed(Refusal):
    """The path exists and the method does not; `allow` lists those that do."""

    allow: tuple[str, ...] = ()


class BodyTooSlow(Refusal):
    """The request body did not arrive in time."""


class TooLarge(Refusal):
    """The request is larger than this relay accepts."""


class UnsupportedMedia(Refusal):
    """The body is in a media type or an encoding the endpoint does not read."""


@frozen(eq=False)
class KeysResting(Refusal):
    """Every key rests; the first is back in `retry_after` seconds."""

    retry_after: float = 1.0


@frozen(eq=False)
class LimitReached(Refusal):
    """A limit is used up; `retry_after` seconds until this request fits, where that is known."""

    retry_after: float | None = None


class BudgetExceeded(LimitReached):
    """The money that may be spent is spent."""


class ExceedsLimit(Refusal):
    """More than the whole limit in one request: it can never fit."""


class AllAttemptsFailed(Refusal):
    """Attempts were made and all failed; the message names each and its reason."""


@frozen(eq=False)
class NothingToTry(Refusal):
    """No attempt could be made; `retry_after` seconds until one may, where known."""

    retry_after: float | None = None


class NotConfigured(Refusal):
    """A feature is off because its configuration is missing or too weak."""


class DeadlineExceeded(Refusal):
    """The request's own time is over."""


@frozen(eq=False)
class StreamBroken(Refusal):
    """The stream had begun; what reached the caller is not complete. `code` says why."""

    code: str = "upstream_cut"
    cause: UpstreamError | None = None


@frozen(eq=False)
class Conflict(Refusal):
    """The Idempotency-Key was used before: `code` says whether that request still runs or is over,
    `receipt` tells its story."""

    code: str = "request_in_progress"
    receipt: Receipt | None = None
    retry_after: float | None = None


class KeyReused(Refusal):
    """The Idempotency-Key belongs to a request with another body."""


class StoreDown(Refusal):
    """What was asked for needs the store, and the store is away."""


@frozen(eq=False)
class ProviderRefused(Refusal):
    """The provider judged the request itself; status and body are its own, scrubbed."""

    status: int = 400
    body: bytes = b""
    content_type: str = "application/json"
