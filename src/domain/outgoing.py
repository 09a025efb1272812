"""The headers a provider gets: an allow-list. No client key, no cookie, no platform header."""

from collections.abc import Mapping

from .blocks import Dialect
from .catalogue import Provider, ProviderKey

#: Of the caller's headers, these go on (design, promise 7).
FORWARDED = ("traceparent", "tracestate", "user-agent")
#: And these, to the byte, where the provider speaks the caller's dialect.
OF_DIALECT = ("openai-beta", "anthropic-version", "anthropic-beta")
#: Said to providers of that dialect where the caller does not.
#: https://platform.claude.com/docs/en/api/versioning
ANTHROPIC_VERSION = "2023-06-01"

#: Of the caller's query, this goes on where the provider speaks the caller's dialect; anything else
#: may be a secret. Claude Code and the beta part of Anthropic's SDKs say it:
#: https://code.claude.com/docs/en/llm-gateway-protocol
_BETA = "beta=true"

_DEFAULT_USER_AGENT = "ai-relay"


def forwarded(headers: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """What of a caller's headers (lower case) goes on to the provider."""
    return tuple((name, headers[name]) for name in (*FORWARDED, *OF_DIALECT) if name in headers)


def query(said: bytes, dialect: Dialect) -> str:
    """What of a caller's query goes on, with its question mark."""
    return f"?{_BETA}" if dialect == "anthropic_messages" and said == _BETA.encode() else ""


def headers(
    provider: Provider,
    key: ProviderKey,
    *,
    stream: bool,
    forward: tuple[tuple[str, str], ...],
    same_dialect: bool = True,
) -> tuple[tuple[str, str], ...]:
    """All headers of a call but those of the connection itself. The operator's own come last
    and win over the caller's. What belongs to the caller's dialect stays in it."""
    chosen = {name: value for name, value in forward if same_dialect or name not in OF_DIALECT}
    if provider.dialect == "anthropic_messages":
        chosen.setdefault("anthropic-version", ANTHROPIC_VERSION)
    chosen.setdefault("user-agent", _DEFAULT_USER_AGENT)
    if provider.user_agent:
        chosen["user-agent"] = provider.user_agent
    chosen["content-type"] = "application/json"
    chosen["accept"] = "text/event-stream" if stream else "application/json"
    chosen["accept-encoding"] = "identity"
    chosen |= {name.lower(): value for name, value in provider.headers}
    return (*chosen.items(), *_credential(provider, key))


def answered_id(headers: Mapping[str, str]) -> str:
    """The provider's own id for a request, for its support; Anthropic calls it `request-id`."""
    return headers.get("x-request-id", headers.get("request-id", ""))[:128]


def _credential(provider: Provider, key: ProviderKey) -> tuple[tuple[str, str], ...]:
    match provider.header_style:
        case "bearer":
            return (("authorization", f"Bearer {key.secret}"),)
        case "x-api-key" | "api-key":
            return ((provider.header_style, key.secret),)
        case _:
            return ()
