"""What an error of a provider of Anthropic's dialect means, and how ours are written."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.domain.dialects.anthropic_messages.errors import (
    classify,
    classify_in_answer,
    error_body,
    error_event,
)
from src.domain.errors import (
    BadAnswer,
    ContextTooLong,
    KeyForbidden,
    KeyRejected,
    ModelUnknown,
    OutOfCredit,
    RateLimited,
    RequestRejected,
    ServerFailed,
    UpstreamError,
)

Kind = type[UpstreamError]
BAD = "invalid_request_error"


def said(kind: str = BAD, message: str = "No.") -> bytes:
    return error_body(message, kind=kind, request_id="req_1")


MEANINGS: list[tuple[int, bytes, Kind]] = [
    (400, said(), RequestRejected),
    (400, b"", RequestRejected),
    (400, said(message="Your credit balance is too low to access the API."), OutOfCredit),
    (400, said(message="You have reached your specified API usage limits."), OutOfCredit),
    (400, said(message="prompt is too long: 210000 tokens > 200000 maximum"), ContextTooLong),
    (
        400,
        said(message="input length and `max_tokens` exceed context limit: 190000 + 20000"),
        ContextTooLong,
    ),
    (400, said("authentication_error"), KeyRejected),
    (401, said("authentication_error", "invalid x-api-key"), KeyRejected),
    (402, said("billing_error"), OutOfCredit),
    (403, said("permission_error"), KeyForbidden),
    (403, said("billing_error"), OutOfCredit),
    (404, said("not_found_error", "model: claude-x"), ModelUnknown),
    (404, b"<html>", ModelUnknown),
    (400, b'{"error":{"message":"model claude-x does not exist","type":"x"}}', ModelUnknown),
    (413, said("request_too_large", "Request exceeds the maximum size"), RequestRejected),
    (422, said(), RequestRejected),
    (429, said("rate_limit_error"), RateLimited),
    (429, b"", RateLimited),
    (429, said("billing_error"), OutOfCredit),
    *((status, b"", ServerFailed) for status in (408, 500, 502, 503, 504, 520, 529)),
    (529, said("overloaded_error", "Overloaded"), ServerFailed),
    (307, b"", BadAnswer),
]


@pytest.mark.parametrize(("status", "body", "expected"), MEANINGS)
def test_what_a_status_and_a_body_mean(status: int, body: bytes, expected: Kind) -> None:
    """Status, type and, where Anthropic leaves no other way, the words."""
    found = classify(status, {}, body, now=0.0)

    assert (expected, status) == (type(found), found.status)


HINTS = [
    ({"retry-after": "7"}, 7.0),
    ({"retry-after-ms": "1500"}, 1.5),
    (
        {
            "anthropic-ratelimit-input-tokens-remaining": "0",
            "anthropic-ratelimit-input-tokens-reset": "1970-01-01T00:01:40Z",
        },
        40.0,
    ),
    ({}, None),
]


@pytest.mark.parametrize(("headers", "expected"), HINTS)
def test_when_to_come_back_is_read(headers: dict[str, str], expected: float | None) -> None:
    """From the headers of a 429 and of an overload."""
    limited = classify(429, headers, said("rate_limit_error"), now=60.0)
    overloaded = classify(529, headers, said("overloaded_error"), now=60.0)

    assert isinstance(limited, RateLimited)
    assert isinstance(overloaded, ServerFailed)
    assert (expected, expected) == (limited.retry_after, overloaded.retry_after)


def test_a_limit_of_the_account_is_told_apart() -> None:
    """One that names the account rests the key for every model."""
    found = classify(429, {}, said("rate_limit_error", "account-wide limit"), now=0.0)

    assert isinstance(found, RateLimited)
    assert found.account


IN_ANSWERS: list[tuple[str, Kind]] = [
    ("overloaded_error", ServerFailed),
    ("api_error", ServerFailed),
    ("timeout_error", ServerFailed),
    ("rate_limit_error", RateLimited),
    ("authentication_error", KeyRejected),
    ("billing_error", OutOfCredit),
    ("permission_error", KeyForbidden),
    ("not_found_error", ModelUnknown),
    ("request_too_large", RequestRejected),
    (BAD, RequestRejected),
    ("insufficient_quota", OutOfCredit),
    ("service_unavailable", ServerFailed),
    ("novel_error", BadAnswer),
]


@pytest.mark.parametrize(("kind", "expected"), IN_ANSWERS)
def test_an_error_without_a_status_is_known_by_its_type(kind: str, expected: Kind) -> None:
    """In a 200, or in a stream."""
    assert expected is type(classify_in_answer(said(kind), now=0.0))


def test_a_type_stands_for_its_status() -> None:
    """The one that Anthropic gives it outside of streams."""
    found = classify_in_answer(said("overloaded_error"), now=0.0)

    assert found is not None
    assert 529 == found.status


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"type":"message"}', b'{"error":null}'])
def test_no_error_is_none(body: bytes) -> None:
    """Nothing is seen where nothing is said."""
    assert None is classify_in_answer(body, now=0.0)


def test_a_provider_s_own_words_go_on() -> None:
    """As they came where its SDKs can read them, else in their shape; a page of HTML never."""
    own = said()

    assert own == classify(400, {}, own, now=0.0).body
    found = json.loads(classify(400, {}, b'{"error": {"message": "Nope"}}', now=0.0).body)
    assert {"type": BAD, "message": "Nope"} == found["error"]
    assert b"" == classify(400, {}, b"<html>", now=0.0).body


def test_an_error_is_written_as_the_sdks_read_it() -> None:
    """Type, message and the id of the request; in a stream as an event of that name."""
    body = said("api_error", "Grüße")

    assert {
        "type": "error",
        "error": {"type": "api_error", "message": "Grüße"},
        "request_id": "req_1",
    } == json.loads(body)
    assert b"event: error\ndata: " + body + b"\n\n" == error_event(body)


@given(st.integers(100, 599), st.binary(max_size=60) | st.text().map(str.encode))
def test_any_answer_means_something(status: int, body: bytes) -> None:
    """And its detail is one short line."""
    found = classify(status, {}, body, now=0.0)

    assert "\n" not in found.detail
    assert len(found.detail) < 120
