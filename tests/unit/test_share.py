"""What one instance lets through alone while the store is away."""

import pytest
from attrs import evolve

from src.application.share import Share
from src.domain import quota
from src.domain.catalogue import Limit
from src.domain.lines import Amounts, Limits
from src.domain.quota import Hold, Outcome
from src.domain.receipt import Receipt, Usage
from tests.support.hand_clock import HandClock

NOW = 1_000.0
OPENED = Receipt("1", NOW, "c", "chat.completions", "m", stream=False)
REQUESTS = Limit("client:c", "requests", "day", 160)
TOKENS = Limit("client:c", "tokens", "day", 16_000)
MONEY = Limit("client:c", "cost", "day", 8_000)
FEW = Limit("client:c", "concurrency", "total", 2)


def hold(name: str, *limits: Limit, amounts: Amounts | None = None) -> Hold:
    return quota.hold(
        evolve(OPENED, request_id=name),
        provider="p",
        amounts=amounts or Amounts(4_000, 0, 50),
        limits=Limits.of(limits),
        now=NOW,
        until=NOW + 60,
    )


def ended(tokens: int = 10, cost: int = 0) -> Outcome:
    return Outcome(evolve(OPENED, usage=Usage(tokens), cost=cost))


def let_through(share: Share, *limits: Limit, most: int = 200, cost: int = 0) -> int:
    """How many are admitted, one after the other."""
    count = 0
    for number in range(most):
        held = hold(str(number), *limits)
        count += share.admit(held).admitted
        share.settle(held, ended(cost=cost))
    return count


@pytest.mark.parametrize(
    ("limit", "expected"), [(REQUESTS, 10), (TOKENS, 88), (FEW, 200)], ids=["160", "16000", "2"]
)
def test_a_small_part_of_each_limit(limit: Limit, expected: int) -> None:
    """A sixteenth, by what was used, as long as an eighth of it is left; one at a time at least."""
    assert expected == let_through(Share(HandClock()), limit)


def test_where_more_instances_are_known_of_each_takes_less() -> None:
    """Eight of them take a thirty-second each, and all of them a quarter as ever."""
    assert 5 == let_through(Share(HandClock(), instances=8), REQUESTS)


def test_of_money_only_who_has_seen_the_books() -> None:
    """An eightieth; nothing where nobody knows what is left."""
    stranger, known = Share(HandClock()), Share(HandClock())
    known.forget()

    assert 0 == let_through(stranger, MONEY, cost=10)
    assert 9 == let_through(known, MONEY, cost=10)


def test_no_limit_no_part() -> None:
    """It is served, and said to be degraded."""
    verdict = Share(HandClock()).admit(hold("1"))

    assert (True, True) == (verdict.admitted, verdict.degraded)


def test_what_does_not_fit_alone_fits_again_soon() -> None:
    """Nobody is told that it can never be: the store knows better when it is back."""
    verdict = Share(HandClock()).admit(hold("1", MONEY))

    assert verdict.denial is not None
    assert (2_000_000, False) == (verdict.denial.wait, verdict.denial.never)


def test_a_request_that_moves_is_one() -> None:
    """It takes its part once."""
    share = Share(HandClock())

    assert all(share.admit(hold("1", FEW)).admitted for _ in range(3))
    assert not share.admit(hold("2", FEW)).admitted


def test_when_the_store_is_back_all_is_forgotten() -> None:
    """What was let through is charged there."""
    share = Share(HandClock())
    let_through(share, REQUESTS)
    share.forget()

    assert 10 == let_through(share, REQUESTS)
