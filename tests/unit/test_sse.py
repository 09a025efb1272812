"""Event streams: any cut of the bytes gives the same events, and not a byte but the BOM is lost."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.domain.errors import BadAnswer
from src.domain.sse import LARGEST_EVENT, Event, Reader, comment, data_event

BOM = "\ufeff".encode()
CALM = settings(deadline=None, database=None)

TAPE = (
    "\ufeffdata: {\"a\": 1}\n\n"
    ": keep-alive\n\n"
    "event: ping\ndata\n\n"
    "id: 7\nretry: 10\ndata:  two spaces\ndata:second line\n\n"
    "data: Grüße 你好 🌍🏽 a\u2028b\u0085c\u000bd\n\n"
    ":comment before\ndata: x\n\n"
    "\n\n"
    "data:{\"b\":[]}\n\n"
    "data: [DONE]\n\n"
)  # fmt: skip
SAID = [
    (b'{"a": 1}', ""),
    (None, ""),
    (b"", "ping"),
    (b" two spaces\nsecond line", ""),
    ("Grüße 你好 🌍🏽 a\u2028b\u0085c\u000bd".encode(), ""),
    (b"x", ""),
    (None, ""),
    (b'{"b":[]}', ""),
    (b"[DONE]", ""),
]
ENDS = {"LF": b"\n", "CRLF": b"\r\n", "CR": b"\r"}


def tape(end: bytes) -> bytes:
    return TAPE.encode().replace(b"\n", end)


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[a:b] for a, b in pairwise(places)]


def heard(parts: list[bytes]) -> list[Event]:
    reader = Reader()
    events = [event for part in parts for event in reader.feed(part)]
    last = reader.flush()
    return events if last is None else [*events, last]


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_every_field_is_read_as_the_standard_says(end: bytes) -> None:
    """Names, values, one space after the colon, lines joined by LF, comments, one BOM."""
    assert SAID == [(event.data, event.name) for event in heard([tape(end)])]


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_a_cut_at_every_byte_changes_nothing(end: bytes) -> None:
    """In two, wherever, and byte by byte: the same events, with the same bytes."""
    data = tape(end)
    whole = heard([data])

    assert data.removeprefix(BOM) == b"".join(event.raw for event in whole)
    for cut in range(len(data)):
        assert whole == heard([data[:cut], data[cut:]])
    assert whole == heard([data[at : at + 1] for at in range(len(data))])


LINES = st.sampled_from(
    ["data: a", "data:b", "data", "event: e", ": c", "", "", "id: 1", "data: \u2028ü🌍", "\ufeff"]
)


@CALM
@given(
    st.lists(st.tuples(LINES, st.sampled_from(list(ENDS.values()))), max_size=30),
    st.lists(st.integers(0, 10_000), max_size=12),
)
def test_any_cut_of_mixed_line_ends_says_the_same(
    lines: list[tuple[str, bytes]], cuts: list[int]
) -> None:
    """Line ends of every kind in one stream: the same data under the same names, every byte in its
    order. (A lone CR LF between two events may count to either, so the events' own bytes may
    differ.)"""
    data = b"".join(line.encode() + end for line, end in lines)
    whole, cut = heard([data]), heard(pieces(data, cuts))

    assert said(whole) == said(cut)
    # What only ends the stream is no event; a last one without its blank line is given one.
    for events in (whole, cut):
        kept = b"".join(event.raw for event in events)
        assert kept.rstrip(b"\r\n") == data.removeprefix(BOM).rstrip(b"\r\n")


def said(events: list[Event]) -> list[tuple[bytes, str]]:
    return [(event.data, event.name) for event in events if event.data is not None]


@CALM
@given(
    st.text(st.sampled_from("\r\nda:t ev\u2028"), max_size=60),
    st.lists(st.integers(0, 10_000), max_size=12),
    st.sampled_from(list(ENDS.values())),
)
def test_any_cut_of_anything_gives_the_same_events(text: str, cuts: list[int], end: bytes) -> None:
    """With one kind of line end throughout, the events are the same to the byte."""
    data = text.replace("\r", "\n").encode().replace(b"\n", end)

    assert heard([data]) == heard(pieces(data, cuts))


def test_an_event_is_out_as_soon_as_its_blank_line_is_in() -> None:
    """Nothing waits for the next event."""
    reader = Reader()

    assert [] == reader.feed(b"data: x\n")
    assert [Event(b"data: x\n\n", b"x")] == reader.feed(b"\n")
    assert [Event(b"data: y\r\r", b"y")] == reader.feed(b"data: y\r\r")


def test_a_line_over_64_kb_is_an_event_like_any_other() -> None:
    """In pieces of 1 KiB, as a socket brings it."""
    data = b"data: " + b"x" * 200_000 + b"\n\n"

    assert [data] == [e.raw for e in heard([data[i : i + 1024] for i in range(0, 200_008, 1024)])]


def test_an_endless_event_is_refused() -> None:
    """Past 4 MiB without a blank line it is no event."""
    reader = Reader()
    reader.feed(b"data: " + b"x" * (LARGEST_EVENT - 6))

    with pytest.raises(BadAnswer):
        reader.feed(b"x")


def test_what_is_left_at_the_end_is_given_its_blank_line() -> None:
    """A last event whose blank line never came; nothing for nothing."""
    reader = Reader()
    reader.feed(b"data: a\n\ndata: b")

    assert Event(b"data: b\n\n", b"b") == reader.flush()
    assert reader.flush() is None


def test_what_we_write_we_can_read() -> None:
    """Our own events and comments, read back."""
    assert [None, b"{}"] == [event.data for event in heard([comment("hi"), data_event(b"{}")])]
