"""A usage line: in the log stands, signed, what a request used that the store did not take at once.

    {"event":"relay.usage.v1","receipt":{...},"lines":[...],"claim":{...},"mac":"<64 hex digits>"}

The MAC is HMAC-SHA256 over these bytes: `relay.usage.v1`, a zero byte, and the object without its
`mac` as canonical JSON: members sorted by name, no spaces, ASCII (all else escaped by its number).
So a line may be parsed and written anew on its way through a platform's logs.
"""

import hmac
import json
from collections.abc import Mapping
from typing import Literal

from attrs import frozen

from .derived_keys import derived
from .quota import Hold, Outcome
from .receipt import Receipt
from .usage_told import MARK, told, untold

EVENT = f"{MARK}v1"
#: Books remember for a little longer that they have an outcome that came late.
OLDEST_DAYS = 45
_OLDEST, _AHEAD = OLDEST_DAYS * 86_400.0, 86_400.0

Reason = Literal["damaged", "forged", "unsigned", "no_secret", "newer", "old", "not_storable"]


class BadLine(ValueError):
    """Not to be booked: `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@frozen
class Reader:
    """`key`: None where no secret is known here. `unsigned`: lines without a MAC are taken too, and
    where there is no key, all of them."""

    key: bytes | None
    unsigned: bool = False

    def read(self, found: Mapping[str, object], now: float) -> tuple[Hold, Outcome]:
        """What is to be settled. `now`: Unix seconds. Raises BadLine."""
        if found.get("event") != EVENT:
            raise BadLine("newer")
        self._verify(found)
        try:
            held, receipt = untold(found)
        except ValueError:
            raise BadLine("damaged") from None
        if not now - _OLDEST < receipt.at < now + _AHEAD:
            raise BadLine("old" if receipt.at < now else "damaged")
        return held, Outcome(receipt, late=True)

    def _verify(self, found: Mapping[str, object]) -> None:
        said = found.get("mac")
        if self.key is None and not self.unsigned:
            raise BadLine("unsigned" if said is None else "no_secret")
        if said is None and not self.unsigned:
            raise BadLine("unsigned")
        if self.key is None or said is None:
            return
        if not isinstance(said, str) or not said.isascii():
            raise BadLine("forged")
        right = mac({name: one for name, one in found.items() if name != "mac"}, self.key)
        if not hmac.compare_digest(right, said):
            raise BadLine("forged")


def key(secret: str, deployment: str) -> bytes:
    """What this deployment signs its usage lines with, and nothing else."""
    return derived(secret, deployment=deployment, purpose="relay/usage-line/v1")


def line(held: Hold, receipt: Receipt, key: bytes | None) -> str:
    """For the log: printable ASCII, one line. Without a key it is not signed."""
    told_of = {"event": EVENT, **told(held, receipt)}
    signed = told_of if key is None else {**told_of, "mac": mac(told_of, key)}
    return json.dumps(signed, separators=(",", ":"))


def mac(found: Mapping[str, object], key: bytes) -> str:
    """64 hex digits."""
    text = json.dumps(found, sort_keys=True, separators=(",", ":"))
    return hmac.digest(key, f"{EVENT}\0{text}".encode(), "sha256").hex()
