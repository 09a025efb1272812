"""Secrets: which are too weak to use, and the pools and fingerprints of those that are not."""

import hashlib
import hmac
import math
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


#: What secrets are drawn from: hexadecimal is two of them. And printable ASCII besides these.
_KINDS = ("0123456789", "abcdef", "ghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_OTHERS = 33


def is_weak(secret: str) -> bool:
    """Could a stranger guess it: under 16 characters, a known default, or one character only?"""
    bare = re.sub(r"[\W_]", "", secret.lower())
    return len(secret) < SHORTEST or bare in _KNOWN or len(set(bare)) < 3


def bits(secret: str) -> int:
    """What has to be guessed at most, were each character drawn at random from the kinds that
    occur; repeats count little."""
    letters = set(secret)
    pool = sum(len(kind) for kind in _KINDS if letters & set(kind))
    pool += _OTHERS if letters - set("".join(_KINDS)) else 0
    return int(min(len(secret), 3 * len(letters)) * math.log2(max(2, pool)))


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
