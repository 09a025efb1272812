"""scrub(): take secrets out of text that came from elsewhere before anybody sees it."""

import re
from collections.abc import Iterable

_MARK = "[removed]"
#: Shorter ones are words of their own: taking them out would hide nothing and spoil the text.
_SHORTEST = 6

#: What keys look like at the providers there are; the exact ones in use are removed first.
_LOOKS_SECRET = re.compile(
    r"""(?xi)
    \b(?: sk-[\w-]{6,} (?:\.[\w-]+)* | sk-rt\d\.[\w.-]+ | AIza[\w-]{10,} | gsk_\w{10,}
        | (?:xai|rk)-[\w-]{10,} )
    | \bBearer\s+[\w.~+/=-]{8,}
    | (?<=[?&])(?:key|access_token|api_key|token)=[^&\s"']+
    | https?://hooks\.slack\.com/\S+
    """
)


def scrub(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` without these secrets and without anything that looks like one."""
    # The longest first, so that no tail stays of a secret that begins with another one.
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST:
            # In JSON a slash may be written with a backslash before it (RFC 8259 section 7).
            text = text.replace(secret, _MARK).replace(secret.replace("/", "\\/"), _MARK)
    return _LOOKS_SECRET.sub(_MARK, text)


def scrub_bytes(data: bytes, secrets: Iterable[str] = ()) -> bytes:
    """The same for bytes; unchanged to the byte when there is nothing to remove."""
    text = data.decode("utf-8", "replace")
    clean = scrub(text, secrets)
    return data if clean == text else clean.encode()
