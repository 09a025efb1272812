"""What a provider's error means, and how ours are written."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.domain.dialects.openai_chat.errors import (
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
from tests.support import golden

Kind = type[UpstreamError]


def said(message: str = "No.", *, type: str = "", code: str | None = None) -> bytes:
    return golden.error(message, type=type, code=code)


MEANINGS: list[tuple[int, bytes, Kind]] = [
    (429, b"", RateLimited),
    (429, said(code="rate_limit_exceeded"), RateLimited),
    (429, said(type="insufficient_quota"), OutOfCredit),
    (429, said(code="insufficient_quota"), OutOfCredit),
    (403, said(code="insufficient_quota"), OutOfCredit),
    (402, b"", OutOfCredit),
    (402, said("Insufficient Balance"), OutOfCredit),
    (401, b"", KeyRejected),
    (401, said(code="invalid_api_key"), KeyRejected),
    (400, said(code="invalid_api_key"), KeyRejected),
    (403, b"", KeyForbidden),
    (403, b"<html>", KeyForbidden),
    (404, b"", ModelUnknown),
    (404, said(code="model_not_found"), ModelUnknown),
    (400, said(code="model_not_found"), ModelUnknown),
    (400, b"", RequestRejected),
    (413, b"", RequestRejected),
    (422, said("Wrong"), RequestRejected),
    (400, said(code="content_filter"), RequestRejected),
    (400, said(code="content_policy_violation"), RequestRejected),
    (403, said(code="content_policy_violation"), RequestRejected),
    (400, said(code="context_length_exceeded"), ContextTooLong),
    (400, said("This model's maximum context length is 8192 tokens."), ContextTooLong),
    *((status, b"", ServerFailed) for status in (408, 500, 502, 503, 504, 520, 524, 529)),
    (500, b"<html>", ServerFailed),
    *((status, b"", BadAnswer) for status in (301, 302, 304, 307, 308)),
]


@pytest.mark.parametrize(("status", "body", "kind"), MEANINGS)
def test_each_status_and_code_has_its_meaning(status: int, body: bytes, kind: Kind) -> None:
    """Money is not haste, a key is not a request, and a content policy is no key's fault."""
    error = classify(status, {}, body, now=0.0)

    assert (kind, status) == (type(error), status if kind is BadAnswer else error.status)


def test_when_to_come_back_is_read() -> None:
    """From the headers of a 429 and of a 5xx, and from the body of a 429."""
    limited = classify(429, {"retry-after": "2"}, b"", now=0.0)
    told = classify(429, {}, said("Please try again in 7s."), now=0.0)
    failed = classify(503, {"retry-after": "3"}, b"", now=0.0)

    assert isinstance(limited, RateLimited)
    assert isinstance(told, RateLimited)
    assert isinstance(failed, ServerFailed)
    assert (2.0, 7.0, 3.0) == (limited.retry_after, told.retry_after, failed.retry_after)


@pytest.mark.parametrize(
    ("message", "account"),
    [("Rate limit reached for gpt-4o", False), ("Account-wide limit reached", True)],
)
def test_a_limit_of_the_whole_account_is_told_from_a_models(message: str, account: bool) -> None:
    """The one rests the key, the other the key for this model."""
    error = classify(429, {}, said(message), now=0.0)

    assert isinstance(error, RateLimited)
    assert account == error.account


def test_only_what_goes_to_the_caller_keeps_its_body() -> None:
    """And only where it is an error as the dialect writes it."""
    ours = said("Wrong", code="bad_thing")

    assert ours == classify(422, {}, ours, now=0.0).body
    assert b"" == classify(422, {}, b"<html>secret</html>", now=0.0).body
    assert b"" == classify(500, {}, ours, now=0.0).body
    assert b"" == classify(429, {}, ours, now=0.0).body


@pytest.mark.parametrize("code", ["two words", "x" * 65, "<b>", "sk-proj-abcdefgh", "a\nb"])
def test_a_detail_holds_no_providers_prose(code: str) -> None:
    """One short word at most: messages, and codes that are none, may hold anything."""
    error = classify(500, {}, said("sk-secret-in-a-message", code=code), now=0.0)

    assert "status 500" == error.detail


@given(
    status=st.integers(300, 599),
    body=st.one_of(
        st.binary(max_size=60),
        st.binary(max_size=20).map(lambda b: b'{"error":{"code":"' + b + b'"}}'),
        st.recursive(
            st.none() | st.text(max_size=5) | st.integers() | st.booleans(),
            lambda inner: (
                st.dictionaries(
                    st.sampled_from(["error", "code", "type", "message", "status"]), inner
                )
                | st.lists(inner, max_size=2)
            ),
        ).map(lambda value: json.dumps({"error": value}).encode()),
    ),
)
def test_no_body_hurts(status: int, body: bytes) -> None:
    """Bytes of every kind, JSON of every shape: always one of ours, and nothing raised."""
    assert isinstance(classify(status, {}, body, now=0.0), UpstreamError)
    found = classify_in_answer(body, now=0.0)
    assert found is None or isinstance(found, UpstreamError)


IN_ANSWERS: list[tuple[bytes, Kind | None]] = [
    (b'{"choices": []}', None),
    (b'{"error": null}', None),
    (b"data", None),
    (b"\xff", None),
    (said(type="server_error"), ServerFailed),
    (said(type="overloaded_error"), ServerFailed),
    (said(code="rate_limit_exceeded"), RateLimited),
    (said(type="invalid_request_error"), RequestRejected),
    (b'{"error": {"code": 503}}', ServerFailed),
    (b'{"error": {"code": 401}}', KeyRejected),
    (b'{"error": {"code": 7}}', BadAnswer),
    (b'{"error": "oops"}', BadAnswer),
]


@pytest.mark.parametrize(("body", "kind"), IN_ANSWERS)
def test_an_error_inside_a_200_is_known_by_its_words(body: bytes, kind: Kind | None) -> None:
    """By its code, its type, or a status in it; None where there is no error."""
    found = classify_in_answer(body, now=0.0)

    assert kind is (None if found is None else type(found))


def test_our_own_errors_are_written_as_openai_writes_them() -> None:
    """Four members, also where there is nothing to say; inside a stream, one event."""
    body = error_body("Say\nwhy", kind="invalid_request_error", code=None, param="model")

    assert {
        "error": {
            "message": "Say\nwhy",
            "type": "invalid_request_error",
            "param": "model",
            "code": None,
        }
    } == json.loads(body)
    assert b"data: " + body + b"\n\n" == error_event(body)
    assert b"\n" not in body
