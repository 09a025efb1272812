"""docs/reference.md, made of the schema of the configuration; `make reference` writes it."""

import json
from pathlib import Path

from .golden import Json

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "src/entrypoints/settings/relay.schema.json"
PAGE = ROOT / "docs/reference.md"
_REFERENCE = "#/$defs/"
_HEAD = """\
# Configuration reference

Every field of `relay.toml`, `relay.yaml` or `relay.json`, written by `make reference` from the
schema that `airelay init` puts beside the file. How they work together, the usual waits, and every
variable of the environment: [configuration.md](configuration.md).

"–" is a field without a default here. Any text may say `${NAME}` or
`${NAME:-default}`.
"""
_COLUMNS = "| field | type | default | what it is |\n|---|---|---|---|\n"


def reference(schema: Json) -> str:
    """The whole page: the file itself, then each of its objects."""
    kinds = schema["$defs"]
    objects = {name: kind for name, kind in kinds.items() if "properties" in kind}
    parts = [_section("The file", schema, kinds)]
    parts += [_section(name, kind, kinds) for name, kind in objects.items()]
    return "\n".join([_HEAD, *parts])


def _section(name: str, kind: Json, kinds: Json) -> str:
    required = kind.get("required", ())
    rows = [
        _row(field, what, field in required, kinds) for field, what in kind["properties"].items()
    ]
    return f"## {name}\n\n{kind['description']}{_choice(kind)}\n\n{_COLUMNS}{''.join(rows)}"


def _choice(kind: Json) -> str:
    """Which of its fields stand for each other."""
    for word, told in (("oneOf", "Exactly one of"), ("anyOf", "At least one of")):
        for place in (kind, kind.get("then", {})):
            if word in place:
                names = ", ".join(f"`{one['required'][0]}`" for one in place[word])
                return f" {told} {names}."
    return ""


def _row(field: str, what: Json, required: bool, kinds: Json) -> str:
    meant = {**_pointed(what, kinds), **what}
    default = f"`{json.dumps(meant['default'])}`" if "default" in meant else "–"
    cells = (f"`{field}`", _type(what, kinds), "required" if required else default)
    return f"| {' | '.join(_safe(cell) for cell in (*cells, meant['description']))} |\n"


def _type(what: Json, kinds: Json) -> str:
    if "$ref" in what:
        name = what["$ref"].removeprefix(_REFERENCE)
        told = _pointed(what, kinds)
        return f"[{name}](#{name})" if "properties" in told else _type(told, kinds)
    if "enum" in what:
        return ", ".join(f"`{one}`" for one in what["enum"])
    match what["type"]:
        case "array":
            return f"list of {_type(what['items'], kinds)}"
        case "object":
            return f"table of {_type(what['additionalProperties'], kinds)} by name"
        case ["object", "array"]:
            return f"table of {_type(what['additionalProperties'], kinds)} by name, or list"
        case list(several):
            return " or ".join(several)
        case one:
            return f"{one}{_bounds(what)}"


def _bounds(what: Json) -> str:
    if "maxLength" in what:
        return f" (up to {what['maxLength']} characters)"
    low, above, high = (what.get(key) for key in ("minimum", "exclusiveMinimum", "maximum"))
    if high is None:
        return ""
    return f" ({low} to {high})" if above is None else f" (above {above}, up to {high})"


def _pointed(what: Json, kinds: Json) -> Json:
    """What a field's `$ref` points to."""
    return kinds[what["$ref"].removeprefix(_REFERENCE)] if "$ref" in what else {}


def _safe(cell: str) -> str:
    return cell.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(reference(json.loads(SCHEMA.read_bytes())), encoding="utf-8")
