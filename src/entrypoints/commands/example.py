"""Writes a commented example configuration, with the schema beside it for the editor."""

from pathlib import Path

from ..settings.packaged import packaged
from ..settings.sources import NAMES

SCHEMA = "relay.schema.json"


class NotWritten(Exception):
    """The example was not written; `id` and `file` make the sentence that says why."""

    def __init__(self, id: str, file: str, reason: str = "") -> None:
        super().__init__(id)
        self.id = id
        self.file = file
        self.reason = reason


def write_example(folder: Path, suffix: str, *, force: bool) -> Path:
    """Writes relay.<suffix> and relay.schema.json into the folder and answers the former's path.
    Raises NotWritten rather than overwrite (unless `force`) or make a second configuration."""
    path = folder / f"relay.{suffix}"
    for name in NAMES:
        if name != path.name and (folder / name).exists():
            raise NotWritten("init_other", name)
    try:
        if force:
            path.unlink(missing_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(packaged(f"example.{suffix}"))
        (folder / SCHEMA).write_text(packaged(SCHEMA), encoding="utf-8", newline="\n")
    except FileExistsError as error:
        raise NotWritten("init_exists", path.name) from error
    except OSError as error:
        raise NotWritten("init_failed", path.name, error.strerror or "") from error
    return path
