"""Secrets: which are too weak to use, and the pools and fingerprints of those that are not."""

import hashlib
import hmac
import re
from collections.abc import Iterable

from ...domain.catalogue import ProviderKey

#: Shorter than this can be guessed (design, section 5).
SHORTEST = 16

#: Words of examples and tutorials, and runs of one character or of counting: no secret in them.
_KNOWN = re.compile(
    r"change|replace|please|your|this|with|here|some|very|long|strong|super|random|generated|"
    r"example|default|placeholder|insecure|dummy|test|demo|admin|client|relay|provider|gateway|"
    r"secret|token|password|passw0rd|letmein|qwerty|api|key|sk|my|me|to|of|at|least|"
    r"characters|chars|0?123456789?0?|12345678|1234|abcdefgh|abcdef|abc|(.)\1{2,}"
)
_LEFT = 8


def is_weak(secret: str) -> bool:
    """Could a stranger guess it: short, a known default, or little but words everybody tries?"""
    bare = re.sub(r"[\W_]", "", secret.lower())
    return len(secret) < SHORTEST or len(_KNOWN.sub("", bare)) < _LEFT or len(set(bare)) < 5


def digest(secret: str) -> bytes:
    """What is kept of a client key."""
    return hashlib.sha256(secret.encode()).digest()


def listed(text: str) -> tuple[str, ...]:
    """The entries of a comma list: trimmed, each once, in their order."""
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def fingerprint_key(secret: str) -> bytes:
    """What handles are keyed with: the signing secret, or the namespace where there is none."""
    return hmac.digest(secret.encode(), b"relay/fingerprint/v1", "sha256")


def handle(key: bytes, secret: str) -> str:
    """A provider key's public name: tells keys apart and cannot be turned back."""
    return hmac.digest(key, secret.encode(), "sha256").hex()[:8]


def pool(keys: Iterable[ProviderKey]) -> tuple[ProviderKey, ...]:
    """The keys, each secret once: the first that brought it keeps its weight and label."""
    kept: dict[str, ProviderKey] = {}
    for key in keys:
        kept.setdefault(key.secret, key)
    return tuple(kept.values())
