"""An error as a caller of each dialect reads it, so that its SDK raises its own exceptions."""

import msgspec
from attrs import frozen

from ...domain import loose_json
from ...domain.blocks import Dialect
from ...domain.dialects import anthropic_messages, openai_chat
from ...domain.errors import ProviderRefused
from ...domain.receipt import Receipt
from . import receipt_json

#: https://platform.claude.com/docs/en/api/errors
_ANTHROPIC = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    503: "overloaded_error",
    504: "timeout_error",
    529: "overloaded_error",
}


@frozen
class Said:
    """What is to be told; `kind` is OpenAI's `type`."""

    message: str
    kind: str
    code: str
    status: int
    param: str | None = None
    receipt: Receipt | None = None


def write(said: Said, dialect: Dialect, request_id: str) -> bytes:
    """The error's body."""
    if dialect == "anthropic_messages":
        message = said.message if said.param is None else f"{said.param}: {said.message}"
        body = anthropic_messages.errors.error_body(
            message, kind=kind_of(said.status), request_id=request_id or None
        )
    else:
        body = openai_chat.errors.error_body(
            said.message, kind=said.kind, code=said.code, param=said.param
        )
    if said.receipt is None:
        return body
    told = msgspec.Raw(msgspec.json.encode(receipt_json.of(said.receipt)))
    return msgspec.json.encode({**msgspec.json.decode(body), "receipt": told})


def kind_of(status: int) -> str:
    """Anthropic's `type` for a status of ours."""
    return _ANTHROPIC.get(status, "invalid_request_error" if status < 500 else "api_error")


def event(body: bytes, dialect: Dialect) -> bytes:
    """The error as one event of a stream."""
    if dialect == "anthropic_messages":
        return anthropic_messages.errors.error_event(body)
    return openai_chat.errors.error_event(body)


def providers(refusal: ProviderRefused, dialect: Dialect, request_id: str) -> bytes:
    """The provider's own body where the caller's SDK can read it, else its words in the caller's
    dialect; b"" where it has none."""
    answer = loose_json.decode(refusal.body)
    error = answer.get("error") if isinstance(answer, dict) else None
    if not isinstance(answer, dict) or not isinstance(error, dict):
        return refusal.body if dialect == "openai_chat" else b""
    anthropics = answer.get("type") == "error"
    if anthropics == (dialect == "anthropic_messages"):
        return refusal.body
    code = error.get("code") or error.get("type") or "provider_refused"
    said = Said(
        str(error.get("message") or refusal.message),
        str(error.get("type") or "invalid_request_error"),
        str(code),
        refusal.status,
        error["param"] if isinstance(error.get("param"), str) else None,
    )
    return write(said, dialect, request_id)


def on_one_line(body: bytes) -> bytes:
    """A body as an event can carry it; b"" if it is not one that SDKs read."""
    answer = loose_json.decode(body)
    readable = isinstance(answer, dict) and isinstance(answer.get("error"), dict)
    return msgspec.json.format(body, indent=-1) if readable else b""
