"""Adds lines to `.env`: readable by its owner alone, and nothing that is there is changed."""

import os
import re
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

from dotenv import dotenv_values

#: Written as they are; anything else stands in single quotes, in which nothing is expanded.
_PLAIN = re.compile(r"[A-Za-z0-9_./:@%+=,-]+")


class NotAdded(Exception):
    """The file cannot be read or written; `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def added(path: Path, values: Mapping[str, str]) -> list[str]:
    """Appends those that the file does not name yet, and answers their names. The file is made
    where there is none; its mode is then 0600, whatever it was. Raises NotAdded."""
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(file, "r+", encoding="utf-8", newline="") as target:
            path.chmod(0o600)  # before anything secret is in it
            target.seek(0)
            before = target.read()
            known = dotenv_values(stream=StringIO(before), interpolate=False)
            missing = {name: value for name, value in values.items() if not known.get(name)}
            if missing:
                gap = "" if before.endswith("\n") or not before else "\n"
                lines = (f"{name}={_quoted(value)}\n" for name, value in missing.items())
                target.write(gap + "".join(lines))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise NotAdded(reason or "") from error
    return list(missing)


def _quoted(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
