"""What providers of one dialect do differently."""

import pytest

from src.domain.catalogue import Provider
from src.domain.traits import Traits, of


def at(base_url: str, model: str = "m", *, usage: bool = True) -> Traits:
    return of(Provider("any name", base_url, stream_usage=usage), model)


@pytest.mark.parametrize(
    "base_url",
    ["https://api.openai.com/v1", "https://mine.openai.azure.com/openai/v1"],
)
def test_openai_wants_the_new_name_of_the_bound(base_url: str) -> None:
    """Models that reason refuse the old one; what was thought is not wanted back."""
    found = at(base_url, "gpt-4o")

    assert ("max_completion_tokens", False, False) == (
        found.max_field,
        found.replays_reasoning,
        found.texts_only,
    )


@pytest.mark.parametrize(
    "base_url",
    [
        "https://api.deepseek.com/v1",
        "http://127.0.0.1:11434/v1",
        "https://api.openai.com.evil.example/v1",
        "https://notopenai.azure.com/v1",
        "https://evil.example/api.openai.com",
        "",
    ],
)
def test_all_others_get_what_every_imitator_reads(base_url: str) -> None:
    """The old name, content as one string, and its reasoning back (DeepSeek insists on it)."""
    assert Traits() == at(base_url, "o3")


@pytest.mark.parametrize(
    ("model", "reasons"),
    [
        *(("o1", True), ("o3-mini", True), ("o4-mini", True), ("gpt-5.4-nano", True)),
        *(("gpt-4o", False), ("gpt-4.1", False), ("gpt-3.5-turbo", False), ("omni", False)),
    ],
)
def test_which_of_openais_models_take_an_effort(model: str, reasons: bool) -> None:
    """The others refuse `reasoning_effort`."""
    assert reasons is at("https://api.openai.com/v1", model).reasons


def test_openrouter_reads_cache_marks() -> None:
    """Alone among the imitators."""
    assert at("https://openrouter.ai/api/v1").carries_cache_marks
    assert not at("https://api.openai.com/v1").carries_cache_marks


@pytest.mark.parametrize("host", ["api.openai.com", "openrouter.ai", "p.example"])
def test_the_operator_says_whether_usage_is_asked_for(host: str) -> None:
    """Of a stream; some providers refuse the option."""
    assert not at(f"https://{host}/v1", usage=False).ask_usage
    assert at(f"https://{host}/v1").ask_usage
