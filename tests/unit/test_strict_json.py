"""The top level of a JSON body: strictly read, and spliced without touching another byte."""

import json
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.domain.errors import InvalidRequest
from src.domain.strict_json import DEEPEST, Document, read

CALM = settings(deadline=None, database=None)

SPACE = st.text(" \t\r\n", max_size=3)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**40), 10**40),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.sampled_from(["}", "{", '"', "\\", '",', '":', "]}", "\u2028"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
#: A value as text: with or without escapes, with or without white space.
WRITTEN = st.builds(
    lambda value, ascii, indent: json.dumps(value, ensure_ascii=ascii, indent=indent),
    VALUES.filter(lambda value: "\ud800" not in repr(value)),
    st.booleans(),
    st.sampled_from([None, 1]),
)
NAMES = st.one_of(st.text(max_size=6), st.sampled_from(["model", "}", '"', "\\", "é"]))


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, dict[str, str]]:
    """An object as text, and what stands for each of its names."""
    members = draw(st.dictionaries(NAMES, WRITTEN, max_size=6))
    written = [draw(_member(name, value)) for name, value in members.items()]
    return draw(SPACE) + "{" + (",".join(written) or draw(SPACE)) + "}" + draw(SPACE), members


@st.composite
def _member(draw: st.DrawFn, name: str, value: str) -> str:
    key = json.dumps(name, ensure_ascii=draw(st.booleans()))
    return draw(SPACE) + key + draw(SPACE) + ":" + draw(SPACE) + value + draw(SPACE)


@CALM
@given(documents())
def test_every_member_is_found_as_it_was_written(drawn: tuple[str, dict[str, str]]) -> None:
    """Names are read, escapes and all; values are the very bytes."""
    text, members = drawn
    document = read(text.encode())

    assert {name: value.encode() for name, value in members.items()} == {
        name: document.raw(name) for name in document.spans
    }


@CALM
@given(documents(), st.data())
def test_a_splice_keeps_every_other_byte(
    drawn: tuple[str, dict[str, str]], data: st.DataObject
) -> None:
    """Whatever is replaced, what stands before, between and behind stays to the byte."""
    document = read(drawn[0].encode())
    chosen = data.draw(st.sets(st.sampled_from(sorted(document.spans)))) if document.spans else ()

    spliced = document.replaced(dict.fromkeys(chosen, b"[9]"))

    assert outside(document, chosen) == outside(read(spliced), chosen)
    assert {b"[9]"} >= {read(spliced).raw(name) for name in chosen}


def outside(document: Document, names: Iterable[str]) -> bytes:
    """The body without the values of these names."""
    body = document.body
    for start, end in sorted((document.spans[name] for name in names), reverse=True):
        body = body[:start] + b"|" + body[end:]
    return body


@CALM
@given(documents())
def test_what_is_new_is_added_at_the_end(drawn: tuple[str, dict[str, str]]) -> None:
    """A name that was not there: the body before it unchanged, and all of it still one object."""
    before = read(drawn[0].encode())
    after = read(before.replaced({"brand new": b"1"}))

    assert b"1" == after.raw("brand new")
    assert before.spans == {n: span for n, span in after.spans.items() if n != "brand new"}


@CALM
@given(documents(), st.data(), WRITTEN)
def test_a_name_given_twice_is_always_found(
    drawn: tuple[str, dict[str, str]], data: st.DataObject, value: str
) -> None:
    """Wherever the second one stands, however it is written, also with the same value."""
    text, members = drawn
    name = data.draw(st.sampled_from(sorted(members))) if members else "model"
    again = members.get(name, value) if data.draw(st.booleans()) else value
    other = data.draw(_member(name, again))
    close = text.rindex("}")
    twice = text[:close] + ("," if members else f'"{name}":1,') + other + text[close:]
    if data.draw(st.booleans()):
        start = text.index("{") + 1
        twice = text[:start] + other + ("," if members else f',"{name}":1') + text[start:]

    with pytest.raises(InvalidRequest, match="given more than once"):
        read(twice.encode())


JSONISH = st.lists(
    st.sampled_from(
        [*b'{}[]":,\\ \n0-1e.', b"null", b'"a":', b'"a":1,', b"\\u00e9", b"\\ud83d", b"\xff"]
    ).map(lambda part: bytes([part]) if isinstance(part, int) else part),
    max_size=24,
).map(b"".join)


@CALM
@given(st.one_of(st.binary(max_size=40), JSONISH, JSONISH.map(lambda b: b'{"a":' + b + b"}")))
def test_nothing_but_invalid_request_escapes(body: bytes) -> None:
    """Random bytes are refused, or they are JSON that others read as well."""
    try:
        document = read(body)
        for name in document.spans:
            document.value(name)
    except InvalidRequest:
        return
    assert list(json.loads(body)) == list(document.spans)


REFUSED = {
    "nothing": b"",
    "white space": b" \n",
    "a list": b"[]",
    "a string": b'"x"',
    "half": b'{"a": 1',
    "two": b"{} {}",
    "a comma too many": b'{"a": 1,}',
    "a comment": b"{} // no",
    "NaN": b'{"a": NaN}',
    "byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "bad UTF-8": b'{"a": "\xff"}',
    "a surrogate in UTF-8": b'{"a": "\xed\xa0\x80"}',
    "brackets without end": b"[" * 100_000,
    "objects without end": b'{"a":' * 100_000,
    "closed but never opened": b"]" * 100_000,
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
def test_what_is_no_json_object_is_refused(body: bytes) -> None:
    """A sentence for each, and never another exception."""
    with pytest.raises(InvalidRequest):
        read(body)


NESTS = {
    "lists": (b"[", b"]"),
    "objects": (b'{"k":', b"}"),
    "objects in lists": (b'[{"k":', b"}]"),
    "lists in objects": (b'{"k":[', b"]}"),
}


@pytest.mark.parametrize(("open", "close"), NESTS.values(), ids=NESTS)
def test_nesting_ends_at_sixty_four(open: bytes, close: bytes) -> None:
    """Counted alike for every mixture of lists and objects; the outermost object counts."""
    each = len(open.replace(b'"k":', b""))
    fits = (DEEPEST - 1) // each

    read(b'{"a":' + open * fits + b"1" * (open[-1:] != b"[") + close * fits + b"}")
    with pytest.raises(InvalidRequest, match="nested deeper than 64"):
        read(b'{"a":' + open * (fits + 1) + b"1" * (open[-1:] != b"[") + close * (fits + 1) + b"}")


def test_brackets_in_strings_do_not_nest() -> None:
    """Nor do escaped quotes end a string."""
    read(b'{"a": "' + b'[{\\"' * 1000 + b'", "b": "\\\\", "c": [1]}')


def test_breadth_is_not_depth() -> None:
    """Ten thousand objects side by side are three deep."""
    read(b'{"a": [' + b",".join([b"{}"] * 10_000) + b"]}")


@pytest.mark.parametrize("value", [b"1e999", b'"\\ud800"', b"-1e400"])
def test_a_value_that_nobody_can_hold_names_its_field(value: bytes) -> None:
    """Refused when it is read or when it is asked for, and never another exception."""
    with pytest.raises(InvalidRequest):
        read(b'{"n": ' + value + b"}").value("n")
