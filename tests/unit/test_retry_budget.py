"""How many repeats on the same target a provider's traffic may carry."""

from src.domain.retry_budget import RetryBudget, affords, deposit, withdraw

NOW = 5_000.0


def spent(budget: RetryBudget, now: float) -> tuple[int, RetryBudget]:
    """How many repeats it affords at this instant."""
    count = 0
    while affords(budget, now):
        budget, count = withdraw(budget, now), count + 1
    return count, budget


def test_a_fresh_instance_affords_four() -> None:
    """Before it earned anything."""
    assert 4 == spent(RetryBudget(), NOW)[0]


def test_five_requests_earn_a_repeat() -> None:
    """A fifth of the traffic, at one instant."""
    budget = spent(deposit(RetryBudget(), NOW), NOW)[1]
    earned = []
    for _ in range(20):
        budget = deposit(budget, NOW)
        count, budget = spent(budget, NOW)
        earned.append(count)

    assert 4 == sum(earned)


def test_it_fills_by_itself_with_time() -> None:
    """One unit a second: a repeat every five seconds without any traffic."""
    empty = RetryBudget(0.0, NOW)

    assert not affords(empty, NOW + 4.9)
    assert affords(empty, NOW + 5.0)


def test_it_never_holds_more_than_twenty_repeats() -> None:
    """However long it was quiet, and however much traffic there was."""
    quiet = RetryBudget(0.0, NOW)
    busy = RetryBudget()
    for _ in range(500):
        busy = deposit(busy, NOW)

    assert 20 == spent(quiet, NOW + 1e6)[0]
    assert 20 == spent(busy, NOW)[0]


def test_a_clock_that_goes_back_takes_nothing() -> None:
    """The balance is never lowered by time."""
    assert affords(RetryBudget(5.0, NOW), NOW - 100)
