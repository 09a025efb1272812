"""The wheel: `src` under the name `airelay`, with everything it needs in it."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from src import __version__

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built and unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def run(installed: Path, *words: str) -> str:
    """What the unpacked package's command prints."""
    return subprocess.run(
        [sys.executable, "-m", "airelay", *words],
        cwd=installed,
        env={"PYTHONPATH": str(installed), "HOME": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_nothing_generic_reaches_the_environment(installed: Path) -> None:
    """One package, named airelay, and its metadata; nothing else at the top."""
    top = {path.name for path in installed.iterdir()}

    assert {"airelay", f"airelay-{__version__}.dist-info"} == top


def test_every_file_of_the_package_is_in_it(installed: Path) -> None:
    """Sources and data alike: what is tracked under src is what is installed."""
    tracked = subprocess.run(
        ["git", "ls-files", "src"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    packed = {
        f"src/{path.relative_to(installed / 'airelay')}"
        for path in (installed / "airelay").rglob("*")
        if path.is_file()
    }

    assert set() == set(tracked) - packed


def test_the_installed_command_works(installed: Path) -> None:
    """It knows its version, and finds its example, its schema and its sentences."""
    assert f"airelay {__version__}" in run(installed, "version")
    assert "relay.toml" in run(installed, "init")
    assert run(installed, "check")
