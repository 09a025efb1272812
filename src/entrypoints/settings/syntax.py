"""From text to plain values (what JSON can say), whichever of TOML, YAML and JSON it is."""

import json
import math
import re
import tomllib

from ...domain.errors import ConfigurationError, Problem
from .paths import Json, under
from .sources import Document

#: A configuration is shallow and small; YAML aliases can make it neither.
DEEPEST = 32
MOST_VALUES = 100_000

_TOML_LINE = re.compile(r"""\s*(\[\[?[\w."' -]+\]\]?\s*(#.*)?$|[\w."'-]+\s*=)""")


def parse(document: Document) -> Json:
    """The document's value. Raises ConfigurationError with line and column where it breaks the
    grammar, and where it holds what JSON cannot say (dates, infinities, keys that are no text).
    A document of nothing but comments is an empty table."""
    try:
        value = Plain(document.name).value(_value(document), "", 0)
        return {} if value is None else value
    except RecursionError as error:
        raise _broken(document, "is nested too deeply.") from error
    except tomllib.TOMLDecodeError as error:
        raise _broken(document, f"is not TOML: {error}.") from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise _broken(document, f"is not JSON: {error.msg} (at {where}).") from error
    except ValueError as error:  # a number of 5,000 digits, the 99th of a month
        raise _broken(document, "has a number or a date that cannot be read.") from error


def _value(document: Document) -> object:
    match document.suffix or _guessed(document.text):
        case ".toml":
            return tomllib.loads(document.text)
        case ".json":
            return _json(document.text)
        case ".yaml" | ".yml":
            from . import yaml_text  # 13 ms, for those who have YAML

            return yaml_text.loads(document)
    return _value(Document(document.name, document.text))


def _guessed(text: str) -> str:
    if text.lstrip().startswith("{"):
        return ".json"
    lines = (x for x in text.splitlines() if x.strip() and not x.lstrip().startswith("#"))
    return ".toml" if _TOML_LINE.match(next(lines, "")) else ".yaml"


def _json(text: str) -> object:
    def pairs(items: list[tuple[str, object]]) -> dict[str, object]:
        seen: dict[str, object] = {}
        for name, value in items:
            if name in seen:
                raise json.JSONDecodeError(f"the field {name!r} is there twice", text, 0)
            seen[name] = value
        return seen

    value: object = json.loads(text, object_pairs_hook=pairs)
    return value


class Plain:
    """Copies a value into what JSON can say, within bounds."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._count = 0

    def value(self, given: object, path: str, depth: int) -> Json:
        self._count += 1
        if depth > DEEPEST or self._count > MOST_VALUES:
            raise self._refused(path, "is nested too deeply or repeats itself too often.")
        match given:
            case None | bool() | int() | str():
                return given
            case float() if math.isfinite(given):
                return given
            case dict():
                return {
                    self._key(key, path): self.value(item, under(path, str(key)), depth + 1)
                    for key, item in given.items()
                }
            case list():
                return [self.value(x, f"{path}[{i}]", depth + 1) for i, x in enumerate(given)]
        raise self._refused(path, "is a date or no number.", "Put it in quotes.")

    def _key(self, key: object, path: str) -> str:
        if isinstance(key, str):
            return key
        raise self._refused(path, f"has the field {key!r}, which is no text.", "Put it in quotes.")

    def _refused(self, path: str, what: str, mend: str = "") -> ConfigurationError:
        return ConfigurationError((Problem(path or self._name, what, mend),))


def _broken(document: Document, what: str) -> ConfigurationError:
    return ConfigurationError((Problem(document.name, what),))
