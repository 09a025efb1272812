"""From text to plain values (what JSON can say), whichever of TOML, YAML and JSON it is."""

import json
import math
import re
import tomllib
from collections.abc import Callable, Hashable

import yaml

from ...domain.errors import ConfigurationError, Problem
from .sources import Document

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None

#: A configuration is shallow and small; YAML aliases can make it neither.
DEEPEST = 32
MOST_VALUES = 100_000

_TOML_LINE = re.compile(r"""\s*(\[\[?[\w."' -]+\]\]?\s*(#.*)?$|[\w."'-]+\s*=)""")


def parse(document: Document) -> Json:
    """The document's value. Raises ConfigurationError with line and column where it breaks the
    grammar, and where it holds what JSON cannot say (dates, infinities, keys that are no text).
    A document of nothing but comments is an empty table."""
    try:
        value = Plain(document.name).value(_reader(document)(document.text), "", 0)
        return {} if value is None else value
    except RecursionError as error:
        raise _broken(document, "is nested too deeply.") from error
    except tomllib.TOMLDecodeError as error:
        raise _broken(document, f"is not TOML: {error}.") from error
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise _broken(document, f"is not JSON: {error.msg} (at {where}).") from error
    except yaml.MarkedYAMLError as error:
        raise _broken(document, f"is not YAML: {_yaml_fault(error)}.") from error
    except yaml.YAMLError as error:
        raise _broken(document, "is not YAML: it has characters YAML forbids.") from error
    except ValueError as error:  # a number of 5,000 digits, the 99th of a month
        raise _broken(document, "has a number or a date that cannot be read.") from error


def _reader(document: Document) -> Callable[[str], object]:
    match document.suffix:
        case ".toml":
            return tomllib.loads
        case ".yaml" | ".yml":
            return _yaml
        case ".json":
            return _json
    if document.text.lstrip().startswith("{"):
        return _json
    lines = (x for x in document.text.splitlines() if x.strip() and not x.lstrip().startswith("#"))
    return tomllib.loads if _TOML_LINE.match(next(lines, "")) else _yaml


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


class _Loader(yaml.SafeLoader):
    """Safe YAML that refuses what it would otherwise silently drop: the first of two equal keys."""

    def construct_mapping(
        self, node: yaml.MappingNode, deep: bool = False
    ) -> dict[Hashable, object]:
        seen: set[str] = set()
        for key, _value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            if key.value in seen:
                what = f"the field {key.value!r} is there twice"
                raise yaml.MarkedYAMLError(problem=what, problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


def _yaml(text: str) -> object:
    for token in yaml.scan(text, Loader=_Loader):
        if isinstance(token, yaml.TagToken):  # `!!set`, `!!binary`: nothing here needs them
            what = "tags have no use here"
            raise yaml.MarkedYAMLError(problem=what, problem_mark=token.start_mark)
    value: object = yaml.load(text, Loader=_Loader)  # noqa: S506 (a SafeLoader)
    return value


def _yaml_fault(error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    place = f" (at line {mark.line + 1}, column {mark.column + 1})" if mark else ""
    return f"{error.problem or error.context or 'cannot be read'}{place}"


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
                    self._key(key, path): self.value(item, _under(path, str(key)), depth + 1)
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


def _under(path: str, name: str) -> str:
    name = name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name, ensure_ascii=False)
    return f"{path}.{name}" if path else name


def path_text(parts: tuple[str | int, ...]) -> str:
    """`providers[1].keys[0]`; names with odd characters stand in quotes."""
    path = ""
    for part in parts:
        path = f"{path}[{part}]" if isinstance(part, int) else _under(path, part)
    return path


def _broken(document: Document, what: str) -> ConfigurationError:
    return ConfigurationError((Problem(document.name, what),))
