"""The Deploy buttons of both READMEs are those of the one address; vercel.json fits the code."""

import json
from pathlib import Path

import pytest

from src.adapters.http.routes import match
from src.entrypoints.environments import PLATFORM_END
from src.entrypoints.settings.variables import NAMES
from tests.support.button import ASKED, PAGES, ROOT, button, buttons

VERCEL = json.loads((ROOT / "vercel.json").read_bytes())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_button_stands_in_the_readme(page: Path) -> None:
    """
    Once, and with the address of pyproject.toml; else: `make button`.
    """
    assert [button()] == buttons(page)


def test_the_button_asks_for_what_is_read() -> None:
    """
    Each variable that it asks for means something.
    """
    assert set() == set(ASKED) - NAMES


def test_what_vercel_json_says_is_there() -> None:
    """
    The jobs are paths of ours, the entry is the one that is built, its time the one assumed.
    """
    ((entry, told),) = VERCEL["functions"].items()

    assert ["operator"] == [match("GET", one["path"]).route.policy for one in VERCEL["crons"]]
    assert (ROOT / entry).is_file()
    assert PLATFORM_END == told["maxDuration"]
