"""What an error is, with what is known of it: the same in every dialect."""

import re
from collections.abc import Mapping

from .. import retry_after
from ..errors import (
    BadAnswer,
    ContextTooLong,
    ModelUnknown,
    RateLimited,
    RequestRejected,
    ServerFailed,
    UpstreamError,
)

#: A limit of the whole account, not of one model (design, section 5: rests).
_ACCOUNT = re.compile(r"(?i)account[- _](wide|level|rate|limit)|all models|for your account")


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


def redirected(status: int) -> BadAnswer:
    """A redirect could lead a key anywhere."""
    return BadAnswer(f"a redirect ({status}), which is never followed", status=status)


def limited(headers: Mapping[str, str], words: str, text: str, *, now: float) -> RateLimited:
    """A 429: of one model, unless the answer names the account; `text` is its beginning."""
    after = retry_after.parse(headers, text, now)
    return RateLimited(retry_after=after, account=bool(_ACCOUNT.search(f"{words} {text}")))


def failed(headers: Mapping[str, str], *, now: float) -> ServerFailed:
    """A 5xx, with its hint."""
    return ServerFailed(retry_after=retry_after.parse(headers, "", now))
