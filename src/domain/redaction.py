"""scrub(): take secrets out of text that came from elsewhere before anybody sees it."""

import re
from collections.abc import Iterable

_MARK = "[removed]"

#: What keys look like at the providers there are; the exact ones in use are removed first.
_LOOKS_SECRET = re.compile(
    r"""(?xi)
    \b(?: sk-[\w-]{6,} (?:\.[\w-]+)* | AIza[\w-]{10,} | gsk_\w{10,} | (?:xai|rk)-[\w-]{10,} )
    | \bBearer\s+[\w.~+/=-]{8,}
    | (?<=[?&])(?:key|access_token|api_key|token)=[^&\s"']+
    | https?://hooks\.slack\.com/\S+
    """
)


def scrub(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` without these secrets and without anything that looks like one."""
    for secret in secrets:
        if len(secret) >= 6:
            text = text.replace(secret, _MARK)
    return _LOOKS_SECRET.sub(_MARK, text)


def scrub_bytes(data: bytes, secrets: Iterable[str] = ()) -> bytes:
    """The same for bytes; unchanged to the byte when there is nothing to remove."""
    text = data.decode("utf-8", "replace")
    clean = scrub(text, secrets)
    return data if clean == text else clean.encode()
