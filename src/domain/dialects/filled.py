"""What an error is, with what is known of it."""

from ..errors import (
    ContextTooLong,
    ModelUnknown,
    RateLimited,
    RequestRejected,
    ServerFailed,
    UpstreamError,
)


def filled(kind: UpstreamError, detail: str, status: int, body: bytes) -> UpstreamError:
    """The error with its detail and status; with the provider's body where that goes to the
    caller."""
    match kind:
        case RateLimited(retry_after=after, account=account):
            return RateLimited(detail, status, retry_after=after, account=account)
        case ServerFailed(retry_after=after):
            return ServerFailed(detail, status, retry_after=after)
        case RequestRejected() | ContextTooLong() | ModelUnknown():
            return type(kind)(detail, status, body)
        case _:
            return type(kind)(detail, status)
