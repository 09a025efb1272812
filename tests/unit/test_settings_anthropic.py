"""Anthropic among the providers: its variables, the dialect of a provider, strict translation."""

from pathlib import Path

import pytest

from src.domain.catalogue import Provider
from src.domain.errors import ConfigurationError
from src.entrypoints.settings import Settings, load

#: In the order in which they are read.
KEYS = ("ANTHROPIC_API_KEY", "ANTHROPIC_KEYS", "CLAUDE_API_KEY", "CLAUDE_KEYS")


def read(folder: Path, **environ: str) -> Settings:
    return load({"HOME": str(folder), **environ}, folder)


def only(folder: Path, **environ: str) -> Provider:
    found = read(folder, **environ)
    assert [] == [notice for notice in found.notices if "CLAUDE" in notice or "ANTHR" in notice]
    (provider,) = found.snapshot.providers
    return provider


@pytest.mark.parametrize("variable", KEYS)
def test_a_key_is_all_anthropic_needs(variable: str, tmp_path: Path) -> None:
    """
    Under its own name or its model's; address, dialect and header are known.
    """
    found = only(tmp_path, **{variable: "sk-ant-1"})

    assert (
        "anthropic",
        "https://api.anthropic.com/v1",
        "anthropic_messages",
        "x-api-key",
        ("claude-",),
        variable,
    ) == (
        found.name,
        found.base_url,
        found.dialect,
        found.header_style,
        found.prefixes,
        found.keys[0].label,
    )


def test_keys_of_all_variables_make_one_pool(tmp_path: Path) -> None:
    """
    Each secret once.
    """
    found = only(tmp_path, **{name: f"all,{name}" for name in KEYS})

    assert ["all", *KEYS] == [key.secret for key in found.keys]


@pytest.mark.parametrize("variable", ["ANTHROPIC_BASE_URL", "CLAUDE_BASE_URL"])
@pytest.mark.parametrize("said", ["https://mine.example", "https://mine.example/v1"])
def test_its_address(variable: str, said: str, tmp_path: Path) -> None:
    """
    With the path or without, as Anthropic's own SDKs take it.
    """
    found = only(tmp_path, **{variable: said, "CLAUDE_KEYS": "k"})

    assert "https://mine.example/v1" == found.base_url


def test_its_own_variable_goes_first(tmp_path: Path) -> None:
    """
    Where two addresses are said, the one of its own name.
    """
    found = only(
        tmp_path,
        ANTHROPIC_BASE_URL="https://own.example/v1",
        CLAUDE_BASE_URL="https://other.example/v1",
        CLAUDE_KEYS="k",
    )

    assert "https://own.example/v1" == found.base_url


@pytest.mark.parametrize("variable", ["ANTHROPIC_BASE_URL", "CLAUDE_BASE_URL"])
def test_a_wrong_address_is_named(variable: str, tmp_path: Path) -> None:
    """
    By the variable it came from.
    """
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path, **{variable: "ftp://x", "CLAUDE_KEYS": "k"})

    assert [variable] == [problem.path for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("said", "dialect"),
    [
        ("dialect: anthropic_messages", "anthropic_messages"),
        ("dialect: anthropic", "anthropic_messages"),
        ("dialect: openai_chat", "openai_chat"),
        ("dialect: openai", "openai_chat"),
        ("enabled: true", "openai_chat"),
    ],
)
def test_a_provider_of_the_file_says_its_dialect(said: str, dialect: str, tmp_path: Path) -> None:
    """
    OpenAI's where it says none: nearly all speak it.
    """
    (tmp_path / "relay.yaml").write_text(
        f"providers: {{mine: {{base_url: 'https://m.example/anthropic/v1', keys: [k], {said}}}}}"
    )

    found = only(tmp_path)

    assert (dialect, "https://m.example/anthropic/v1") == (found.dialect, found.base_url)


def test_an_unknown_dialect_is_a_mistake(tmp_path: Path) -> None:
    """
    With its place.
    """
    (tmp_path / "relay.yaml").write_text(
        "providers: {mine: {base_url: 'https://m.example/v1', keys: [k], dialect: klingon}}"
    )
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path)

    assert ["providers.mine.dialect"] == [problem.path for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("file", "variable", "strict"),
    [
        ("", "", True),
        ("server: {strict_translation: true}", "", True),
        ("server: {strict_translation: false}", "", False),
        ("server: {strict_translation: false}", "1", True),
        ("server: {strict_translation: true}", "off", False),
        ("", "0", False),
    ],
)
def test_strict_translation(file: str, variable: str, strict: bool, tmp_path: Path) -> None:
    """
    On unless it is said otherwise; the environment goes over the file.
    """
    (tmp_path / "relay.yaml").write_text(file)

    assert strict is read(tmp_path, RELAY_STRICT_TRANSLATION=variable).strict_translation
