"""Laws about a store that is away: what is done without it was declared, and is said (I12); what it
lent is given back (I7)."""

from collections.abc import Iterator

from src.application.books import OnStoreDown
from src.domain.errors import StoreDown
from src.domain.receipt import Receipt

from .history import History, Visit


def of_visit(
    history: History, visit: Visit, receipt: Receipt | None, declared: OnStoreDown
) -> Iterator[str]:
    """For one request; `receipt`: None where its process died first."""
    verdict = history.verdicts.get(visit.id)
    alone = verdict is None or verdict.degraded
    tried = bool(history.tries_of(visit.id))
    if tried and alone and declared == "closed":
        yield "I12: closed while the store is away, and it reached a provider:"
    if isinstance(visit.refusal, StoreDown) and declared != "closed" and not visit.key:
        yield "I12: refused for the want of a store that it does not need:"
    if receipt is not None and tried and receipt.degraded != alone:
        yield f"I12: the store said {verdict}, and the receipt says degraded={receipt.degraded}:"
    yield from _given_back(history, visit)


def _given_back(history: History, visit: Visit) -> Iterator[str]:
    """A probe's lease ends with its attempt: others need not wait until it runs out."""
    held = history.holding.get(visit.id, {})
    kept = [name for name in held if name.startswith("probe:")]
    if kept and visit.left is not None and visit.lived:
        yield f"I7: over, and still holds {kept}:"
