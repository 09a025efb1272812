"""Looks at this machine: Python, libraries, file descriptors, permissions, free space."""

import os
import shutil
import stat
import sys
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ...domain.diagnosis.machine import Folder, Machine

#: What a relay stands on; the last two only where it is a server.
LIBRARIES = ("attrs", "httpx", "httptools", "msgspec", "quart", "upstash-redis")
OF_SERVERS = ("uvicorn", "redis")


def look(*, server: bool, files: Iterable[Path], folder: Path | None) -> Machine:
    """`server`: it serves from here; `files`: those that may hold secrets; `folder`: where the
    books are a file."""
    names = (*LIBRARIES, *OF_SERVERS) if server else LIBRARIES
    return Machine(
        python=sys.version_info[:2],
        libraries={name: _version(name) for name in names},
        zones=_zones(),
        descriptors=_descriptors() if server else None,
        files={path.name: mode for path in files if (mode := _mode(path)) is not None},
        folder=None if folder is None else _folder(folder),
    )


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _zones() -> bool:
    """Windows has no time zones of its own, slim images often none."""
    try:
        ZoneInfo("Europe/Berlin")
    except (ZoneInfoNotFoundError, OSError):
        return False
    return True


def _descriptors() -> int | None:
    """How many files one process may open once it has asked for all that it may have."""
    try:
        import resource  # not on Windows
    except ImportError:
        return None
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 1 << 20 if most == resource.RLIM_INFINITY else most


def _mode(path: Path) -> int | None:
    """Its permissions; None: it is not there, or this system has none of that kind."""
    try:
        return None if os.name == "nt" else stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return None


def _folder(path: Path) -> Folder:
    """Nothing is made: where it is not there yet, the nearest one above it has to be writable."""
    nearest = next((each for each in (path, *path.parents) if each.exists()), path)
    try:
        free = shutil.disk_usage(nearest).free
    except OSError:
        free = None
    there = path.is_dir()
    writable = nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)
    return Folder(str(path), there, writable, _mode(path) if there else None, free)
