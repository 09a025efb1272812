"""Prices: those that the package knows, and those that people write."""

import tomllib
from datetime import date
from pathlib import Path
from random import Random

import pytest

from src.domain import builtin, validation
from src.domain.catalogue import Provider, Snapshot
from src.domain.errors import ConfigurationError
from src.domain.pricing import MOST_PRICE, Price
from src.entrypoints.settings import Settings, load
from src.entrypoints.settings.packaged import packaged
from src.entrypoints.settings.prices import public

STRONG = "0f8c9e2b7a6d5f4e3c2b1a09"
LISTED = tomllib.loads(packaged("prices.toml"))
COST = '[[limits]]\nsubject = "deployment"\nmetric = "cost"\nwindow = "day"\nlimit = 5\n'


def read(folder: Path, text: str, **environ: str) -> Settings:
    (folder / "relay.toml").write_text(text)
    return load({"OPENAI_API_KEY": "k", "RELAY_API_KEY": STRONG, **environ}, folder)


def groq(prices: str) -> str:
    return (
        "[[providers]]\nname = 'groq'\nbase_url = 'https://x.example/v1'\nkeys = ['k']\n"
        f"models = ['llama', 'qwen']\n{prices}"
    )


@pytest.mark.parametrize(
    ("written", "limit"),
    [
        ('"$5"', 5 * 10**9),
        ('"$0.50"', 5 * 10**8),
        ('"$0.000000001"', 1),
        ('"$999999999.999999999"', 10**18 - 1),
        ("5_000_000_000", 5 * 10**9),
    ],
)
def test_a_limit_of_money_is_written_in_dollars(tmp_path: Path, written: str, limit: int) -> None:
    """To the ninth decimal; a number is in nano-USD."""
    settings = read(tmp_path, COST.replace("limit = 5", f"limit = {written}"))

    assert [limit] == [one.limit for one in settings.snapshot.limits]


@pytest.mark.parametrize(
    ("metric", "written"),
    [("cost", "5"), ("cost", "$1.0000000001"), ("cost", "$-1"), ("tokens", "$5")],
)
def test_what_is_no_money_is_refused(tmp_path: Path, metric: str, written: str) -> None:
    """By name, also where something else is counted."""
    text = COST.replace("limit = 5", f'limit = "{written}"').replace('"cost"', f'"{metric}"')

    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path, text)

    assert ["limits[0].limit"] == [problem.path for problem in caught.value.problems]


@pytest.mark.parametrize("provider", sorted(LISTED))
def test_public_prices_have_a_date_and_a_page(provider: str) -> None:
    """So that anybody can see how old they are, and look again; each is of a built-in provider."""
    entry = LISTED[provider]

    assert isinstance(entry["date"], date)
    assert entry["source"].startswith("https://")
    assert provider in builtin.PROVIDERS
    assert entry["models"]


def test_public_prices_are_sound() -> None:
    """Output is no cheaper than input, the cache is, and writing to it is not."""
    for provider, prices in public().public.items():
        record = Provider(provider, "https://x.example", prices=prices)
        assert () == validation.problems(Snapshot((record,)))
        for price in prices.values():
            assert 0 < price.read <= price.input <= price.written <= price.output


@pytest.mark.parametrize(
    ("provider", "model", "price"),
    [
        ("openai", "gpt-4o-mini", Price(150_000, 600_000, cached=75_000)),
        ("openai", "gpt-5-nano", Price(50_000, 400_000, cached=5_000)),
        (
            "anthropic",
            "claude-sonnet-4-5-20250929",
            Price(3_000_000, 15_000_000, cached=300_000, cache_write=3_750_000),
        ),
        ("deepseek", "deepseek-v4-pro", Price(1_320_000, 3_960_000, cached=44_000)),
        ("anthropic", "claude-haiku-5-5", None),
        ("xiaomi", "mimo-v2", None),
    ],
)
def test_public_prices_are_exact(provider: str, model: str, price: Price | None) -> None:
    """As the lists have them, in pico-USD per token."""
    assert price == public().of(builtin.PROVIDERS[provider], model)


@pytest.mark.parametrize(
    ("written", "price"),
    [
        ("input = 2.50, output = 10.00, cached = 1.25", Price(2_500_000, 10_000_000, 1_250_000)),
        ("input = 0, output = 0", Price(0, 0)),
        ("input = 3, output = 15, cache_write = 3.75", Price(3 * 10**6, 15 * 10**6, None, 3750000)),
        # What floats cannot say: 0.1 + 0.2, and one in a million.
        ("input = 0.1, output = 0.3", Price(100_000, 300_000)),
        ("input = 0.000001, output = 1e-6", Price(1, 1)),
        ("input = 0.003625, output = 99999.999999", Price(3625, 99_999_999_999)),
        ("input = 100000, output = 100000.0", Price(MOST_PRICE, MOST_PRICE)),
    ],
)
def test_prices_are_read_as_they_are_written(tmp_path: Path, written: str, price: Price) -> None:
    """To the sixth decimal, in a list of providers as in a table."""
    settings = read(tmp_path, groq(f"[providers.prices]\nllama = {{ {written} }}\n"))

    assert {"llama": price} == settings.snapshot.providers[0].prices


