"""The sentences: the same in every language, the example and the documents true."""

import re
import string
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner

import src.locales
from src.entrypoints.cli import cli
from src.entrypoints.commands.group import Around
from src.entrypoints.settings import load
from src.entrypoints.settings.packaged import packaged
from src.entrypoints.settings.variables import VARIABLES
from src.locales import LANGUAGES, language, say

ROOT = Path(__file__).parents[2]
EXAMPLES = {
    "OPENAI_API_KEY": "k1",
    "OPENAI_SECOND_KEY": "k2",
    "GROQ_KEYS": "k3",
    "GROQ_API_KEY": "k4",
    "ANNAS_KEY": "0f8c9e2b7a6d5f4e3c2b1a09",
    "TEAM_KEY": "c51d77aa0be2449f83aa6e10",
}


def sentences(lang: str) -> dict[str, str]:
    return tomllib.loads(files(src.locales).joinpath(f"{lang}.toml").read_text("utf-8"))


def places(sentence: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(sentence) if name)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_says_the_same(lang: str) -> None:
    """
    All files have the same ids, in the same order, with the same placeholders.
    """
    mine, english = sentences(lang), sentences("en")

    assert list(english) == list(mine)
    assert {id: places(text) for id, text in english.items()} == {
        id: places(text) for id, text in mine.items()
    }


def test_no_sentence_is_unused() -> None:
    """
    Every id occurs in the code.
    """
    code = "".join(path.read_text("utf-8") for path in (ROOT / "src").rglob("*.py"))

    assert [] == [id for id in sentences("en") if f'"{id}"' not in code]


@pytest.mark.parametrize(
    ("environ", "lang"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_US", "RELAY_LANG": "zh"}, "zh"),
        ({"LANG": "fr_FR"}, "en"),
        ({"RELAY_LANG": " ", "LANG": "zh"}, "zh"),
    ],
)
def test_the_language_of_an_environment(environ: dict[str, str], lang: str) -> None:
    """
    RELAY_LANG, LC_ALL and LANG in this order; a language we do not have is English.
    """
    assert lang == language(environ)


def test_saying() -> None:
    """
    Values are filled in as they are, also braces; an unknown language is English.
    """
    assert "mend: {x}" == say("mend", mend="{x}")
    assert say("check_ok") == say("check_ok", "xx") != say("check_ok", "zh")
    with pytest.raises(KeyError):
        say("no such sentence")


def test_the_commands_speak_it(tmp_path: Path) -> None:
    """
    With a Chinese environment the check is Chinese.
    """
    found = CliRunner().invoke(cli, ["check"], obj=Around({"LANG": "zh_CN.UTF-8"}, tmp_path))

    assert say("check_ok", "zh") in found.output


@pytest.mark.parametrize("suffix", ["toml", "yaml"])
def test_every_line_of_the_example_is_sound(suffix: str, tmp_path: Path) -> None:
    """
    With every `#` taken away the example is still a sound configuration, the same in both formats.
    """
    full = {}
    for each in ("toml", "yaml"):
        text = re.sub(r"(?m)^#(?=[\w\[]|  )", "", packaged(f"example.{each}"))
        (tmp_path / f"full.{each}").write_text(text)
        full[each] = load(EXAMPLES, tmp_path, Path(f"full.{each}")).snapshot

    snapshot = full[suffix]
    assert full["toml"] == full["yaml"]
    assert ["openai", "groq", "deepseek"] == [p.name for p in snapshot.providers]
    assert (1, 1, 2, 1) == (
        len(snapshot.virtual_models),
        len(snapshot.routes),
        len(snapshot.client_keys),
        len(snapshot.limits),
    )


def test_the_documented_example_is_sound(tmp_path: Path) -> None:
    """
    Every TOML and YAML block of docs/configuration.md can be used as it stands.
    """
    page = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    blocks = re.findall(r"```(toml|yaml)\n(.*?)```", page, re.DOTALL)

    assert len(blocks) >= 2
    for suffix, text in blocks:
        (tmp_path / f"doc.{suffix}").write_text(text)
        load(EXAMPLES, tmp_path, Path(f"doc.{suffix}"))


def test_every_variable_is_documented() -> None:
    """
    docs/configuration.md names each variable of the table.
    """
    page = (ROOT / "docs" / "configuration.md").read_text("utf-8")

    assert [] == [v.name for v in VARIABLES if f"`{v.name}`" not in page]


def test_the_example_environment_sets_nothing(tmp_path: Path) -> None:
    """
    .env.example can be copied as it is: it parses, and every name in it is known.
    """
    text = (ROOT / ".env.example").read_text("utf-8")
    (tmp_path / ".env").write_text(text)

    assert () == load({}, tmp_path).notices
    named = set(re.findall(r"(?m)^#?([A-Z][A-Z0-9_]+)=", text))
    assert set() == named - {variable.name for variable in VARIABLES}
