"""Values as they stand in the rows of the file."""

from ....domain.entry import Entry, State
from ....domain.idempotency import Claim, StoredAnswer
from ..bookkeeping import Claimed
from ..words import hold, outcome, receipt, text

#: A row of `entries`, as it is asked for.
EntryRow = tuple[str, State, bytes, bytes | None]
ClaimRow = tuple[str, str, float, str, bytes | None, str | None, bytes | None]


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


__all__ = ["ClaimRow", "EntryRow", "claim_row", "claimed", "entry", "hold", "outcome", "text"]
