"""A key for each purpose, from one secret: what one of them signs is nothing to the others."""

import hmac

_SIZE = 32


def derived(secret: str, *, deployment: str, purpose: str) -> bytes:
    """32 bytes that tell nothing of the secret, nor of the keys for other purposes and other
    deployments: HKDF-SHA256 (RFC 5869), salted with the deployment's name."""
    return hkdf(secret.encode(), salt=deployment.encode(), info=purpose.encode())


def hkdf(material: bytes, *, salt: bytes, info: bytes) -> bytes:
    """One block of it: extract (section 2.2), then expand (2.3)."""
    # No salt is a block of zeros, which is what HMAC makes of an empty key.
    extracted = hmac.digest(salt, material, "sha256")
    return hmac.digest(extracted, info + b"\x01", "sha256")[:_SIZE]
