"""YAML without its surprises: no tags, no field given twice. Imported only when there is YAML."""

from collections.abc import Hashable

import yaml

from ...domain.errors import ConfigurationError, Problem
from .sources import Document


def loads(document: Document) -> object:
    """The document's value. Raises ConfigurationError with line and column, and ValueError for a
    number or a date that cannot be read."""
    try:
        for token in yaml.scan(document.text, Loader=_Loader):
            if isinstance(token, yaml.TagToken):  # `!!set`, `!!binary`: nothing here needs them
                what = "tags have no use here"
                raise yaml.MarkedYAMLError(problem=what, problem_mark=token.start_mark)
        value: object = yaml.load(document.text, Loader=_Loader)  # noqa: S506 (a SafeLoader)
    except yaml.MarkedYAMLError as error:
        raise _broken(document, _fault(error)) from error
    except yaml.YAMLError as error:
        raise _broken(document, "it has characters YAML forbids") from error
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


def _fault(error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    place = f" (at line {mark.line + 1}, column {mark.column + 1})" if mark else ""
    return f"{error.problem or error.context or 'cannot be read'}{place}"


def _broken(document: Document, what: str) -> ConfigurationError:
    return ConfigurationError((Problem(document.name, f"is not YAML: {what}."),))
