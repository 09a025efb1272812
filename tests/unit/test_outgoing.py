"""The headers a provider gets."""

import pytest

from src.domain.catalogue import HeaderStyle, Provider, ProviderKey
from src.domain.outgoing import forwarded, headers

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
