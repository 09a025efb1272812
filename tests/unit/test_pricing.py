"""Tokens to money: every part at its own price, rounded up once, never more than was reserved."""

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from src.domain.pricing import MOST_COST, MOST_PRICE, Price, cost, reservation, usd
from src.domain.receipt import Usage

#: GPT-4o mini and Claude Sonnet 4.5, in pico-USD per token.
MINI = Price(input=150_000, output=600_000, cached=75_000)
SONNET = Price(input=3_000_000, output=15_000_000, cached=300_000, cache_write=3_750_000)

TOKENS = st.integers(0, 10**7)
PRICES = st.builds(
    Price,
    input=st.integers(0, 10**8),
    output=st.integers(0, 10**8),
    cached=st.none() | st.integers(0, 10**8),
    cache_write=st.none() | st.integers(0, 10**8),
)
USAGES = st.builds(
    Usage,
    input_tokens=TOKENS,
    output_tokens=TOKENS,
    cached_tokens=TOKENS,
    reasoning_tokens=TOKENS,
    cache_write_tokens=TOKENS,
)


@pytest.mark.parametrize(
    ("usage", "price", "nano"),
    [
        (Usage(), MINI, 0),
        (Usage(1, 0), MINI, 150),
        (Usage(0, 1), MINI, 600),
        (Usage(1000, 500), MINI, 450_000),
        # Cached tokens are part of the input.
        (Usage(1000, 500, cached_tokens=800), MINI, 200 * 150 + 800 * 75 + 500 * 600),
        # Reasoning is part of the output.
        (Usage(10, 500, reasoning_tokens=400), MINI, 10 * 150 + 500 * 600),
        (
            Usage(1000, 10, cached_tokens=600, cache_write_tokens=300),
            SONNET,
            100 * 3000 + 600 * 300 + 300 * 3750 + 10 * 15_000,
        ),
        # Where there is no price of its own it costs what input costs.
        (Usage(1000, 0, cache_write_tokens=300), MINI, 150_000),
        # More parts than the whole: no more than the whole is billed.
        (Usage(10, 0, cached_tokens=1000), MINI, 10 * 75),
        (Usage(10, 0, cached_tokens=6, cache_write_tokens=99), SONNET, 6 * 300 + 4 * 3750),
        # Free is a price.
        (Usage(10**6, 10**6), Price(0, 0), 0),
        (Usage(100, 100, cached_tokens=100), Price(5000, 5000, cached=0), 500),
        # Rounded up, once: 2.8 + 0.28 nano-USD are 3.08.
        (Usage(1, 1), Price(2800, 280), 4),
        (Usage(1, 0), Price(1, 0), 1),
        (Usage(1000, 0), Price(1, 0), 1),
        (Usage(1001, 0), Price(1, 0), 2),
        (Usage(1, 1, 1, cache_write_tokens=0), Price(1, 1, 1), 1),
        # Nonsense has an end.
        (Usage(10**12, 10**12), Price(MOST_PRICE, MOST_PRICE), MOST_COST),
    ],
)
def test_what_was_used_costs(usage: Usage, price: Price, nano: int) -> None:
    """In nano-USD, worked out by hand."""
    assert nano == cost(usage, price)


@given(USAGES, PRICES)
def test_it_never_costs_less_than_nothing(usage: Usage, price: Price) -> None:
    """Whatever was said to be cached, written or thought."""
    assert 0 <= cost(usage, price) <= MOST_COST


@given(USAGES, PRICES, TOKENS, TOKENS)
def test_more_costs_more(usage: Usage, price: Price, input: int, output: int) -> None:
    """Or as much; never less."""
    more = evolve(
        usage,
        input_tokens=usage.input_tokens + input,
        output_tokens=usage.output_tokens + output,
    )

    assert cost(usage, price) <= cost(more, price)


@given(USAGES, USAGES, PRICES)
def test_two_halves_cost_as_much_as_the_whole(a: Usage, b: Usage, price: Price) -> None:
    """But for the rounding: a nano-USD more at most."""
    a, b = _sound(a), _sound(b)
    both = Usage(
        a.input_tokens + b.input_tokens,
        a.output_tokens + b.output_tokens,
        a.cached_tokens + b.cached_tokens,
        cache_write_tokens=a.cache_write_tokens + b.cache_write_tokens,
    )

    assert 0 <= cost(a, price) + cost(b, price) - cost(both, price) <= 1


@given(USAGES, PRICES, TOKENS, TOKENS)
def test_what_is_reserved_is_enough(usage: Usage, price: Price, input: int, output: int) -> None:
    """For any usage within the bounds, however its input is counted."""
    within = evolve(
        usage,
        input_tokens=min(usage.input_tokens, input),
        output_tokens=min(usage.output_tokens, output),
    )

    assert cost(within, price) <= reservation(input, output, price)


def test_what_is_reserved_is_the_dearest_there_can_be() -> None:
    """All of the input written to the cache, all of the output made; or all of it read from it."""
    assert 100 * 3750 + 50 * 15_000 == reservation(100, 50, SONNET)
    assert 100 * 150 + 50 * 600 == reservation(100, 50, MINI)
    assert 100 * 9 == reservation(100, 50, Price(1000, 0, cached=9000))


@pytest.mark.parametrize(
    ("nano", "text"),
    [
        (0, "0.000000000"),
        (1, "0.000000001"),
        (123_400, "0.000123400"),
        (10**9, "1.000000000"),
        (12_345_678_901, "12.345678901"),
        (-5, "-0.000000005"),
        (MOST_COST, "100000.000000000"),
    ],
)
def test_dollars_are_told_to_the_last_digit(nano: int, text: str) -> None:
    """Nothing is lost on the way to whoever adds them up."""
    assert text == usd(nano)


def _sound(usage: Usage) -> Usage:
    """Parts that are no more than the whole."""
    cached = min(usage.cached_tokens, usage.input_tokens)
    written = min(usage.cache_write_tokens, usage.input_tokens - cached)
    return evolve(usage, cached_tokens=cached, cache_write_tokens=written)
