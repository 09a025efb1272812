"""The one table from error to HTTP."""

import json
from collections.abc import Iterator

import pytest

from src.adapters.http import errors
from src.domain.errors import (
    AllAttemptsFailed,
    BodyTooSlow,
    Conflict,
    DeadlineExceeded,
    InvalidKey,
    InvalidRequest,
    KeyReused,
    KeysResting,
    MethodNotAllowed,
    ModelNotFound,
    NotAllowed,
    NotConfigured,
    NothingToTry,
    PathNotFound,
    ProviderRefused,
    Refusal,
    StoreDown,
    StreamBroken,
    TooLarge,
    UnsupportedMedia,
)
from src.domain.receipt import Receipt

#: Design, section 5, "Statuses we answer".
STATUSES: list[tuple[Refusal, int, str]] = [
    (InvalidRequest("m"), 400, "invalid_request"),
    (InvalidKey("m"), 401, "invalid_key"),
    (NotAllowed("m"), 403, "not_allowed"),
    (ModelNotFound("m"), 404, "model_not_found"),
    (PathNotFound("m"), 404, "not_found"),
    (MethodNotAllowed("m", allow=("GET", "PUT")), 405, "method_not_allowed"),
    (BodyTooSlow("m"), 408, "body_timeout"),
    (Conflict("m", retry_after=1.0), 409, "request_in_progress"),
    (TooLarge("m"), 413, "too_large"),
    (UnsupportedMedia("m"), 415, "unsupported_media_type"),
    (KeyReused("m"), 422, "idempotency_key_reused"),
    (KeysResting("m", retry_after=1.2), 429, "rate_limited"),
    (AllAttemptsFailed("m"), 502, "all_attempts_failed"),
    (NothingToTry("m", retry_after=4.0), 503, "nothing_to_try"),
    (NotConfigured("m"), 503, "not_configured"),
    (StoreDown("m"), 503, "store_unavailable"),
    (DeadlineExceeded("m"), 504, "deadline_exceeded"),
]
HEADERS = {
    InvalidKey: {"www-authenticate": "Bearer"},
    MethodNotAllowed: {"allow": "GET, PUT"},
    Conflict: {"retry-after": "1", "x-should-retry": "true"},
    StoreDown: {"retry-after": "2"},
    KeysResting: {"retry-after": "2"},
    NothingToTry: {"retry-after": "4"},
    TooLarge: {"connection": "close"},
    BodyTooSlow: {"connection": "close"},
}


@pytest.mark.parametrize(("refusal", "status", "code"), STATUSES)
def test_each_refusal_has_its_status_code_and_headers(
    refusal: Refusal, status: int, code: str
) -> None:
    """In OpenAI's shape: four members, of which the message is ours."""
    written = errors.write(refusal)
    error = json.loads(written.body)["error"]

    assert (status, code, "m") == (written.status, error["code"], error["message"])
    assert {"message", "type", "param", "code"} == set(error)
    assert HEADERS.get(type(refusal), {}) == dict(written.headers)
    assert "application/json" == written.content_type


def below(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    for child in kind.__subclasses__():
        yield child
        yield from below(child)


def test_no_refusal_is_forgotten() -> None:
    """Every class under Refusal has a row, so that none becomes a 500."""
    ours = {kind for kind in below(Refusal) if kind.__module__.startswith("src.domain")}

    assert ours == set(errors.TABLE)
    assert 500 not in {row.status for row in errors.TABLE.values()}


def test_the_field_is_named() -> None:
    """As `param`, or null."""
    named = errors.write(InvalidRequest("m", param="stream"))

    assert "stream" == json.loads(named.body)["error"]["param"]
    assert json.loads(errors.write(InvalidRequest("m")).body)["error"]["param"] is None


@pytest.mark.parametrize(("after", "expected"), [(0.0, "1"), (0.2, "1"), (2.0, "2"), (2.01, "3")])
def test_retry_after_is_whole_seconds_rounded_up(after: float, expected: str) -> None:
    """Who comes back at that second is not too early; and never 0."""
    assert (("retry-after", expected),) == errors.write(KeysResting("m", retry_after=after)).headers


def test_without_a_time_there_is_no_retry_after() -> None:
    """Nothing is made up."""
    assert () == errors.write(NothingToTry("m")).headers


def test_a_request_that_is_done_is_told_by_its_receipt() -> None:
    """Its own code, the receipt beside the error, and no reason to try again."""
    receipt = Receipt("first", 0.0, "c", "", "m", stream=False, ending="completed")

    written = errors.write(Conflict("m", code="request_completed", receipt=receipt))
    body = json.loads(written.body)

    assert (409, "request_completed") == (written.status, body["error"]["code"])
    assert ("first", "completed") == (body["receipt"]["id"], body["receipt"]["ending"])
    assert (("x-should-retry", "false"),) == written.headers


def test_the_providers_own_answer_goes_out_as_it_is() -> None:
    """Status, body and media type; without a body, its status in our words."""
    own = ProviderRefused("m", status=422, body=b'{"error": 1}', content_type="application/x+json")
    bare = errors.write(ProviderRefused("m", status=404))

    written = errors.write(own)

    assert (422, b'{"error": 1}') == (written.status, written.body)
    assert "application/x+json" == written.content_type
    assert (404, "m") == (bare.status, json.loads(bare.body)["error"]["message"])


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        (StreamBroken("m", code="upstream_stalled"), "upstream_stalled"),
        (AllAttemptsFailed("m"), "all_attempts_failed"),
        (ProviderRefused("m", body=b'{\n"error": 1}'), "provider_refused"),
        (ProviderRefused("m", body=b'{\n"error": {"code":\n "theirs"}}'), "theirs"),
        (ProviderRefused("m", body=b"<html>"), "provider_refused"),
    ],
)
def test_inside_a_stream_it_is_one_event(refusal: Refusal, code: str) -> None:
    """One line of data and a blank line, whatever the refusal, and no [DONE]."""
    event = errors.event(refusal)

    assert event.startswith(b"data: ")
    assert event.endswith(b"\n\n")
    assert 2 == event.count(b"\n")
    assert code == json.loads(event[6:])["error"]["code"]


def test_a_defect_of_ours_says_nothing_of_the_inside() -> None:
    """500, the id to quote, and the same inside a stream."""
    written = errors.write_internal()

    assert (500, "internal_error") == (
        *(written.status, json.loads(written.body)["error"]["code"]),
    )
    assert b"data: " + written.body + b"\n\n" == errors.internal_event()