def test_every_price_of_six_decimals_is_exact(tmp_path: Path) -> None:
    """Of all sizes: a float's text is what was written."""
    dice = Random(5)
    said = [dice.randrange(10 ** dice.randint(1, 11)) for _ in range(2000)]
    listed = ", ".join(
        f"m{i} = {{ input = {n // 10**6}.{n % 10**6:06}, output = 0 }}" for i, n in enumerate(said)
    )
    found = read(tmp_path, groq(f"prices = {{ {listed} }}\n")).snapshot.providers[0].prices

    assert said == [price.input for price in found.values()]


@pytest.mark.parametrize(
    ("written", "path", "what"),
    [
        ("input = -1, output = 1", "input", "must be 0 or more"),
        ("input = 1, output = 100001", "output", "must be 100000 or less"),
        ("input = 0.0000025, output = 1", "input", "more than six decimals"),
        ("input = 1, output = 1, cached = 1e-9", "cached", "more than six decimals"),
        ("input = '1', output = 1", "input", "must be a number"),
        ("input = 1", "output", "is missing"),
        ("input = 1, output = 1, reasoning = 1", "reasoning", "is not a known field"),
    ],
)
def test_a_price_that_cannot_be_is_a_mistake(
    tmp_path: Path, written: str, path: str, what: str
) -> None:
    """At its place; a price per token in place of one per million shows by its decimals."""
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path, groq(f'[providers.prices."a/b.c"]\n{written.replace(", ", chr(10))}\n'))

    (problem,) = caught.value.problems
    assert f'providers[0].prices."a/b.c".{path}' == problem.path
    assert what in problem.what


def test_a_price_of_nobody_is_a_mistake(tmp_path: Path) -> None:
    """A provider that is misspelt has no address."""
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path, '[providers.opnai.prices."gpt-4o"]\ninput = 1\noutput = 1\n')

    assert ["providers.opnai.base_url"] == [problem.path for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("price", "what"), [(Price(-1, 0), "is below 0"), (Price(0, 0, cached=10**12), "is more than")]
)
def test_a_saved_price_is_looked_at_too(price: Price, what: str) -> None:
    """Whoever saved it, and however."""
    snapshot = Snapshot((Provider("p", "https://x.example", prices={"m": price}),))
    (problem,) = validation.problems(snapshot)

    assert ("providers[0].prices.m", True) == (problem.path, what in problem.what)


def test_what_has_no_price_is_said_where_there_is_a_limit_on_cost(tmp_path: Path) -> None:
    """Declared models, and those of virtual models; and what becomes of them."""
    plan = "[virtual_models.v]\ntargets = ['groq/other', 'openai/gpt-4o', 'openai/gpt-7']\n"
    text = groq("[providers.prices]\nllama = { input = 1, output = 1 }\n") + plan
    said = "No price is known for `groq/other`, `groq/qwen`, `openai/gpt-7`: limits on cost"

    assert not any("price" in notice for notice in read(tmp_path, text).notices)
    for unknown, does in (("zero", "count them as 0"), ("refuse", "refuse them")):
        notices = read(tmp_path, text + COST, RELAY_UNKNOWN_PRICE=unknown).notices
        assert f"{said} {does}. Give them `prices`." in notices


def test_many_without_a_price_are_counted(tmp_path: Path) -> None:
    """A notice is a line, not a page."""
    text = groq("").replace("'qwen'", ", ".join(f"'m{i}'" for i in range(9)))
    (notice,) = [n for n in read(tmp_path, text + COST).notices if "price" in n]

    assert "`groq/m3` and 5 more: limits" in notice


@pytest.mark.parametrize(
    ("file", "variable", "means"),
    [
        ("", "", "zero"),
        ("refuse", "", "refuse"),
        ("refuse", "zero", "zero"),
        ("", "refuse", "refuse"),
    ],
)
def test_what_an_unknown_price_means(tmp_path: Path, file: str, variable: str, means: str) -> None:
    """Nothing unless it is said; the environment goes over the file."""
    text = f"[server]\nunknown_price = '{file}'\n" if file else ""

    assert means == read(tmp_path, text, RELAY_UNKNOWN_PRICE=variable).unknown_price
