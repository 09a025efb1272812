"""`make check-vercel` finds a Python that Vercel runs, or says that the proof did not run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.vercel.pythons import python

ROOT = Path(__file__).resolve().parents[2]


def put(folder: Path, name: str, *, works: bool = True) -> Path:
    """A program of that name."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\nexit {0 if works else 127}\n")
    path.chmod(0o755)
    return path


def test_the_oldest_that_vercel_runs_goes_first(tmp_path: Path) -> None:
    """
    On PATH, whatever else is there; 3.11 is none of them.
    """
    put(tmp_path / "bin", "python3.11")
    newer = put(tmp_path / "bin", "python3.13")
    environ = {"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path)}

    assert newer == python(environ)

    older = put(tmp_path / "bin", "python3.12")

    assert older == python(environ)


def test_pyenvs_own_folder_goes_before_its_shims(tmp_path: Path) -> None:
    """
    A shim starts only what is chosen in the folder; of the real ones the newest is taken.
    """
    put(tmp_path / ".pyenv/shims", "python3.12", works=False)
    for version in ("3.12.9", "3.12.10"):
        put(tmp_path / f".pyenv/versions/{version}/bin", "python3.12")
    environ = {"PATH": str(tmp_path / ".pyenv/shims"), "HOME": str(tmp_path)}

    assert tmp_path / ".pyenv/versions/3.12.10/bin/python3.12" == python(environ)


def test_shims_show_where_pyenv_is(tmp_path: Path) -> None:
    """
    Also where it is in somebody else's home.
    """
    put(tmp_path / "pyenv/shims", "python3.12", works=False)
    real = put(tmp_path / "pyenv/versions/3.12.1/bin", "python3.12")

    assert real == python({"PATH": str(tmp_path / "pyenv/shims"), "HOME": str(tmp_path / "mine")})


def test_one_that_does_not_start_is_none(tmp_path: Path) -> None:
    """
    A stub that says that it is not installed is passed over.
    """
    put(tmp_path / "bin", "python3.12", works=False)

    assert python({"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path)}) is None


@pytest.mark.parametrize(("ci", "code"), [({}, 0), ({"CI": "1"}, 1)])
def test_without_one_the_last_line_says_so(tmp_path: Path, ci: dict[str, str], code: int) -> None:
    """
    The proof did not run; in CI that is a failure.
    """
    done = subprocess.run(
        [sys.executable, "-m", "tests.vercel"],
        cwd=ROOT,
        env={
            "PATH": str(tmp_path),
            "HOME": str(tmp_path),
            **ci,
            "LANG": os.environ.get("LANG", ""),
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert code == done.returncode
    assert "THE PROOF DID NOT RUN" in done.stdout.splitlines()[-1]
