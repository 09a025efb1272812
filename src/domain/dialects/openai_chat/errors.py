"""Errors in OpenAI's dialect: what a provider's error means, and how ours are written.

https://platform.openai.com/docs/guides/error-codes
"""

import re
from collections.abc import Mapping

import msgspec

from ... import loose_json
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
from ...sse import data_event
from ..complaint import sentence, word
from ..filled import failed, filled, limited, redirected
from . import failure

#: Codes that say that the account has no money, whatever the status (OpenAI answers 429).
_NO_MONEY = re.compile(r"insufficient_(quota|balance|credit|funds)|credit_balance|billing|payment")
_TOO_LONG = re.compile(r"context_length|context_window|string_above_max_length_context")
_TOO_LONG_TEXT = re.compile(r"(?i)maximum context length|context window|prompt is too long")
_NO_MODEL = re.compile(r"model_not_(found|available)|unknown_model|no_such_model")
_BAD_KEY = re.compile(r"(invalid|incorrect)_api_key|authentication_error|invalid_authentication")
_LIMITED = re.compile(r"rate_limit|too_many_requests|throttl|tokens_exceeded")
_OVERLOADED = re.compile(r"overloaded|unavailable|capacity")
_BROKEN = re.compile(r"server_error|internal|timeout|bad_gateway")
_REFUSED = re.compile(r"invalid_request|content_(filter|policy)|unsupported|invalid_(prompt|value)")
#: What a provider refuses for its content goes to the caller and never moves, 403 or not.
_POLICY = re.compile(r"content_(filter|policy)|moderation")
#: The code of a provider's refusal that has none of its own.
REFUSED = "provider_refused"


def classify(status: int, headers: Mapping[str, str], body: bytes, *, now: float) -> UpstreamError:
    """What a provider's answer with a status other than 2xx means."""
    if 300 <= status < 400:
        return redirected(status)
    answer = loose_json.decode(body)
    error = failure.of(answer)
    kind = _kind(status, error, headers, body, now=now)
    kind_name = word(error, "code", "type")
    detail = f"status {status}" + (f", {kind_name}" if kind_name else "")
    return filled(kind, detail, status, _readable(body, answer))


def classify_in_answer(body: bytes, *, now: float) -> UpstreamError | None:
    """An error in the body of a 200, or in an event of a stream; None if there is none."""
    answer = loose_json.decode(body)
    error = failure.of(answer)
    if error is None:
        return None
    code = error.get("code")
    status = code if isinstance(code, int) and 400 <= code < 600 else _status_of(_words(error))
    if status is None:
        return BadAnswer(f"an error instead of an answer{_suffix(error)}", status=200)
    kind = _kind(status, error, {}, body, now=now)
    detail = f"an error instead of an answer{_suffix(error)}"
    return filled(kind, detail, status, _readable(body, answer))


def error_body(message: str, *, kind: str, code: str | None, param: str | None) -> bytes:
    """An error as OpenAI writes it, so that its SDKs raise their own exceptions."""
    error = {"message": message, "type": kind, "param": param, "code": code}
    return msgspec.json.encode({"error": error})


def error_event(body: bytes) -> bytes:
    """An error inside a stream: one event, as OpenAI's SDKs raise it."""
    return data_event(body)


def _kind(
    status: int,
    error: dict[str, object] | None,
    headers: Mapping[str, str],
    body: bytes,
    *,
    now: float,
) -> UpstreamError:
    words = _words(error or {})
    text = body[:8192].decode("utf-8", "replace")
    if (status in (402, 403, 429) and _NO_MONEY.search(words)) or status == 402:
        return OutOfCredit()
    if status == 429:
        return limited(headers, words, text, now=now)
    if status == 401 or (status == 400 and _BAD_KEY.search(words)):
        return KeyRejected()
    if status == 403:
        return RequestRejected() if _POLICY.search(words) else KeyForbidden()
    if status >= 500 or status == 408:
        return failed(headers, now=now)
    if _TOO_LONG.search(words) or (status in (400, 413) and _TOO_LONG_TEXT.search(text)):
        return ContextTooLong()
    if status == 404 or _NO_MODEL.search(words):
        return ModelUnknown()
    return RequestRejected()


def _readable(body: bytes, answer: object) -> bytes:
    """The provider's own body where OpenAI's SDKs can read it; else its words, in that shape."""
    if failure.is_openais(answer):
        return body
    said = sentence(body, answer, failure.of(answer))
    return error_body(said, kind="invalid_request_error", code=REFUSED, param=None) if said else b""


def _words(error: dict[str, object]) -> str:
    return " ".join(
        str(error[name]).lower() for name in ("code", "type", "status") if error.get(name)
    )


def _status_of(words: str) -> int | None:
    """The status that an error without one stands for."""
    table = (
        (_NO_MONEY, 402),
        (_LIMITED, 429),
        (_BAD_KEY, 401),
        (_NO_MODEL, 404),
        (_TOO_LONG, 400),
        (_OVERLOADED, 503),
        (_BROKEN, 500),
        (_REFUSED, 400),
    )
    return next((status for pattern, status in table if pattern.search(words)), None)


def _suffix(error: dict[str, object]) -> str:
    code = word(error, "code", "type")
    return f" ({code})" if code else ""
