"""Idempotency-Key: the same request is done once, however often it is sent.

After draft-ietf-httpapi-idempotency-key-header-07, sections 2.3 to 2.7: same key and body while the
first runs: 409; other body: 422; finished: the stored answer, or, where none is kept, its receipt.
"""

from hashlib import sha256
from typing import Literal

from attrs import field, frozen

from .errors import Conflict, KeyReused, Refusal
from .receipt import Receipt

#: Seconds for which a key is remembered.
REMEMBERED = 86_400.0
#: Answers larger than this are not kept.
LARGEST_STORED = 256 * 1024
#: Longer keys are refused.
LONGEST_KEY = 255


@frozen
class Claim:
    """A key that a request came with: digests only. `until`: Unix seconds, forgotten after."""

    key: str
    body: str
    until: float


@frozen
class StoredAnswer:
    """An answer as its caller got it, to be given again."""

    content_type: str
    body: bytes = field(repr=False)


@frozen
class Repeat:
    """The claim was made before, by the request `request_id`."""

    state: Literal["running", "finished", "other_body"]
    request_id: str
    receipt: Receipt | None = None
    answer: StoredAnswer | None = None


def claim(key: str, *, client: str, endpoint: str, body: bytes, now: float) -> Claim:
    """The claim of a request. The key is worth something to one client at one endpoint only."""
    scope = "\n".join((client, endpoint, key)).encode()
    return Claim(sha256(scope).hexdigest(), sha256(body).hexdigest(), now + REMEMBERED)


def repeat(
    first: Claim,
    again: Claim,
    *,
    request_id: str,
    receipt: Receipt | None,
    answer: StoredAnswer | None,
) -> Repeat:
    """What a claim that was made before means; `receipt` and `answer` of the first request, None
    while it runs."""
    if first.body != again.body:
        return Repeat("other_body", request_id)
    if receipt is None:
        return Repeat("running", request_id)
    return Repeat("finished", request_id, receipt, answer)


def keeps(receipt: Receipt) -> bool:
    """Does a request that ended so keep its key? One that failed gives it back, so that it can be
    tried again; one whose caller left keeps it where a provider has worked for it."""
    left = receipt.ending == "client_gone" and receipt.usage is not None
    return not receipt.replay_of and (receipt.ending == "completed" or left)


def refusal(found: Repeat) -> Refusal:
    """What a caller is told where there is no answer to give again."""
    match found.state:
        case "other_body":
            return KeyReused(
                "This Idempotency-Key was used with another body; use a new key.",
                param="Idempotency-Key",
            )
        case "running":
            return Conflict(
                f"The request {found.request_id} with this Idempotency-Key still runs.",
                param="Idempotency-Key",
                code="request_in_progress",
                retry_after=1.0,
            )
        case "finished":
            return Conflict(
                f"The request {found.request_id} with this Idempotency-Key is done, and its answer"
                " was not kept; its receipt is in `receipt`.",
                param="Idempotency-Key",
                code="request_completed",
                receipt=found.receipt,
            )
