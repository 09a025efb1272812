"""Counts of tokens as providers say them."""

from collections.abc import Mapping

#: A count larger than this is nonsense, and would spoil every sum it is added to.
MOST = 10**12


def count(holder: object, name: str) -> int:
    """The count of that name; nonsense is 0, an explicit 0 is 0."""
    value = holder.get(name) if isinstance(holder, Mapping) else None
    if not isinstance(value, int) or isinstance(value, bool):
        return 0
    return min(max(value, 0), MOST)


def said(holder: object, name: str) -> bool:
    """Is there a count of that name, be it 0?"""
    return isinstance(holder, Mapping) and isinstance(holder.get(name), int)
