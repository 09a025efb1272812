"""Values as they stand in the file: JSON. Newer fields are passed over, missing ones default."""

from typing import TypeVar

import msgspec

from ....domain.entry import Entry, State
from ....domain.idempotency import Claim, StoredAnswer
from ....domain.quota import Hold, Outcome
from ....domain.receipt import Receipt
from ..bookkeeping import Claimed

T = TypeVar("T")

#: A row of `entries`, as it is asked for.
EntryRow = tuple[str, State, bytes, bytes | None]
ClaimRow = tuple[str, str, float, str, bytes | None, str | None, bytes | None]

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


def entry(row: EntryRow) -> Entry | None:
    """None if it cannot be read."""
    _, state, held, ended = row
    opened = hold(held)
    last = None if ended is None else outcome(ended)
    if opened is None or (ended is not None and last is None):
        return None
    return Entry(opened, state, last)


def claim_row(claimed: Claimed) -> ClaimRow:
    claim, answer = claimed.claim, claimed.answer
    receipt = None if claimed.receipt is None else text(claimed.receipt)
    kind, body = (None, None) if answer is None else (answer.content_type, answer.body)
    return (claim.key, claim.body, claim.until, claimed.request_id, receipt, kind, body)


def claimed(row: ClaimRow) -> Claimed:
    key, digest, until, request_id, told, content_type, body = row
    answer = None if content_type is None or body is None else StoredAnswer(content_type, body)
    return Claimed(
        Claim(key, digest, until), request_id, None if told is None else receipt(told), answer
    )


def _read(decoder: "msgspec.json.Decoder[T]", data: bytes) -> T | None:
    try:
        return decoder.decode(data)
    except _UNREADABLE:
        return None
