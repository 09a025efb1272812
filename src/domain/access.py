"""Who is calling? From headers alone, before a byte of the body is read."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping

from attrs import frozen

from .catalogue import ClientKey, Provider
from .errors import InvalidKey, NotConfigured
from .index import Index
from .legacy_tokens import LegacyTokens, is_legacy
from .setup import Lack, why_off

#: Models under this name need no key on the caller's own machine (design, section 5: demo).
DEMO = "demo"
#: How a temporary key begins (reliability 4.9).
TEMPORARY = "sk-rt1."

#: The temporary keys of ai-relay are off unless asked for.
NO_TOKENS = LegacyTokens()

_NO_KEY = "No client key is configured. Set RELAY_API_KEY to 16 or more characters."
_HEADERS = ("x-api-key", "api-key", "x-goog-api-key")


@frozen
class Principal:
    """Who was let in. `demo_only`: without a key, from this very machine, for demo models.
    `local`: from this very machine, whatever the key."""

    client: str
    demo_only: bool = False
    local: bool = False


def presented(headers: Mapping[str, str]) -> str | None:
    """The client key of a request, wherever its SDK puts it; None if there is none."""
    authorization = headers.get("authorization", "").strip(" \t")
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() == "bearer" and token.strip(" \t"):
        return token.strip(" \t")
    if authorization and not token and scheme.lower() != "bearer":
        return scheme  # the bare key: some clients leave the scheme out
    given = (headers.get(name, "").strip(" \t") for name in _HEADERS)
    return next((key for key in given if key), None)


def admit(
    headers: Mapping[str, str],
    index: Index,
    *,
    local: bool,
    legacy: LegacyTokens = NO_TOKENS,
    now: float = 0.0,
) -> Principal:
    """The principal, or raises InvalidKey, or NotConfigured where no key could be valid.
    `local`: peer and Host are loopback and no web page sent it."""
    check_configured(index)
    key = presented(headers)
    found = None if key is None else _known(key, index)
    if found is not None:
        return Principal(found.name, local=local)
    if key is not None and is_legacy(key):
        return Principal(legacy.client(key, now), local=local)
    if local and has_demo(index):
        return Principal("local", demo_only=True, local=True)
    raise wrong_key() if key is not None else missing_key()


def check_configured(index: Index) -> None:
    """Raises NotConfigured, before anything else, the demo too: nobody may use a relay that is open
    to the world and has no key. One that listens on loopback alone has made one for itself."""
    if not index.client_keys:
        raise NotConfigured(index.snapshot.switched_off.get("client_keys", _NO_KEY))


def check_operator(
    headers: Mapping[str, str], digests: tuple[bytes, ...], lacks: Iterable[Lack]
) -> None:
    """Raises unless the operator asks, or a job of theirs. `digests`: of their secrets."""
    if not digests:
        raise NotConfigured(why_off("admin", lacks) or "Set RELAY_ADMIN_KEY or CRON_SECRET.")
    key = presented(headers)
    if key is None:
        raise InvalidKey(
            "The operator's key is required: send it as 'Authorization: Bearer <key>'."
        )
    given = _digest(key)
    if not any(hmac.compare_digest(given, digest) for digest in digests):
        raise wrong_key()


def check_temporary(headers: Mapping[str, str], lacks: Iterable[Lack]) -> None:
    """Raises NotConfigured for a temporary key where none can be checked: not the caller's fault.
    (This version signs none; one that does can check them.)"""
    key = presented(headers) or ""
    if key.startswith(TEMPORARY) and (why := why_off("signing", lacks)):
        raise NotConfigured(why)


def has_demo(index: Index) -> bool:
    """Is the built-in demo on? A provider of the operator's own may bear its name."""
    demo = index.providers.get(DEMO)
    return demo is not None and is_demo(demo)


def is_demo(provider: Provider) -> bool:
    """Is this the provider that needs no network?"""
    return provider.base_url.startswith(f"{DEMO}:")


def missing_key() -> InvalidKey:
    """No key came at all."""
    return InvalidKey("A client key is required: send it as 'Authorization: Bearer <key>'.")


def wrong_key() -> InvalidKey:
    """A key came that this relay does not know."""
    return InvalidKey("This client key is not valid here.")


def _known(key: str, index: Index) -> ClientKey | None:
    """By digest: neither the look-up nor the comparison tells how much of a guess was right."""
    digest = _digest(key)
    found = index.client_keys.get(digest)
    return found if found is not None and hmac.compare_digest(found.digest, digest) else None


def _digest(key: str) -> bytes:
    # Headers are read as Latin-1, byte by byte: this gives back the bytes that were sent.
    return hashlib.sha256(key.encode("latin-1", "replace")).digest()
