"""The keys that are made of the operator's one secret, RELAY_SIGNING_SECRET."""

from ..domain import usage_line
from .settings import Settings


def usage_key(settings: Settings) -> bytes | None:
    """What usage lines of this deployment are signed with; None: there is no secret."""
    secret = settings.signing_secret
    return usage_line.key(secret, settings.namespace) if secret else None
