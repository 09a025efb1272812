"""The one table from error to HTTP, and how an error is written for the caller."""

from math import ceil

import msgspec
from attrs import frozen

from ...domain import errors as e
from ...domain.dialects import openai_chat
from . import receipt_json

_INVALID = "invalid_request_error"
_AUTH = "authentication_error"
_LIMIT = "rate_limit_error"
_SERVER = "server_error"


@frozen
class Row:
    """Status, OpenAI's `type`, and our code."""

    status: int
    kind: str
    code: str


TABLE: dict[type[e.Refusal], Row] = {
    e.InvalidRequest: Row(400, _INVALID, "invalid_request"),
    e.InvalidKey: Row(401, _AUTH, "invalid_key"),
    e.NotAllowed: Row(403, "permission_error", "not_allowed"),
    e.ModelNotFound: Row(404, _INVALID, "model_not_found"),
    e.PathNotFound: Row(404, _INVALID, "not_found"),
    e.MethodNotAllowed: Row(405, _INVALID, "method_not_allowed"),
    e.Conflict: Row(409, _INVALID, "request_in_progress"),
    e.BodyTooSlow: Row(408, _INVALID, "body_timeout"),
    e.TooLarge: Row(413, _INVALID, "too_large"),
    e.UnsupportedMedia: Row(415, _INVALID, "unsupported_media_type"),
    e.KeyReused: Row(422, _INVALID, "idempotency_key_reused"),
    e.KeysResting: Row(429, _LIMIT, "rate_limited"),
    e.AllAttemptsFailed: Row(502, _SERVER, "all_attempts_failed"),
    e.NothingToTry: Row(503, _SERVER, "nothing_to_try"),
    e.NotConfigured: Row(503, _SERVER, "not_configured"),
    e.StoreDown: Row(503, _SERVER, "store_unavailable"),
    e.DeadlineExceeded: Row(504, "timeout_error", "deadline_exceeded"),
    e.StreamBroken: Row(502, _SERVER, "upstream_error"),
    e.ProviderRefused: Row(400, _INVALID, "provider_refused"),
}

#: Answered for a defect of our own, and by nothing else.
INTERNAL = Row(500, _SERVER, "internal_error")
#: Logged, never sent: the caller had gone.
CLIENT_GONE = 499


@frozen
class Written:
    """An error, ready to send."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str = "application/json"


def write(refusal: e.Refusal) -> Written:
    """A refusal as a response of its own."""
    row = TABLE[type(refusal)]
    if isinstance(refusal, e.ProviderRefused) and refusal.body:
        return Written(refusal.status, refusal.body, content_type=refusal.content_type)
    status = refusal.status if isinstance(refusal, e.ProviderRefused) else row.status
    return Written(status, _body(refusal, row), _headers(refusal))


def write_internal() -> Written:
    """A defect of our own: says nothing of the inside."""
    message = "The relay failed; this is a defect. Quote the x-request-id when you report it."
    body = openai_chat.errors.error_body(
        message, kind=INTERNAL.kind, code=INTERNAL.code, param=None
    )
    return Written(INTERNAL.status, body)


def event(refusal: e.Refusal) -> bytes:
    """A refusal inside a stream that has begun: one event, and no [DONE] after it."""
    if isinstance(refusal, e.ProviderRefused) and (said := _on_one_line(refusal.body)):
        return openai_chat.errors.error_event(said)
    return openai_chat.errors.error_event(_body(refusal, TABLE[type(refusal)]))


def _on_one_line(body: bytes) -> bytes:
    """A provider's own error as an event can carry it; b"" if it is not one that SDKs read."""
    try:
        answer = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return b""
    readable = isinstance(answer, dict) and isinstance(answer.get("error"), dict)
    return msgspec.json.format(body, indent=-1) if readable else b""


def internal_event() -> bytes:
    """A defect of our own inside a stream."""
    return openai_chat.errors.error_event(write_internal().body)


def _body(refusal: e.Refusal, row: Row) -> bytes:
    code = refusal.code if isinstance(refusal, e.StreamBroken | e.Conflict) else row.code
    body = openai_chat.errors.error_body(
        refusal.message, kind=row.kind, code=code, param=refusal.param
    )
    if not isinstance(refusal, e.Conflict) or refusal.receipt is None:
        return body
    told = msgspec.Raw(msgspec.json.encode(receipt_json.of(refusal.receipt)))
    return msgspec.json.encode({**msgspec.json.decode(body), "receipt": told})


def _headers(refusal: e.Refusal) -> tuple[tuple[str, str], ...]:
    match refusal:
        case e.KeysResting(retry_after=after) | e.NothingToTry(retry_after=after):
            return (("retry-after", str(max(1, ceil(after)))),) if after is not None else ()
        case e.Conflict(retry_after=after):
            # Read by OpenAI's SDKs, which try again after every 409 that does not say so.
            again = ("x-should-retry", "false" if after is None else "true")
            return (again,) if after is None else (("retry-after", str(ceil(after))), again)
        case e.StoreDown():
            return (("retry-after", "2"),)
        case e.MethodNotAllowed(allow=allow):
            return (("allow", ", ".join(allow)),)
        case e.InvalidKey():
            return (("www-authenticate", "Bearer"),)
        case e.TooLarge() | e.BodyTooSlow():
            # The rest of the body is not read: nothing else can come over this connection.
            return (("connection", "close"),)
        case _:
            return ()
