"""The store: does it answer, soon enough, and keep what it is given?"""

from collections.abc import Iterator, Sequence
from typing import Literal

from attrs import frozen

from .clocks import skew
from .findings import Finding, Values, milliseconds, note, ok, problem, warning

Kind = Literal["file", "memory", "redis", "upstash"]
#: Of what a request waits for the store at most: beyond it every hiccup is a degraded answer.
TIGHT = 0.5
SHOWN = 5


@frozen
class Budget:
    """What the month has cost in commands, by the books; `whole`: what it will come to."""

    commands: int
    allowance: int
    whole: int


@frozen
class Store:
    """What was seen of it. `there`: a file has been made. `failure`: why it does not answer.
    `evicts`: what it throws away when its memory is full; None: it does not say; "": nothing."""

    kind: Kind
    where: str = ""
    there: bool = True
    failure: str = ""
    server: str = ""
    seconds: float = 0.0
    patience: float = 0.25
    evicts: str | None = ""
    unreadable: Sequence[str] = ()
    ahead: float | None = None
    budget: Budget | None = None


def findings(store: Store) -> Iterator[Finding]:
    """Nothing is said of a store that does not answer but that."""
    if store.kind == "memory":
        yield problem("store", "doctor_store_memory", "doctor_store_memory_mend")
        return
    if not store.there:
        yield note("store", "doctor_store_new", "", {"where": store.where})
        return
    if store.failure:
        values: Values = {"where": store.where, "reason": store.failure}
        yield problem("store", "doctor_store_away", "doctor_store_away_mend", values)
        return
    yield _trip(store)
    yield from _keeping(store)
    yield from skew("store", store.ahead, store.where)
    if store.budget is not None:
        yield _spending(store.budget)


def _trip(store: Store) -> Finding:
    values: Values = {
        "where": store.where,
        "server": store.server,
        "milliseconds": milliseconds(store.seconds),
    }
    late = {**values, "patience": milliseconds(store.patience)}
    if store.seconds > store.patience:
        return problem("store", "doctor_store_late", "doctor_store_late_mend", late)
    if store.seconds > store.patience * TIGHT:
        return warning("store", "doctor_store_late", "doctor_store_late_mend", late)
    return ok("store", "doctor_store", values)


def _keeping(store: Store) -> Iterator[Finding]:
    if store.evicts is None:
        yield note("store", "doctor_store_policy", "doctor_store_forgets_mend")
    elif store.evicts not in ("", "noeviction"):
        policy = {"policy": store.evicts}
        yield problem("store", "doctor_store_forgets", "doctor_store_forgets_mend", policy)
    if store.unreadable:
        values: Values = {
            "count": len(store.unreadable),
            "names": ", ".join(store.unreadable[:SHOWN]),
        }
        yield warning("store", "doctor_store_unreadable", "doctor_store_unreadable_mend", values)


def _spending(budget: Budget) -> Finding:
    left = max(0, budget.allowance - budget.commands)
    values: Values = {"commands": budget.commands, "left": left, "allowance": budget.allowance}
    if not left:
        return problem("store", "doctor_budget_spent", "doctor_budget_mend", values)
    if budget.whole > budget.allowance:
        told = {**values, "whole": budget.whole}
        return warning("store", "doctor_budget_short", "doctor_budget_mend", told)
    return ok("store", "doctor_budget", values)
