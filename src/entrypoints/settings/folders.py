"""Where the data folder is, on each platform."""

import sys
from collections.abc import Mapping
from pathlib import Path


def data_dir(environ: Mapping[str, str], folder: Path, *, platform: str = sys.platform) -> Path:
    """RELAY_DATA_DIR (relative to `folder`), else the platform's place for a user's data. Nothing
    is created."""
    if said := environ.get("RELAY_DATA_DIR", "").strip():
        return folder / _expanded(Path(said), environ, folder)
    if platform == "win32" and (local := environ.get("LOCALAPPDATA")):
        return Path(local) / "airelay"
    home = _home(environ, folder)
    if platform == "win32":
        return home / "AppData" / "Local" / "airelay"
    if platform == "darwin":
        return home / "Library" / "Application Support" / "airelay"
    base = Path(environ.get("XDG_DATA_HOME") or "")
    # The XDG base directory specification: a relative path is to be ignored.
    return (base if base.is_absolute() else home / ".local" / "share") / "airelay"


def _expanded(path: Path, environ: Mapping[str, str], folder: Path) -> Path:
    return _home(environ, folder).joinpath(*path.parts[1:]) if path.parts[:1] == ("~",) else path


def _home(environ: Mapping[str, str], folder: Path) -> Path:
    if said := environ.get("HOME") or environ.get("USERPROFILE"):
        return Path(said)
    try:
        return Path.home()
    except RuntimeError:  # a process without a user
        return folder / ".airelay"
