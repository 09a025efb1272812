"""The temporary keys of ai-relay: what one says, and whether it may still be believed.

`sk-relay-temp-` + base64url(JSON) + `.` + hexadecimal HMAC-SHA256 of that base64url text. The JSON
has `exp` and `created`, in Unix milliseconds. Nothing in one names its holder, and none can be
called back: why they are off unless asked for is in docs/adr/0022.
"""

import base64
import binascii
import hashlib
import hmac
import math

import msgspec
from attrs import field, frozen

from .errors import InvalidKey

START = "sk-relay-temp-"

#: The original's own page makes none that last longer; its API would make any.
LONGEST = 30 * 86_400.0
#: Real ones have about a hundred characters.
_MOST_CHARACTERS = 512
#: Seconds by which the clock of whoever made one may be ahead of ours.
_TOLERANCE = 60.0

_OFF = "Temporary keys of ai-relay are not accepted here: ask for a client key."
_WRONG = "This temporary key is not valid here."
_OVER = "This temporary key has expired: ask for another."
_TOO_LONG = "This temporary key would last for more than 30 days, which is not accepted."


class _Claims(msgspec.Struct):
    exp: float
    created: float


@frozen
class LegacyTokens:
    """Believes those that were signed with this secret; without one, none."""

    secret: bytes | None = field(default=None, repr=False)

    def client(self, token: str, now: float) -> str:
        """The name its holder has in the books: one for each token, so that two holders do not
        read one another's receipts. Raises InvalidKey, with the reason."""
        if self.secret is None:
            raise InvalidKey(_OFF)
        claims = _claims(_signed(token, self.secret))
        if claims.exp / 1000 <= now:
            raise InvalidKey(_OVER)
        if claims.created / 1000 > now + _TOLERANCE:
            raise InvalidKey(_WRONG)
        if (claims.exp - claims.created) / 1000 > LONGEST:
            raise InvalidKey(_TOO_LONG)
        return f"ai-relay-{hashlib.sha256(token.encode()).hexdigest()[:12]}"


def is_legacy(token: str) -> bool:
    """Does it look like one?"""
    return token.startswith(START)


def _signed(token: str, secret: bytes) -> str:
    """What was signed. Nothing of a token is read before its signature was found to be right."""
    text, dot, mac = token.removeprefix(START).partition(".")
    good = len(token) <= _MOST_CHARACTERS and token.isascii() and dot and text
    if not good:
        raise InvalidKey(_WRONG)
    right = hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(right, mac):
        raise InvalidKey(_WRONG)
    return text


def _claims(text: str) -> _Claims:
    try:
        packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        claims = msgspec.json.decode(packed, type=_Claims)
    except (binascii.Error, msgspec.DecodeError, UnicodeDecodeError):
        raise InvalidKey(_WRONG) from None
    if not (math.isfinite(claims.exp) and math.isfinite(claims.created)):
        raise InvalidKey(_WRONG)
    return claims
