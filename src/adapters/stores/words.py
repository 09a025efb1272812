"""Values as stores keep them: JSON. Newer fields are passed over, missing ones default."""

from typing import TypeVar

import msgspec

from ...domain.quota import Hold, Outcome
from ...domain.receipt import Receipt

T = TypeVar("T")

_ENCODER = msgspec.json.Encoder()
_HOLD = msgspec.json.Decoder(Hold)
_OUTCOME = msgspec.json.Decoder(Outcome)
_RECEIPT = msgspec.json.Decoder(Receipt)
#: What a decoder raises for bytes that are no such value.
_UNREADABLE = (msgspec.MsgspecError, ValueError)


def text(value: object) -> bytes:
    return _ENCODER.encode(value)


def hold(data: bytes) -> Hold | None:
    """None if it cannot be read."""
    return _read(_HOLD, data)


def outcome(data: bytes) -> Outcome | None:
    return _read(_OUTCOME, data)


def receipt(data: bytes) -> Receipt | None:
    return _read(_RECEIPT, data)


def _read(decoder: "msgspec.json.Decoder[T]", data: bytes) -> T | None:
    try:
        return decoder.decode(data)
    except _UNREADABLE:
        return None
