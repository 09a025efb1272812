"""What callers are told of limits."""

import pytest
from attrs import evolve

from src.domain import denials
from src.domain.errors import BudgetExceeded, ExceedsLimit, LimitReached
from src.domain.gauges import Denial, Headroom
from src.domain.lines import Line, Metric, Window
from src.domain.receipt import Left


def line(metric: Metric, window: Window = "minute", subject: str = "client:c") -> Line:
    return Line(subject, metric, window, 5, limit=3)


TOLD = {
    "a minute": (
        Denial(line("requests"), 7_200_000),
        LimitReached,
        "The limit of requests per minute for client:c is reached: 3 requests."
        " This request fits again in 7.2 s.",
    ),
    "a day": (
        Denial(line("input_tokens", "day"), 7_200_000_000),
        LimitReached,
        "The limit of input tokens per day for client:c is reached: 3 input tokens."
        " This request fits again in 7200 s.",
    ),
    "in all": (
        Denial(line("tokens", "total"), None),
        LimitReached,
        "The limit of tokens in total for client:c is reached: 3 tokens.",
    ),
    "places": (
        Denial(line("concurrency", "total"), 1_000_000),
        LimitReached,
        "The limit of concurrent requests for client:c is reached: 3 concurrent requests."
        " This request fits again in 1.0 s.",
    ),
    "money": (
        Denial(evolve(line("cost", "month"), limit=12_500_000_000), None),
        BudgetExceeded,
        "The limit of money per month for client:c is reached: 12.500000000 USD.",
    ),
    "too many": (
        Denial(line("tokens"), None, never=True),
        ExceedsLimit,
        "This request may need 5 tokens, and the limit of tokens per minute for client:c is"
        " 3 tokens: it can never fit. Ask for less, or set a lower max_tokens.",
    ),
}


@pytest.mark.parametrize(("denial", "kind", "said"), TOLD.values(), ids=TOLD)
def test_a_denial_says_what_and_how_long(denial: Denial, kind: type, said: str) -> None:
    """Whose limit, how large it is, and when to come back."""
    refusal = denials.refusal(denial)

    assert (kind, said) == (type(refusal), str(refusal))
    if isinstance(refusal, LimitReached):
        assert (denial.wait or 0) / 1e6 == (refusal.retry_after or 0.0)


def test_the_tightest_limits_are_told() -> None:
    """Of requests and of tokens; a provider's own are not the caller's business, nor is money."""
    found = denials.left(
        (
            Headroom(line("tokens"), 2, 4.0),
            Headroom(line("requests"), 2, 1.0),
            Headroom(line("requests", "day", "deployment"), 1, 9.0),
            Headroom(line("requests", "minute", "provider:p"), 0, 0.0),
            Headroom(line("cost"), 0, 0.0),
        )
    )

    assert (Left("requests", 3, 1, 9.0), Left("tokens", 3, 2, 4.0)) == found


def test_a_limit_of_a_provider_is_known() -> None:
    """Another provider may have room."""
    assert [True, True, False] == [
        denials.of_provider(Denial(line("tokens", subject=subject), 1))
        for subject in ("provider:p", "key:ab", "client:provider:p")
    ]
