"""The top level of a JSON body: strictly read, with the place of every member, for splicing.

RFC 8259, and stricter: UTF-8 only, no byte order mark, no duplicate names at the top level (readers
disagree on which one counts), nothing nested deeper than 64. Values below are left as they are.
"""

import re

import msgspec
from attrs import frozen

from .errors import InvalidRequest

DEEPEST = 64
#: No API has a tenth as many; each costs a look.
MOST_MEMBERS = 1000

_TOP = msgspec.json.Decoder(dict[str, msgspec.Raw])
_STRING = re.compile(rb'"[^"]*"')
_NAME = re.compile(rb'[ \t\n\r]*("(?:[^"\\]|\\.)*")[ \t\n\r]*:[ \t\n\r]*')
_AFTER = re.compile(rb"[ \t\n\r]*([,}])")
_NOT_STRUCTURE = bytes(set(range(256)) - set(b'"[]{}'))
#: Both kinds of brackets nest alike; which closes which is for the decoder to judge.
_ONE_KIND = bytes.maketrans(b"{}", b"[]")


@frozen
class Document:
    """A JSON object as it came. `spans`: where each top-level value begins and ends."""

    body: bytes
    spans: dict[str, tuple[int, int]]

    def raw(self, name: str) -> bytes | None:
        """A member's value as it was written; None if there is no such member."""
        span = self.spans.get(name)
        return None if span is None else self.body[span[0] : span[1]]

    def value(self, name: str) -> object:
        """A member's value; None if it is null or absent. Raises InvalidRequest for a number or
        a string that no reader could hold (1e999, a lone surrogate)."""
        raw = self.raw(name)
        try:
            return None if raw is None else msgspec.json.decode(raw)
        except msgspec.DecodeError as error:
            raise InvalidRequest(f"'{name}' cannot be read: {_plain(error)}.", param=name) from None

    def replaced(self, values: dict[str, bytes]) -> bytes:
        """The body with these top-level values replaced in place, or added at the end."""
        edits = [(self.spans[n], new) for n, new in values.items() if n in self.spans]
        new = [(n, v) for n, v in values.items() if n not in self.spans]
        if new:
            close = self.body.rindex(b"}")
            added = b",".join(b'"%s":%s' % (n.encode(), v) for n, v in new)
            edits.append(((close, close), b"," + added if self.spans else added))
        return _splice(self.body, sorted(edits))


def read(body: bytes) -> Document:
    """Raises InvalidRequest that says what is wrong with the JSON, and where."""
    try:
        body.decode()
    except UnicodeDecodeError as error:
        raise InvalidRequest(f"The body is not valid UTF-8 (byte {error.start}).") from None
    if body.count(b"[") + body.count(b"{") > DEEPEST and _depth(body) > DEEPEST:
        raise InvalidRequest(f"The body is nested deeper than {DEEPEST} levels.")
    try:
        members = _TOP.decode(body)
    except msgspec.ValidationError:
        raise InvalidRequest("The body must be a JSON object.") from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidRequest(f"The body is not valid JSON: {_plain(error)}.") from None
    if len(members) > MOST_MEMBERS:
        raise InvalidRequest(f"The body has more than {MOST_MEMBERS} fields at its top level.")
    return Document(body, _spans(body, members))


def _plain(error: Exception) -> str:
    return str(error).removeprefix("JSON is malformed: ") or "it cannot be read"


def _spans(body: bytes, members: dict[str, msgspec.Raw]) -> dict[str, tuple[int, int]]:
    spans: dict[str, tuple[int, int]] = {}
    at = body.index(b"{") + 1
    for name, value in members.items():
        found, start = _name(body, at)
        raw = bytes(value)
        # The decoder keeps the last of several equal names at the place of the first: any
        # difference from what stands there means that a name came twice.
        if found != name or not body.startswith(raw, start):
            raise _twice(found)
        after = _AFTER.match(body, start + len(raw))
        if after is None:
            raise _twice(found)
        spans[name] = (start, start + len(raw))
        at = after.end()
    if members and body[at - 1 : at] == b",":
        raise _twice(_name(body, at)[0])
    return spans


def _name(body: bytes, at: int) -> tuple[str, int]:
    match = _NAME.match(body, at)
    if match is None:  # unreachable for JSON that was decoded
        raise InvalidRequest("The body is not valid JSON.")
    written = match[1]
    name = msgspec.json.decode(written, type=str) if b"\\" in written else written[1:-1].decode()
    return name, match.end()


def _twice(name: str) -> InvalidRequest:
    return InvalidRequest(f"The field '{name[:64]}' is given more than once.", param=name[:64])


def _depth(body: bytes) -> int:
    """How deep brackets nest, counted by taking the innermost pairs away, level by level."""
    # Pairs of backslashes first: what is left before a quote then escapes it.
    bare = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    brackets = _STRING.sub(b"", bare.translate(_ONE_KIND, _NOT_STRUCTURE))
    depth = 0
    while brackets and depth <= DEEPEST:
        fewer = brackets.replace(b"[]", b"")
        if fewer == brackets:
            # Unbalanced: too deep if it looks so, else for the decoder to name.
            return DEEPEST + 1 if len(brackets) > DEEPEST * 2 else depth
        brackets, depth = fewer, depth + 1
    return depth


def _splice(body: bytes, edits: list[tuple[tuple[int, int], bytes]]) -> bytes:
    pieces: list[bytes] = []
    at = 0
    for (start, end), new in edits:
        pieces += (body[at:start], new)
        at = end
    return b"".join((*pieces, body[at:]))
