"""How many repeats on the same target a provider's traffic may carry, as a value.

Each request pays in one unit, a repeat costs five: at most a fifth more load on a provider that
fails. One unit a second comes in by itself, and a fresh instance starts with four repeats. Moving
on to another key or target costs nothing and is never refused.
"""

from attrs import frozen

COST = 5.0
START, MOST = 20.0, 100.0
PER_SECOND = 1.0


@frozen
class RetryBudget:
    """`balance` units at the instant `at` (Unix seconds)."""

    balance: float = START
    at: float = 0.0


def deposit(budget: RetryBudget, now: float) -> RetryBudget:
    """A request made its first attempt."""
    return RetryBudget(min(MOST, _at(budget, now) + 1.0), now)


def affords(budget: RetryBudget, now: float) -> bool:
    """May a repeat be made?"""
    return _at(budget, now) >= COST


def withdraw(budget: RetryBudget, now: float) -> RetryBudget:
    """A repeat is being made."""
    return RetryBudget(max(0.0, _at(budget, now) - COST), now)


def _at(budget: RetryBudget, now: float) -> float:
    if budget.at == 0.0:
        return budget.balance
    return min(MOST, budget.balance + PER_SECOND * max(0.0, now - budget.at))
