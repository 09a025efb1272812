"""Usage lines in a log as a platform hands it out: wrapped, prefixed, quoted, among others."""

import json
import re
from collections.abc import Iterator

from .usage_told import MARK

#: Whatever stands around the name, this comes before it.
_LOOKS = re.compile(r"event\W{1,64}" + re.escape(MARK) + r"v\d")
#: Wrappers within wrappers; and beginnings that may be none, in a text that is not JSON as a whole.
_DEEPEST, _MOST_TRIES = 8, 64
_JSON = json.JSONDecoder()


def count(text: str) -> int:
    """How many seem to be in it, whole or not."""
    return len(_LOOKS.findall(text)) if MARK in text else 0


def search(text: str) -> list[dict[str, object]]:
    """Those in this line of a log: the object itself, or one that is a member of another, or is in
    a text of one, or behind a time stamp, or a cell of CSV. Empty: it is cut off, or none."""
    return _in_text(text, _DEEPEST) or _in_text(text.replace('""', '"'), _DEEPEST)


def _in_text(text: str, deep: int) -> list[dict[str, object]]:
    """Objects first: quotation marks before them may be anybody's."""
    return list(_in_values(text, "{[", deep)) or list(_in_values(text, '"', deep))


def _in_values(text: str, signs: str, deep: int) -> Iterator[dict[str, object]]:
    """In whole values that begin with one of these, whatever stands between them."""
    place, failed = 0, 0
    while deep and failed < _MOST_TRIES and (begin := _begins(text, signs, place)) >= 0:
        try:
            value, place = _JSON.raw_decode(text, begin)
        except (ValueError, RecursionError):
            place, failed = begin + 1, failed + 1
        else:
            yield from _in_value(value, deep - 1)


def _in_value(value: object, deep: int) -> Iterator[dict[str, object]]:
    match value:
        case dict() if str(value.get("event", "")).startswith(MARK):
            yield value
        case dict() if deep:
            for one in value.values():
                yield from _in_value(one, deep - 1)
        case list() if deep:
            for one in value:
                yield from _in_value(one, deep - 1)
        case str() if count(value):
            yield from _in_text(value, deep)


def _begins(text: str, signs: str, place: int) -> int:
    """Where the next value may begin; -1: nowhere."""
    places = [found for sign in signs if (found := text.find(sign, place)) >= 0]
    return min(places, default=-1)
