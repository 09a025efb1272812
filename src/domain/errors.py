"""Every error of the relay, one drawn tree.

RelayError
├── ConfigurationError      the operator mends the configuration; every problem is listed at once
├── StoreUnavailable        the store cannot answer in time; go on degraded, as declared
├── Refusal                 the caller gets an error (its status: `adapters/http/errors.py`)
│   ├── InvalidRequest      mend the request; `param` names the field
│   ├── InvalidKey          send a valid client key
│   ├── NotAllowed          this client key may not do that
│   ├── ModelNotFound       name another model
│   ├── PathNotFound        call another path
│   ├── MethodNotAllowed    use one of `allow`
│   ├── BodyTooSlow         send the body faster
│   ├── TooLarge            send less
│   ├── UnsupportedMedia    send JSON
│   ├── KeysResting         come back after `retry_after` seconds
│   ├── AllAttemptsFailed   every target was tried in vain; the attempts are named
│   ├── NothingToTry        no target may be tried now
│   ├── NotConfigured       the operator has not switched this on
│   ├── DeadlineExceeded    ask for less, or allow more time
│   ├── StreamBroken        the answer had begun and cannot be completed; ask again
│   └── ProviderRefused     the provider judged the request; its answer goes to the caller
└── UpstreamError           an attempt failed; the journey decides what next
    ├── Unreachable         refused, unresolvable, no TLS: repeat once, then move on
    ├── ConnectionReset     went away before an answer: repeat once, then move on
    ├── Silent              a wait ran out: move on, never repeat
    ├── ServerFailed        5xx: repeat once, then move on
    ├── RateLimited         this key rests: another key
    ├── KeyRejected         this key is wrong: another key
    ├── KeyForbidden        this key may not: another key
    ├── OutOfCredit         this key has no money: another key
    ├── ModelUnknown        the provider lacks the model: another target, else the caller
    ├── ContextTooLong      does not fit this model: another target, else the caller
    ├── RequestRejected     the request itself is wrong: the caller
    ├── BadAnswer           not an answer (HTML, empty, redirect, garbage): move on
    ├── Cut                 the stream ended before it was complete: move on, never repeat
    ├── Stalled             the stream fell silent: move on, never repeat
    └── StreamFailed        an error event inside the stream: move on, never repeat
"""

from typing import ClassVar

from attrs import field, frozen


class RelayError(Exception):
    """Anything the relay raises on purpose."""


@frozen
class Problem:
    """One mistake in the configuration: where it is, what is wrong, how to mend it."""

    path: str
    what: str
    mend: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.what}" + (f" Mend: {self.mend}" if self.mend else "")


class ConfigurationError(RelayError):
    """The configuration cannot be used; `problems` lists every mistake, not only the first."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class StoreUnavailable(RelayError):
    """The store did not answer in time or refused; the declared degraded mode applies."""


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
    cause: "UpstreamError | None" = None


@frozen(eq=False)
class ProviderRefused(Refusal):
    """The provider judged the request itself; status and body are its own, scrubbed."""

    status: int = 400
    body: bytes = b""
    content_type: str = "application/json"


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


class BadAnswer(UpstreamError):
    reason = "bad_answer"


class Cut(UpstreamError):
    reason = "cut"


class Stalled(UpstreamError):
    reason = "stalled"


class StreamFailed(UpstreamError):
    reason = "error_event"
