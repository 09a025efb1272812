"""Which Python the function is built for and run by: Vercel's are 3.12 and up."""

import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

#: In the order they are looked for: Vercel's default first.
VERSIONS = ("3.12", "3.13", "3.14")


def python(environ: Mapping[str, str] = os.environ) -> Path | None:
    """The first that starts; None where there is none."""
    return next((found for found in _places(environ) if _starts(found)), None)


def _places(environ: Mapping[str, str]) -> Iterator[Path]:
    """pyenv's own folders before its shims, which start only what is chosen in the folder."""
    folders = environ.get("PATH", "").split(os.pathsep)
    path = os.pathsep.join(p for p in folders if not p.endswith("/shims"))
    for version in VERSIONS:
        name = f"python{version}"
        if found := shutil.which(name, path=path):
            yield Path(found)
        for versions in _versions(environ, folders):
            yield from _newest_first(versions.glob(f"{version}.*/bin/{name}"))


def _versions(environ: Mapping[str, str], folders: Iterable[str]) -> Iterator[Path]:
    """Where pyenv keeps them: as it says, as its shims show, or at home."""
    if said := environ.get("PYENV_ROOT"):
        yield Path(said) / "versions"
    yield from (Path(p).parent / "versions" for p in folders if p.endswith("/shims"))
    yield Path(environ.get("HOME", "/")) / ".pyenv/versions"


def _newest_first(paths: Iterable[Path]) -> list[Path]:
    return sorted(paths, key=lambda path: _number(path.parts[-3]), reverse=True)


def _number(version: str) -> tuple[int, ...]:
    """`3.12.10` is newer than `3.12.9`; what is no number (`3.13.0t`, `3.14-dev`) comes last."""
    parts = version.split(".")
    return tuple(map(int, parts)) if all(part.isdigit() for part in parts) else ()


def _starts(path: Path) -> bool:
    """Is it there, and no stub that says that it is not installed?"""
    try:
        done = subprocess.run([path, "-c", ""], capture_output=True, timeout=30, check=False)
    except OSError:
        return False
    return done.returncode == 0
