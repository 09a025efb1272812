"""What several of these modules are given."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from src.entrypoints.cli import cli
from src.entrypoints.commands.group import Around
from tests.support.cli import Invoke, Ran


@pytest.fixture
def ran() -> Ran:
    return Ran()


@pytest.fixture
def run(tmp_path: Path, ran: Ran) -> Invoke:
    def invoke(*words: str, **environ: str) -> Result:
        home = {"RELAY_DATA_DIR": str(tmp_path / "data"), **environ}
        return CliRunner().invoke(cli, words, obj=Around(home, tmp_path, ran))

    return invoke
