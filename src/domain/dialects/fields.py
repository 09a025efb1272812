"""A caller's JSON objects, read field by field: what is not as it must be is named by its path."""

from collections.abc import Iterable
from typing import TypeVar

from attrs import frozen

from ..blocks import Dialect, Extras, Json
from ..errors import InvalidRequest

T = TypeVar("T")


@frozen
class Fields:
    """A JSON object and where it stands (`messages[0].content[1]`; "": the top). Every reader
    gives None for a field that is null or absent, and raises InvalidRequest for a wrong one."""

    values: Json
    path: str
    dialect: Dialect

    def at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def text(self, name: str) -> str | None:
        return self._as(name, str, "a string")

    def needed(self, name: str) -> str:
        found = self.text(name)
        if found is None:
            raise self.wrong(name, "is required and must be a string")
        return found

    def flag(self, name: str) -> bool | None:
        return self._as(name, bool, "true or false")

    def number(self, name: str) -> float | None:
        value = self.values.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.wrong(name, "must be a number")
        return value

    def whole(self, name: str) -> int | None:
        value = self.number(name)
        if value is None:
            return None
        if value != int(value):
            raise self.wrong(name, "must be a whole number")
        return int(value)

    def object(self, name: str) -> "Fields | None":
        found = self._as(name, dict, "an object")
        return None if found is None else Fields(found, self.at(name), self.dialect)

    def needed_object(self, name: str) -> "Fields":
        found = self.object(name)
        if found is None:
            raise self.wrong(name, "is required and must be an object")
        return found

    def objects(self, name: str) -> "list[Fields]":
        """A list of objects, each with its place; none if there is no such field."""
        found = self._as(name, list, "a list") or []
        return [
            _item(value, f"{self.at(name)}[{i}]", self.dialect) for i, value in enumerate(found)
        ]

    def texts(self, name: str) -> tuple[str, ...]:
        found = self._as(name, list, "a list of strings") or []
        if not all(isinstance(value, str) for value in found):
            raise self.wrong(name, "must be a list of strings")
        return tuple(found)

    def rest(self, known: Iterable[str]) -> Json:
        """The fields that are not known here and say something."""
        skipped = set(known)
        return {
            name: value
            for name, value in self.values.items()
            if name not in skipped and value is not None
        }

    def extras(self, known: Iterable[str]) -> Extras | None:
        return self.own(self.rest(known))

    def own(self, fields: Json) -> Extras | None:
        """Fields of this dialect alone; None if there are none."""
        return Extras(self.dialect, fields) if fields else None

    def wrong(self, name: str, what: str) -> InvalidRequest:
        path = self.at(name)
        return InvalidRequest(f"'{path}' {what}.", param=path)

    def _as(self, name: str, kind: type[T], what: str) -> T | None:
        value = self.values.get(name)
        if value is None or isinstance(value, kind):
            return value
        raise self.wrong(name, f"must be {what}")


def _item(value: object, path: str, dialect: Dialect) -> Fields:
    if not isinstance(value, dict):
        raise InvalidRequest(f"'{path}' must be an object.", param=path)
    return Fields(value, path, dialect)
