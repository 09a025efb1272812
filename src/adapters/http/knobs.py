"""What a caller may set by header."""

import re
from collections.abc import Mapping

from ...application.request import Knobs
from ...domain.catalogue import Delivery
from ...domain.errors import InvalidRequest
from ...domain.idempotency import LONGEST_KEY

_TIMEOUT = re.compile(r"[1-9]\d{0,8}")
_MOST_FALLBACKS = 8
_LONGEST_TAGS = 256
_ID = re.compile(r"[\x21-\x7e]{1,128}")
_KEY = re.compile(rf"[\x21-\x7e]{{1,{LONGEST_KEY}}}")


def read(headers: Mapping[str, str]) -> Knobs:
    """Raises InvalidRequest that names the header."""
    return Knobs(
        timeout=_timeout(headers),
        delivery=_delivery(headers),
        idempotency_key=_idempotency_key(headers),
        fallbacks=_fallbacks(headers),
        session=_session(headers),
        tags=headers.get("x-relay-tags", "")[:_LONGEST_TAGS],
    )


def client_request_id(headers: Mapping[str, str]) -> str:
    """The caller's own id for the request, if it is fit to be written down."""
    given = headers.get("x-request-id", "")
    return given if _ID.fullmatch(given) else ""


def _delivery(headers: Mapping[str, str]) -> Delivery | None:
    match headers.get("x-relay-delivery"):
        case None:
            return None
        case "live":
            return "live"
        case "whole":
            return "whole"
    raise InvalidRequest("'x-relay-delivery' must be 'live' or 'whole'.", param="x-relay-delivery")


def _idempotency_key(headers: Mapping[str, str]) -> str:
    given = headers.get("idempotency-key")
    if given is not None and not _KEY.fullmatch(given):
        raise InvalidRequest(
            f"'Idempotency-Key' must have 1 to {LONGEST_KEY} visible ASCII characters.",
            param="Idempotency-Key",
        )
    return given or ""


def _session(headers: Mapping[str, str]) -> str:
    """Ours, or the one that Claude Code sends of its own.
    https://code.claude.com/docs/en/llm-gateway"""
    said = (headers.get(name, "") for name in ("x-relay-session", "x-claude-code-session-id"))
    return next(filter(None, said), "")[:_LONGEST_TAGS]


def _timeout(headers: Mapping[str, str]) -> float | None:
    value = headers.get("x-relay-timeout-ms")
    if value is None:
        return None
    if not _TIMEOUT.fullmatch(value):
        raise InvalidRequest(
            "'x-relay-timeout-ms' must be a whole number of milliseconds.",
            param="x-relay-timeout-ms",
        )
    return int(value) / 1000


def _fallbacks(headers: Mapping[str, str]) -> tuple[str, ...]:
    value = headers.get("x-relay-fallbacks")
    if value is None:
        return ()
    names = tuple(name.strip() for name in value.split(",") if name.strip())
    if not 1 <= len(names) <= _MOST_FALLBACKS:
        raise InvalidRequest(
            f"'x-relay-fallbacks' must name 1 to {_MOST_FALLBACKS} models, with commas between.",
            param="x-relay-fallbacks",
        )
    return names
