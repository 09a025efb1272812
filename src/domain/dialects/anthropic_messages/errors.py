"""Errors in Anthropic's dialect: what a provider's error means, and how ours are written.

https://platform.claude.com/docs/en/api/errors
"""

import re
from collections.abc import Mapping

import msgspec

from ... import loose_json
from ...blocks import Json
from ...errors import (
    BadAnswer,
    ContextTooLong,
    KeyForbidden,
    KeyRejected,
    ModelUnknown,
    OutOfCredit,
    RequestRejected,
    UpstreamError,
)
from ..complaint import sentence, word
from ..filled import failed, filled, limited, redirected
from . import failure

#: What each type of Anthropic's stands for, where no status says it (in streams).
_STATUSES = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
_NO_MONEY = re.compile(r"billing|insufficient_(quota|balance|credit|funds)|payment_required")
#: Anthropic says these in a 400 invalid_request_error: only the words tell.
_NO_MONEY_TEXT = re.compile(
    r"(?i)credit balance is too low|insufficient (balance|credits?)|specified api usage limits"
)
_TOO_LONG_TEXT = re.compile(
    r"(?i)prompt is too long|exceeds? (the )?context (limit|window)|maximum context length"
)
_NO_MODEL_TEXT = re.compile(r"(?i)^\W*model:|model[^.]{0,80}(not found|does not exist)")
_BAD_KEY = re.compile(r"authentication_error|invalid_(api_key|authentication|x-api-key)")
_LIMITED = re.compile(r"rate_limit|too_many_requests|throttl")
_BROKEN = re.compile(r"overloaded|api_error|server_error|timeout|unavailable|internal")


def classify(status: int, headers: Mapping[str, str], body: bytes, *, now: float) -> UpstreamError:
    """What a provider's answer with a status other than 2xx means."""
    if 300 <= status < 400:
        return redirected(status)
    answer = loose_json.decode(body)
    error = failure.of(answer)
    kind = _kind(status, error or {}, headers, body, now=now)
    code = word(error, "type", "code")
    detail = f"status {status}" + (f", {code}" if code else "")
    return filled(kind, detail, status, _readable(body, answer))


def classify_in_answer(body: bytes, *, now: float) -> UpstreamError | None:
    """An error in the body of a 200, or in an event of a stream; None if there is none."""
    answer = loose_json.decode(body)
    error = failure.of(answer)
    if error is None:
        return None
    code = word(error, "type", "code")
    detail = "an error instead of an answer" + (f" ({code})" if code else "")
    status = _status_of(error)
    if status is None:
        return BadAnswer(detail, status=200)
    kind = _kind(status, error, {}, body, now=now)
    return filled(kind, detail, status, _readable(body, answer))


def error_body(message: str, *, kind: str, request_id: str | None) -> bytes:
    """An error as Anthropic writes it, so that its SDKs raise their own exceptions."""
    error = {"type": kind, "message": message}
    return msgspec.json.encode({"type": "error", "error": error, "request_id": request_id})


def error_event(body: bytes) -> bytes:
    """An error inside a stream. The SDKs go by the event's name."""
    return b"event: error\ndata: " + body + b"\n\n"


def _kind(
    status: int, error: Json, headers: Mapping[str, str], body: bytes, *, now: float
) -> UpstreamError:
    words = _words(error)
    text = body[:8192].decode("utf-8", "replace")
    no_money = _NO_MONEY.search(words) or _NO_MONEY_TEXT.search(text)
    if status == 402 or (no_money and status in (400, 403, 429)):
        return OutOfCredit()
    if status == 429:
        return limited(headers, words, text, now=now)
    if status == 401 or (status == 400 and _BAD_KEY.search(words)):
        return KeyRejected()
    if status == 403:
        return KeyForbidden()
    if status >= 500 or status == 408:
        return failed(headers, now=now)
    return _of_the_request(status, error, text)


def _of_the_request(status: int, error: Json, text: str) -> UpstreamError:
    message = error.get("message")
    if status in (400, 413) and _TOO_LONG_TEXT.search(text):
        return ContextTooLong()
    if status == 404 or (isinstance(message, str) and _NO_MODEL_TEXT.search(message)):
        return ModelUnknown()
    return RequestRejected()


def _readable(body: bytes, answer: object) -> bytes:
    """The provider's own body where Anthropic's SDKs can read it; else its words, in that shape."""
    if failure.is_anthropics(answer):
        return body
    said = sentence(body, answer, failure.of(answer))
    return error_body(said, kind="invalid_request_error", request_id=None) if said else b""


def _words(error: Json) -> str:
    return " ".join(str(error[name]).lower() for name in ("type", "code") if error.get(name))


def _status_of(error: Json) -> int | None:
    """The status that an error without one stands for."""
    for name in ("type", "code"):
        said = error.get(name)
        if isinstance(said, str) and said in _STATUSES:
            return _STATUSES[said]
        if isinstance(said, int) and 400 <= said < 600:
            return said
    words = _words(error)
    table = ((_NO_MONEY, 402), (_LIMITED, 429), (_BAD_KEY, 401), (_BROKEN, 500))
    return next((status for pattern, status in table if pattern.search(words)), None)
