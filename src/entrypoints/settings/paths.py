"""What a document is made of, and how the place of a value in it is written for people."""

import json
import re

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None

Path = tuple[str | int, ...]


def under(path: str, name: str) -> str:
    """The path of a field below another; a name with odd characters stands in quotes."""
    name = name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name, ensure_ascii=False)
    return f"{path}.{name}" if path else name


def path_text(parts: Path) -> str:
    """`providers[1].keys[0]`."""
    path = ""
    for part in parts:
        path = f"{path}[{part}]" if isinstance(part, int) else under(path, part)
    return path
