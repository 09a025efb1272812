"""Does a document have the shape `relay.schema.json` asks for? Its mistakes, in sentences.

The schema is the only place where shapes are written down. No sentence repeats a value: it may
be a secret.
"""

import json
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import TYPE_CHECKING

from ...domain.errors import Problem
from ...domain.validation import near
from .packaged import packaged
from .paths import Json, Path, path_text

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_KINDS = {
    "object": "a table",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
}


@cache
def schema() -> dict[str, Json]:
    """The published schema."""
    value: dict[str, Json] = json.loads(packaged("relay.schema.json"))
    return value


def fitted(document: Json, faults: list[Problem]) -> Json:
    """The document without what does not fit, so that the rest can be looked at as well; each
    thing left out is a fault. An entry left out of a list leaves None, to keep the others' places.
    """
    from jsonschema import Draft202012Validator  # only when there is a file: 60 ms

    kept = deepcopy(document)
    before = {fault.path for fault in faults}
    for error in Draft202012Validator(schema()).iter_errors(document):
        path: Path = tuple(error.absolute_path)
        faults.extend(p for p in _problems(error, path) if p.path not in before)
        if error.validator not in ("additionalProperties", "required"):
            kept = _without(kept, path)
    return kept


def _problems(error: "ValidationError", path: Path) -> Iterator[Problem]:
    """What one finding of the validator means to a person."""
    match error.validator:
        case "additionalProperties":
            known = sorted(_fields(error.schema))
            for name in sorted(set(_keys(error.instance)) - set(known)):
                mend = near(name, known) or f"Known here: {', '.join(known)}."
                yield Problem(path_text((*path, name)), "is not a known field.", mend)
        case "required":  # one finding for each missing field, named in the message alone
            names = [name for name in _words(error.validator_value) if f"'{name}'" in error.message]
            yield Problem(path_text((*path, *names[:1])), "is missing.")
        case "oneOf" | "anyOf":
            names = [f"`{name}`" for name in _required(error.validator_value)]
            amount = "exactly" if error.validator == "oneOf" else "at least"
            yield Problem(path_text(path), f"must have {amount} one of {', '.join(names)}.")
        case _:
            what, mend = _sentence(error)
            yield Problem(path_text(path) or "the document", what, mend)


def _sentence(error: "ValidationError") -> tuple[str, str]:
    words = _words(error.validator_value)
    bound = ", ".join(words)
    match error.validator:
        case "type":
            return f"must be {' or '.join(_KINDS[kind] for kind in words)}.", ""
        case "enum":
            given = error.instance if isinstance(error.instance, str) else ""
            return f"must be one of {bound}.", near(given, words)
        case "minimum":
            return f"must be {bound} or more.", ""
        case "exclusiveMinimum":
            return f"must be above {bound}.", ""
        case "maximum":
            return f"must be {bound} or less.", ""
        case "minLength" | "minItems":
            return "must not be empty.", ""
        case "maxLength":
            return f"must have {bound} characters or fewer.", ""
        case "pattern":
            return f"must fit the pattern {bound}", ""
    return f"does not fit the schema ({error.validator}).", ""


def _keys(instance: object) -> list[str]:
    return list(instance) if isinstance(instance, dict) else []


def _words(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else [str(value)]


def _required(branches: object) -> list[str]:
    found = branches if isinstance(branches, list) else []
    return [name for each in found for name in _words(each["required"])]


def _fields(schema: object) -> list[str]:
    return list(schema["properties"]) if isinstance(schema, dict) else []


def _without(document: Json, path: Path) -> Json:
    if not path:
        return {}
    holder: Json = document
    for part in path[:-1]:
        holder = _step(holder, part)
    last = path[-1]
    if isinstance(holder, dict) and isinstance(last, str):
        holder.pop(last, None)
    elif isinstance(holder, list) and isinstance(last, int):
        holder[last] = None
    return document


def _step(holder: Json, part: str | int) -> Json:
    if isinstance(holder, dict) and isinstance(part, str):
        return holder.get(part)
    if isinstance(holder, list) and isinstance(part, int):
        return holder[part]
    return None
