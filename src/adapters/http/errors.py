"""The one table from error to HTTP, and how an error is written for the caller."""

from math import ceil

from attrs import frozen

from ...domain import errors as e
from ...domain.blocks import Dialect
from . import error_bodies

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
    e.LimitReached: Row(429, _LIMIT, "rate_limited"),
    e.BudgetExceeded: Row(402, "billing_error", "budget_exceeded"),
    e.ExceedsLimit: Row(413, _INVALID, "request_exceeds_limit"),
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
#: Too much was asked of the provider: nothing is wrong with the request.
_COME_BACK = (429, 503, 529)
#: Logged, never sent: the caller had gone.
CLIENT_GONE = 499


@frozen
class Written:
    """An error, ready to send."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str = "application/json"


@frozen
class Told:
    """Who is told: in which dialect, about which request."""

    dialect: Dialect = "openai_chat"
    request_id: str = ""


#: Where nothing is known of who asks: OpenAI's shape, which most clients read.
NOBODY = Told()


def write(refusal: e.Refusal, told: Told = NOBODY) -> Written:
    """A refusal as a response of its own."""
    row = TABLE[type(refusal)]
    if not isinstance(refusal, e.ProviderRefused):
        return Written(row.status, _body(refusal, row, told), _headers(refusal))
    if refusal.body and (own := error_bodies.providers(refusal, told.dialect, told.request_id)):
        return Written(refusal.status, own, content_type=refusal.content_type)
    return Written(refusal.status, _body(refusal, row, told, status=refusal.status))


def write_internal(told: Told = NOBODY) -> Written:
    """A defect of our own: says nothing of the inside."""
    message = "The relay failed; this is a defect. Quote the x-request-id when you report it."
    said = error_bodies.Said(message, INTERNAL.kind, INTERNAL.code, INTERNAL.status)
    return Written(INTERNAL.status, error_bodies.write(said, told.dialect, told.request_id))


def event(refusal: e.Refusal, told: Told = NOBODY) -> bytes:
    """A refusal inside a stream that has begun: one event, and no end of the stream after it."""
    if isinstance(refusal, e.ProviderRefused):
        own = error_bodies.providers(refusal, told.dialect, told.request_id)
        if own and (line := error_bodies.on_one_line(own)):
            return error_bodies.event(line, told.dialect)
    row = TABLE[type(refusal)]
    return error_bodies.event(_body(refusal, row, told), told.dialect)


def internal_event(told: Told = NOBODY) -> bytes:
    """A defect of our own inside a stream."""
    return error_bodies.event(write_internal(told).body, told.dialect)


def _body(refusal: e.Refusal, row: Row, told: Told, *, status: int | None = None) -> bytes:
    code = refusal.code if isinstance(refusal, e.StreamBroken | e.Conflict) else row.code
    receipt = refusal.receipt if isinstance(refusal, e.Conflict) else None
    kind = _LIMIT if _status(refusal, row) == 429 else row.kind
    said = error_bodies.Said(
        refusal.message, kind, code, status or _status(refusal, row), refusal.param, receipt
    )
    return error_bodies.write(said, told.dialect, told.request_id)


def _status(refusal: e.Refusal, row: Row) -> int:
    """Of a broken stream the provider's own, where it says when to come back: Anthropic's clients
    go by the type that stands for it."""
    cause = refusal.cause if isinstance(refusal, e.StreamBroken) else None
    return cause.status if cause and cause.status in _COME_BACK else row.status


def _headers(refusal: e.Refusal) -> tuple[tuple[str, str], ...]:
    match refusal:
        case e.KeysResting(retry_after=after) | e.NothingToTry(retry_after=after):
            return (("retry-after", str(max(1, ceil(after)))),) if after is not None else ()
        case e.LimitReached(retry_after=after):
            # Read by OpenAI's SDKs, which try again after every 429 that does not say so.
            again = ("x-should-retry", "false")
            return (again,) if after is None else (("retry-after", str(max(1, ceil(after)))),)
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
