"""The headers a provider gets."""

import pytest

from src.domain.catalogue import HeaderStyle, Provider, ProviderKey
from src.domain.outgoing import answered_id, forwarded, headers, query

KEY = ProviderKey("h", "sk-provider-key")
Pairs = tuple[tuple[str, str], ...]


def sent(provider: Provider, *, stream: bool = False, forward: Pairs = ()) -> dict[str, str]:
    found = headers(provider, KEY, stream=stream, forward=forward)
    assert len(found) == len(dict(found))
    return dict(found)


PLAIN = Provider("p", "https://p.example")

CALLERS = {
    "authorization": "Bearer sk-client",
    "x-api-key": "sk-client",
    "api-key": "sk-client",
    "x-goog-api-key": "sk-client",
    "cookie": "session=1",
    "host": "relay.example",
    "origin": "https://web.example",
    "referer": "https://web.example/page",
    "x-forwarded-for": "10.0.0.1",
    "x-real-ip": "10.0.0.1",
    "forwarded": "for=10.0.0.1",
    "x-vercel-id": "fra1::x",
    "x-relay-timeout-ms": "5",
    "idempotency-key": "i",
    "openai-organization": "org",
    "openai-project": "proj",
    "connection": "close",
    "transfer-encoding": "chunked",
    "content-length": "5",
    "accept-encoding": "gzip",
    "accept": "text/html",
    "content-type": "text/plain",
}
GOES_ON = {"user-agent": "SDK/1", "openai-beta": "x=v1", "traceparent": "00-a", "tracestate": "b"}


def test_only_what_is_on_the_list_goes_on() -> None:
    """No client key, no cookie, no platform header, nothing about the connection."""
    assert GOES_ON == dict(forwarded(CALLERS | GOES_ON))
    assert () == forwarded(CALLERS)


def test_a_call_has_these_headers_and_no_others() -> None:
    """JSON in, JSON out, no compression, our key."""
    assert {
        "user-agent": "ai-relay",
        "content-type": "application/json",
        "accept": "application/json",
        "accept-encoding": "identity",
        "authorization": "Bearer sk-provider-key",
    } == sent(PLAIN)


def test_a_stream_is_asked_for_as_one() -> None:
    """By the media type it will have."""
    assert "text/event-stream" == sent(PLAIN, stream=True)["accept"]


STYLES: list[tuple[HeaderStyle, dict[str, str]]] = [
    ("bearer", {"authorization": "Bearer sk-provider-key"}),
    ("x-api-key", {"x-api-key": "sk-provider-key"}),
    ("api-key", {"api-key": "sk-provider-key"}),
    ("none", {}),
]


@pytest.mark.parametrize(("style", "expected"), STYLES)
def test_the_key_goes_where_the_provider_wants_it(
    style: HeaderStyle, expected: dict[str, str]
) -> None:
    """In that one header and in no other."""
    found = sent(Provider("p", "https://p.example", header_style=style))

    assert expected == {name: value for name, value in found.items() if KEY.secret in value}


def test_whose_user_agent_is_sent() -> None:
    """The operator's, else the caller's, else ours."""
    own = Provider("p", "https://p.example", user_agent="Mine/2")
    forward = forwarded(GOES_ON)

    assert "Mine/2" == sent(own, forward=forward)["user-agent"]
    assert "SDK/1" == sent(PLAIN, forward=forward)["user-agent"]


def test_the_operators_headers_win() -> None:
    """In whatever case they were written; the caller's value gives way."""
    provider = Provider("p", "https://p.example", headers=(("OpenAI-Beta", "mine"), ("X-Y", "z")))

    found = sent(provider, forward=forwarded(GOES_ON))

    assert ("mine", "z") == (found["openai-beta"], found["x-y"])


def test_a_key_is_not_shown_by_its_record() -> None:
    """Neither a key nor a provider that holds it prints the secret."""
    provider = Provider("p", "https://p.example", keys=(KEY,), headers=(("x-secret", "hidden"),))

    assert KEY.secret not in repr(provider)
    assert "hidden" not in repr(provider)


CLAUDE = Provider("c", "https://c.example", dialect="anthropic_messages", header_style="x-api-key")
BETAS = {"anthropic-version": "2026-10-21", "anthropic-beta": "a-1,  b-2", "openai-beta": "x=v1"}


def test_what_belongs_to_a_dialect_goes_on_within_it() -> None:
    """To the byte: a client knows betas that we do not."""
    found = dict(headers(CLAUDE, KEY, stream=False, forward=forwarded(BETAS)))

    assert set(BETAS.items()) <= set(found.items())


@pytest.mark.parametrize(
    ("provider", "version"), [(CLAUDE, "2023-06-01"), (PLAIN, None)], ids=["anthropic", "openai"]
)
def test_what_belongs_to_a_dialect_stays_in_it(provider: Provider, version: str | None) -> None:
    """A translated request has no beta of the other side's, and the version we write."""
    made = headers(provider, KEY, stream=False, forward=forwarded(BETAS), same_dialect=False)

    assert version == dict(made).get("anthropic-version")
    assert set() == {"anthropic-beta", "openai-beta"} & set(dict(made))


def test_a_version_is_always_said_to_anthropics_providers() -> None:
    """The oldest that is served, where the caller said none and the operator none."""
    theirs = Provider(
        "c",
        "https://c.example",
        dialect="anthropic_messages",
        headers=(("Anthropic-Version", "2024-01-01"),),
    )

    assert "2023-06-01" == sent(CLAUDE)["anthropic-version"]
    assert "2024-01-01" == sent(theirs)["anthropic-version"]
    assert "anthropic-version" not in sent(PLAIN)


@pytest.mark.parametrize(
    ("answered", "expected"),
    [
        ({"request-id": "req_1"}, "req_1"),
        ({"x-request-id": "a", "request-id": "b"}, "a"),
        ({"x-request-id": "x" * 500}, "x" * 128),
        ({}, ""),
    ],
)
def test_the_providers_own_request_id(answered: dict[str, str], expected: str) -> None:
    """Under either name, and no longer than an id is."""
    assert expected == answered_id(answered)


@pytest.mark.parametrize(
    ("said", "goes_on"),
    [
        (b"beta=true", "?beta=true"),
        *((said, "") for said in (b"", b"beta=false", b"beta=true&key=sk-x", b"key=sk-x", b"\xff")),
    ],
)
def test_of_a_query_only_the_beta_goes_on(said: bytes, goes_on: str) -> None:
    """Anything else may be a secret; and it is Anthropic's alone."""
    assert goes_on == query(said, "anthropic_messages")
    assert "" == query(said, "openai_chat")
