"""Ids of tool calls as Anthropic takes them: letters, digits, `_` and `-` only."""

import re
from collections.abc import Iterable

from attrs import Factory, define

_OTHER = re.compile(r"[^a-zA-Z0-9_-]")


@define
class Ids:
    """One id for each id, always the same: call and result must agree, and no two calls."""

    _given: dict[str, str] = Factory(dict)
    _taken: set[str] = Factory(set)
    #: Where the search for a free one goes on: ten thousand ids of one look are no reason to wait.
    _counts: dict[str, int] = Factory(dict)

    @classmethod
    def of(cls, ids: Iterable[str]) -> "Ids":
        """All that there are: the ones that are fine already stay as they are."""
        found = list(ids)
        made = cls()
        for id in sorted(found, key=lambda id: _clean(id) != id):
            made.write(id)
        return made

    def write(self, id: str) -> str:
        if id not in self._given:
            self._given[id] = self._free(_clean(id))
            self._taken.add(self._given[id])
        return self._given[id]

    def _free(self, wanted: str) -> str:
        found = wanted
        while found in self._taken:
            count = self._counts[wanted] = self._counts.get(wanted, 1) + 1
            found = f"{wanted}_{count}"
        return found


def _clean(id: str) -> str:
    return _OTHER.sub("_", id) or "_"
