"""`${VAR}` and `${VAR:-default}` in the strings of a configuration file; `$${` is a plain `${`."""

import re
from collections.abc import Mapping

from ...domain.errors import Problem
from .paths import Json, Path, path_text

_MARK = re.compile(r"\$(?:\$\{|\{([^}]*)(\})?)")
_NAME = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?", re.DOTALL)


def expand(value: Json, environ: Mapping[str, str], faults: list[Problem], path: Path = ()) -> Json:
    """The value with every mark replaced, once: what a variable holds is not expanded again.
    A missing variable is a fault at its path and leaves "" behind; an empty
    one takes the default."""
    match value:
        case str():
            return _text(value, environ, faults, path)
        case dict():
            return {k: expand(v, environ, faults, (*path, k)) for k, v in value.items()}
        case list():
            return [expand(v, environ, faults, (*path, i)) for i, v in enumerate(value)]
    return value


def _text(text: str, environ: Mapping[str, str], faults: list[Problem], path: Path) -> str:
    def replaced(mark: re.Match[str]) -> str:
        if mark[0] == "$${":
            return "${"
        parts = _NAME.fullmatch(mark[1]) if mark[2] else None
        if parts is None:
            mend = "Write `${NAME}` or `${NAME:-default}`; a plain `${` is `$${`."
            faults.append(Problem(path_text(path), "has a `${` that names no variable.", mend))
            return ""
        if environ.get(parts[1]):
            return environ[parts[1]]
        if parts[2] is None and parts[1] not in environ:
            mend = f"Set {parts[1]}, or write `${{{parts[1]}:-default}}`."
            faults.append(Problem(path_text(path), f"{parts[1]} is not set.", mend))
        return parts[2] or ""

    return _MARK.sub(replaced, text)
