"""The headers a provider gets: an allow-list. No client key, no cookie, no platform header."""

from collections.abc import Mapping

from .catalogue import Provider, ProviderKey

#: Of the caller's headers, these go on (design, promise 7).
FORWARDED = ("openai-beta", "traceparent", "tracestate", "user-agent")

_DEFAULT_USER_AGENT = "ai-relay"


def forwarded(headers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """What of a caller's headers (lower case) goes on to the provider."""
    return tuple((name, headers[name]) for name in FORWARDED if name in headers)


def headers(
    provider: Provider, key: ProviderKey, *, stream: bool, forward: tuple[tuple[str, str], ...]
) -> tuple[tuple[str, str], ...]:
    """All headers of a call but those of the connection itself. The operator's own come last
    and win over the caller's."""
    chosen = dict(forward)
    chosen.setdefault("user-agent", _DEFAULT_USER_AGENT)
    if provider.user_agent:
        chosen["user-agent"] = provider.user_agent
    chosen["content-type"] = "application/json"
    chosen["accept"] = "text/event-stream" if stream else "application/json"
    chosen["accept-encoding"] = "identity"
    chosen |= {name.lower(): value for name, value in provider.headers}
    return (*chosen.items(), *_credential(provider, key))


def _credential(provider: Provider, key: ProviderKey) -> tuple[tuple[str, str], ...]:
    match provider.header_style:
        case "bearer":
            return (("authorization", f"Bearer {key.secret}"),)
        case "x-api-key" | "api-key":
            return ((provider.header_style, key.secret),)
        case _:
            return ()
