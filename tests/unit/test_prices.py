"""Which price a model has: its own name, its date taken off, and never another family's."""

import pytest

from src.domain.builtin import DEMO
from src.domain.catalogue import Provider
from src.domain.prices import Prices
from src.domain.pricing import Price, cost
from src.domain.receipt import Usage

GPT_4O, OLD_4O, O1 = Price(2_500_000, 10_000_000), Price(5_000_000, 15_000_000), Price(9, 9)
SONNET, SONNET_45 = Price(3, 15), Price(4, 16)
OWN, OTHERS = Price(1, 2), Price(7, 8)

LISTED = Prices(
    {
        "openai": {"gpt-4o": GPT_4O, "gpt-4o-2024-05-13": OLD_4O, "o1": O1},
        "anthropic": {"claude-sonnet-4": SONNET, "claude-sonnet-4-5": SONNET_45},
    }
)
OPENAI = Provider("openai", "https://api.openai.com/v1")
ANTHROPIC = Provider("anthropic", "https://api.anthropic.com/v1")


@pytest.mark.parametrize(
    ("provider", "model", "price"),
    [
        (OPENAI, "gpt-4o", GPT_4O),
        (OPENAI, "gpt-4o-2024-08-06", GPT_4O),
        (OPENAI, "gpt-4o-2024-05-13", OLD_4O),
        (OPENAI, "gpt-4o-latest", GPT_4O),
        (OPENAI, "o1-2024-12-17", O1),
        (ANTHROPIC, "claude-sonnet-4-20250514", SONNET),
        (ANTHROPIC, "claude-sonnet-4-5-20250929", SONNET_45),
        (ANTHROPIC, "claude-sonnet-4-5", SONNET_45),
        # Another family, or another model of it.
        (OPENAI, "gpt-4o-mini", None),
        (OPENAI, "gpt-4o-mini-2024-07-18", None),
        (OPENAI, "gpt-4o-audio-preview", None),
        (OPENAI, "gpt-4o-search-preview-2025-03-11", None),
        (OPENAI, "gpt-4", None),
        (OPENAI, "o1-mini", None),
        (OPENAI, "o1-pro-2025-03-19", None),
        (OPENAI, "o10", None),
        (ANTHROPIC, "claude-sonnet-4-6", None),
        (ANTHROPIC, "claude-sonnet-4-1", None),
        (ANTHROPIC, "claude-sonnet", None),
        # No dates, or not at the end, or two of them.
        (OPENAI, "gpt-4o-1024", None),
        (OPENAI, "gpt-4o-0806", None),
        (OPENAI, "gpt-4o-99999999", None),
        (OPENAI, "gpt-4o-2024-08-06-x", None),
        (OPENAI, "gpt-4o-2024-08-06\n", None),
        (OPENAI, "gpt-4o-2024-08-06-2024-08-06", None),
        (OPENAI, "ft:gpt-4o-2024-08-06:team::1", None),
        (OPENAI, "GPT-4o", None),
        (OPENAI, "", None),
        (OPENAI, "-2024-08-06", None),
        (OPENAI, "*", None),
        # A name is worth something at its own provider alone.
        (ANTHROPIC, "gpt-4o", None),
        (Provider("groq", "https://api.groq.com"), "gpt-4o", None),
    ],
)
def test_a_model_has_a_price(provider: Provider, model: str, price: Price | None) -> None:
    """By its name, or by its name without the date; else none."""
    assert price == LISTED.of(provider, model)


@pytest.mark.parametrize(
    ("model", "price"),
    [
        ("gpt-4o", OWN),
        ("gpt-4o-2024-08-06", OWN),
        # Its very own name counts for more, whoever said it.
        ("gpt-4o-2024-05-13", OLD_4O),
        ("o1", O1),
        ("o1-mini", OTHERS),
        ("*", OTHERS),
    ],
)
def test_the_operators_price_goes_first(model: str, price: Price) -> None:
    """And what has no price has the one of `*`."""
    mine = Provider("openai", "https://x.example", prices={"gpt-4o": OWN, "*": OTHERS})

    assert price == LISTED.of(mine, model)


def test_what_is_free_is_no_unknown() -> None:
    """The demo has a price: nothing."""
    assert 0 == LISTED.cost(DEMO, "demo/echo", Usage(10, 10))


def test_without_a_price_there_is_no_cost() -> None:
    """None, which is not nothing; but no tokens are nothing at any price."""
    assert cost(Usage(3, 4), GPT_4O) == LISTED.cost(OPENAI, "gpt-4o", Usage(3, 4))
    assert LISTED.cost(OPENAI, "gpt-5", Usage(3, 4)) is None
    assert LISTED.cost(OPENAI, "gpt-4o", None) is None
    assert 0 == LISTED.cost(OPENAI, "gpt-5", Usage())


def test_a_long_name_is_looked_at_once() -> None:
    """A caller may name a model as it likes: a megabyte of hyphens takes no time."""
    assert LISTED.of(OPENAI, "-2024" * 200_000) is None
