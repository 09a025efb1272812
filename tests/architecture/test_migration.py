"""The guide for those who come from ai-relay, and the doctor's page, tell what the code does."""

import re
from pathlib import Path
from typing import get_args

import click
import pytest

from src.domain.diagnosis.findings import Group, Level
from src.entrypoints.cli import cli
from src.entrypoints.settings.variables import VARIABLES
from tests.unit.test_settings_variables import ORIGINAL

DOCS = Path(__file__).resolve().parents[2] / "docs"
GUIDE = (DOCS / "migrate-from-ai-relay.md").read_text("utf-8")
OPERATIONS = (DOCS / "operations.md").read_text("utf-8")


def options(command: click.Command) -> set[str]:
    """Its own, and those of all commands below it."""
    own = {option for param in command.params for option in param.opts}
    below = command.commands.values() if isinstance(command, click.Group) else ()
    return own.union(*map(options, below))


def test_every_variable_of_the_original_is_in_the_guide() -> None:
    """What becomes of each is said as the table in the code has it, and of no others."""
    known = {variable.name: variable for variable in VARIABLES}
    rows = re.findall(r"^\| `([A-Z_]+)` \| (\w+) \| (.*?) ?\|$", GUIDE, re.MULTILINE)

    assert {(name, known[name].role, known[name].says) for name in ORIGINAL} == set(rows)
    assert len(ORIGINAL) == len(rows)


@pytest.mark.parametrize("name", ["migrate-from-ai-relay.md", "operations.md"])
def test_every_command_that_is_named_is_there(name: str) -> None:
    """Each `airelay ...` on these pages is a command, with options that it has."""
    page = (DOCS / name).read_text("utf-8")

    assert set() < set(re.findall(r"\bairelay ([a-z]+)", page)) <= set(cli.commands)
    assert set(re.findall(r"`(--[a-z-]+)", page)) <= options(cli)


def test_the_shape_of_the_json_is_described() -> None:
    """Every group and level that a program may meet is on the page."""
    for word in (*get_args(Group), *get_args(Level)):
        assert f"`{word}`" in OPERATIONS
