"""Errors in the words of either dialect, and what of a provider's goes through."""

import json

import pytest

from src.adapters.http import errors
from src.adapters.http.error_bodies import providers
from src.adapters.http.errors import TABLE, Told
from src.domain import errors as e
from src.domain.receipt import Receipt
from tests.support import golden, messaging

CLAUDE = Told("anthropic_messages", "r1")
RECEIPT = Receipt("r0", 0.0, "c", "", "m", stream=False)

KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    405: "invalid_request_error",
    408: "invalid_request_error",
    409: "invalid_request_error",
    413: "request_too_large",
    415: "invalid_request_error",
    422: "invalid_request_error",
    429: "rate_limit_error",
    502: "api_error",
    503: "overloaded_error",
    504: "timeout_error",
}


@pytest.mark.parametrize("kind", TABLE, ids=lambda kind: kind.__name__)
def test_every_refusal_in_anthropics_words(kind: type[e.Refusal]) -> None:
    """The same status as OpenAI's callers get, a type that Anthropic has, our request id."""
    written = errors.write(kind("What to do.", "field"), CLAUDE)

    assert errors.write(kind("x")).status == written.status
    assert {
        "type": "error",
        "error": {"type": KINDS[written.status], "message": "field: What to do."},
        "request_id": "r1",
    } == json.loads(written.body)


def test_a_defect_says_nothing_of_the_inside() -> None:
    """500, api_error."""
    written = errors.write_internal(CLAUDE)

    assert (500, "api_error") == (written.status, json.loads(written.body)["error"]["type"])


def test_an_event_is_named_where_its_readers_go_by_the_name() -> None:
    """And is not where they do not."""
    broken = e.StreamBroken("It broke.")

    assert errors.event(broken, CLAUDE).startswith(b"event: error\ndata: {")
    assert errors.event(broken).startswith(b"data: {")


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        (e.ServerFailed("", 529), "overloaded_error"),
        (e.ServerFailed("", 503), "overloaded_error"),
        (e.RateLimited("", 429), "rate_limit_error"),
        (e.ServerFailed("", 500), "api_error"),
        (e.KeyRejected("", 401), "api_error"),
        (e.RequestRejected("", 400), "api_error"),
        (e.Cut("", None), "api_error"),
        (None, "api_error"),
    ],
)
def test_a_broken_stream_says_when_to_come_back(
    cause: e.UpstreamError | None, expected: str
) -> None:
    """A provider's overload and limits keep their type; its word on our key is not the caller's."""
    event = errors.event(e.StreamBroken("It broke.", cause=cause), CLAUDE)

    assert expected == json.loads(event.split(b"data: ")[1])["error"]["type"]


def test_a_receipt_stands_beside_the_error() -> None:
    """Of a request that is done."""
    conflict = e.Conflict("Done.", code="request_completed", receipt=RECEIPT)
    body = json.loads(errors.write(conflict, CLAUDE).body)

    assert "r0" == body["receipt"]["id"]
    assert {"type", "error", "request_id", "receipt"} == set(body)


THEIRS = messaging.error("invalid_request_error", "Too many images.")
OPENAIS = golden.error("Too hot.", type="invalid_request_error", code="hot", param="temperature")


def refused(body: bytes) -> e.ProviderRefused:
    return e.ProviderRefused("It said no.", status=413, body=body)


def test_a_providers_word_in_the_callers_own_dialect() -> None:
    """To the byte."""
    assert THEIRS == providers(refused(THEIRS), "anthropic_messages", "r1")
    assert OPENAIS == providers(refused(OPENAIS), "openai_chat", "r1")


def test_anthropics_word_for_openais_caller() -> None:
    """Its type is the code, for OpenAI's envelope has no other place."""
    assert {
        "message": "Too many images.",
        "type": "invalid_request_error",
        "param": None,
        "code": "invalid_request_error",
    } == json.loads(providers(refused(THEIRS), "openai_chat", "r1"))["error"]


def test_openais_word_for_anthropics_caller() -> None:
    """The type of the status, the field's name before the words."""
    assert {
        "type": "request_too_large",
        "message": "temperature: Too hot.",
    } == json.loads(providers(refused(OPENAIS), "anthropic_messages", "r1"))["error"]


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b'{"error":"no"}', b"\xff{"])
def test_what_nobody_can_read_is_told_in_our_words(body: bytes) -> None:
    """In Anthropic's envelope, with the provider's status."""
    written = errors.write(refused(body), CLAUDE)

    assert 413 == written.status
    assert "It said no." == json.loads(written.body)["error"]["message"]
