"""Every way for Upstash to fail, as switches of the stand-in."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from attrs import frozen


@frozen
class Late:
    """Carried out, and answered so many seconds later."""

    seconds: float


@frozen
class Hang:
    """Taken, not carried out, never answered."""


@frozen
class Dropped:
    """The connection ends without an answer; `applied`: after it was carried out."""

    applied: bool


@frozen
class Said:
    """Answered with this instead; `applied`: after it was carried out."""

    status: int
    body: bytes
    content_type: str = "application/json"
    applied: bool = False


@frozen
class Refuses:
    """Each command gets this error, in the shape of its path."""

    text: str


@frozen
class Torn:
    """Carried out; of the answer's body only the first bytes come, then the connection ends."""

    after: int


Fault: TypeAlias = Late | Hang | Dropped | Said | Refuses | Torn

#: Decides for each request, by its commands; None: no fault.
Plan: TypeAlias = "Callable[[Sequence[Sequence[bytes]]], Fault | None]"

# The texts are Upstash's own: https://upstash.com/docs/redis/troubleshooting.
_SEE = "See https://upstash.com/docs/redis/troubleshooting/"
MONTHLY = Refuses(
    f"ERR max requests limit exceeded. Limit: 500000, Usage: 500000. {_SEE}max_requests_limit"
    " for details"
)
DAILY = Refuses(
    "ERR max daily request limit exceeded. Limit: 10000, Usage: 10001."
    f" {_SEE}max_daily_request_limit for details"
)
TOO_LARGE = Refuses(
    f"ERR max request size exceeded. Limit: 1048576 bytes, Actual: 1090000 bytes. {_SEE}"
    "max_request_size_exceeded for details"
)
#: One object where a list of answers was asked for.
MONTHLY_AT_ONCE = Said(400, f'{{"error":"{MONTHLY.text}"}}'.encode())
WRONGPASS = (
    "WRONGPASS invalid or missing auth token."
    " See https://docs.upstash.com/redis/troubleshooting/http_unauthorized for details."
)
FORBIDDEN = Said(401, f'{{"error":"{WRONGPASS}"}}'.encode())
BAD_GATEWAY = Said(
    502, b"<html><head><title>502 Bad Gateway</title></head></html>", content_type="text/html"
)
#: A proxy that says 200 and means something else.
LOGIN_PAGE = Said(200, b"<!doctype html><p>Sign in", content_type="text/html")
HALF_JSON = Said(200, b'{"result":[1,2', applied=True)
NOT_TEXT = Said(200, b'{"result":"\xff\xfe"}', applied=True)
NOT_BASE64 = Said(200, b'{"result":"*"}', applied=True)
NO_RESULT = Said(200, b"{}", applied=True)
EMPTY = Said(200, b"", applied=True)


def always(fault: Fault | None) -> Plan:
    return lambda commands: fault


def once(fault: Fault) -> Plan:
    """For the next request; those after it are served."""
    left = [fault]
    return lambda commands: left.pop() if left else None
