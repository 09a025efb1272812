"""Secrets: which are too weak to use, and the pools and fingerprints of those that are not."""

import hashlib
import hmac
import re
from collections.abc import Iterable

from ...domain.catalogue import ProviderKey

#: Shorter than this can be guessed (design, section 5).
SHORTEST = 16

#: Secrets that stand in examples and tutorials, bare of case and punctuation. An exact list and no
#: guesswork: an operator must be able to tell beforehand what is accepted.
_KNOWN = frozenset(
    (
        "changemechangeme",
        "changemeplease",
        "changemenow",
        "pleasechangethis",
        "pleasechangeme",
        "replacethiswithyoursecret",
        "yourapikeyhere",
        "yoursecrethere",
        "yoursecretkeyhere",
        "yourrelayapikey",
        "yourrelayadminkey",
        "yoursigningsecret",
        "yourclientkeyhere",
        "skyourapikey",
        "skyourapikeyhere",
        "skyourclientkey",
        "skrelaychangeme",
        "sk1234567890abcdef",
        "sk12345678901234567890",
        "sk123456789012345678901234567890",
        "1234567890123456",
        "12345678901234567890",
        "0123456789abcdef",
        "abcdefghijklmnop",
        "passwordpassword",
        "password12345678",
        "secretsecretsecret",
        "supersecretsecret",
        "supersecretpassword",
        "mysupersecretkey",
        "mysecretkey12345",
        "insecuredefaultsecret",
        "defaultdefaultdefault",
        "adminadminadminadmin",
    )
)


def is_weak(secret: str) -> bool:
    """Could a stranger guess it: under 16 characters, a known default, or one character only?"""
    bare = re.sub(r"[\W_]", "", secret.lower())
    return len(secret) < SHORTEST or bare in _KNOWN or len(set(bare)) < 3


def digest(secret: str) -> bytes:
    """What is kept of a client key."""
    return hashlib.sha256(secret.encode()).digest()


def listed(text: str) -> tuple[str, ...]:
    """The entries of a comma list: trimmed, each once, in their order."""
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def fingerprint_key(secret: str) -> bytes:
    """What handles are keyed with: the signing secret, or the namespace where there is none."""
    return hmac.digest(secret.encode(), b"relay/fingerprint/v1", "sha256")


def handle(key: bytes, provider: str, secret: str) -> str:
    """A provider key's public name: tells keys apart and cannot be turned back. The same secret at
    two providers is two keys: what one says of it is nothing to the other."""
    return hmac.digest(key, f"{provider}\0{secret}".encode(), "sha256").hex()[:8]


def pool(keys: Iterable[ProviderKey]) -> tuple[ProviderKey, ...]:
    """The keys, each secret once: the first that brought it keeps its weight and label."""
    kept: dict[str, ProviderKey] = {}
    for key in keys:
        kept.setdefault(key.secret, key)
    return tuple(kept.values())
