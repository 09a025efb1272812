"""A stream read strictly, for who wants a complete answer or none; and how pieces are counted."""

from itertools import pairwise

import pytest

from src.domain.dialects.openai_chat.stream import StreamReader
from src.domain.errors import BadAnswer, Cut, UpstreamError
from tests.support import golden

HELLO = golden.event(golden.piece({"content": "Hello"}))
STOP = golden.event(golden.piece({}, finish="stop"))
DONE = golden.event(golden.DONE)


def reader_of(*, strict: bool = True, hide_usage: bool = True, choices: int = 1) -> StreamReader:
    return StreamReader(hide_usage=hide_usage, choices=choices, now=0.0, strict=strict)


GARBAGE = {
    "words": golden.event(b"hello"),
    "half an object": golden.event(b'{"choices": [{"del'),
    "two objects": golden.event(b'{"choices": []} {"choices": []}'),
    "a list": golden.event(b"[]"),
    "a number": golden.event(b"7"),
    "null": golden.event(b"null"),
    "text": golden.event(b'"x"'),
    "bad UTF-8": golden.event(b'{"id": "\xff"}'),
    "no data": golden.event(b""),
    "nesting": golden.event(b'{"usage": {"a": ' + b"[" * 5000 + b"]" * 5000 + b"}}"),
    "a misspelt field": b"dta: {}\n\n",
    "a word that begins like a field": b"database\n\n",
    "no field at all": b"Bad Gateway\r\n\r\n",
    "a comment and no field": b": hi\rBad Gateway\r\r",
    "a torn line before a chunk": b"a: {}\n" + HELLO,
    "a torn line behind a chunk": HELLO.removesuffix(b"\n") + b"a: {}\n\n",
    "an empty object": golden.event(b"{}"),
    "an error of nobody's shape": golden.event(b'{"error_code": 336100, "error_msg": "busy"}'),
    "a status": golden.event(b'{"status": 429, "success": false}'),
    "choices that are no list": golden.event(b'{"choices": "x"}'),
}


@pytest.mark.parametrize("before", [b"", HELLO], ids=["at first", "later"])
@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE)
def test_what_is_no_chunk_is_a_failure(before: bytes, garbage: bytes) -> None:
    """It does not pass, nor what follows, and it is no clean end."""
    reader = reader_of()

    assert before == reader.feed(before + garbage + STOP + DONE).raw
    assert (BadAnswer, False) == (type(reader.failure), reader.done)
    with pytest.raises(BadAnswer):
        reader.end()


@pytest.mark.parametrize("before", [b"", HELLO], ids=["at first", "later"])
@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE)
def test_in_live_delivery_the_same_goes_on(before: bytes, garbage: bytes) -> None:
    """It cannot be mended there; the caller judges."""
    reader = reader_of(strict=False)
    tape = before + garbage + HELLO + STOP + DONE

    assert tape == reader.feed(tape).raw
    assert (None, True) == (reader.failure, reader.done)


SOUND = {
    "comments": b": hi\n: there\n\n",
    "a bare colon": b":\n\n",
    "a name alone": b"event: ping\n\n",
    "an id and a wait": b"id: 7\r\nretry: 10\r\n\r\n",
    "a field without a colon": b"retry\n\n",
    "blank lines": b"\n\n",
    "an event without choices": golden.event(golden.envelope([], prompt_filter_results=[])),
    "odd choices": golden.event(b'{"choices": [7, null]}'),
    "usage": golden.event(golden.USAGE),
    "no error": golden.event(golden.piece({"content": "x"}, error=None)),
}


@pytest.mark.parametrize("sound", SOUND.values(), ids=SOUND)
def test_what_a_stream_may_have_is_no_failure(sound: bytes) -> None:
    """What clients skip, and what providers add."""
    reader = reader_of(hide_usage=False)
    tape = sound + HELLO + sound + STOP + DONE

    assert tape == reader.feed(tape).raw
    assert (None, True) == (reader.failure, reader.complete)


@pytest.mark.parametrize("name", golden.STREAMS)
def test_every_kind_of_stream_passes_strictly_however_it_is_cut(name: str) -> None:
    """In two at every place: the same bytes, complete, without a failure."""
    tape = b"".join(golden.wire(golden.STREAMS[name]))
    for cut in range(len(tape)):
        reader = reader_of(choices=1 + (name == "n=2"))

        assert tape == reader.feed(tape[:cut]).raw + reader.feed(tape[cut:]).raw
        assert (True, None) == (reader.complete, reader.failure)


@pytest.mark.parametrize("half", [b"data: [DO", b": pi", b"event: x", b"dta", HELLO[:20]])
def test_half_an_event_after_the_finish_is_dropped(half: bytes) -> None:
    """The answer is whole all the same."""
    reader = reader_of()

    assert HELLO + STOP + DONE == reader.feed(HELLO + STOP + half).raw + reader.end()


def test_half_an_event_before_the_finish_is_a_cut() -> None:
    """And never passes."""
    reader = reader_of()
    assert HELLO == reader.feed(HELLO + STOP[:-9]).raw

    with pytest.raises(Cut):
        reader.end()


TEXT = b"".join(golden.wire(golden.TEXT))


@pytest.mark.parametrize("strict", [False, True], ids=["live", "strict"])
def test_pieces_are_events_with_words_in_them(strict: bool) -> None:
    """Neither the role nor the finish nor usage counts, however the bytes are cut."""
    tape = b"".join(golden.wire((*golden.TEXT, golden.USAGE)))
    places = range(0, len(tape) + 100, 100)
    reader = reader_of(strict=strict)
    counted = []
    for a, b in pairwise(places):
        reader.feed(tape[a:b])
        counted.append(reader.pieces)

    assert len(golden.WORDS) == reader.pieces
    assert sorted(counted) == counted


PIECES = {
    "text": len(golden.WORDS),
    "n=2": 2,
    "parallel tools": 7,
    "refusal": 2,
    "reasoning": 3,
    "logprobs": 1,
    "structured": 4,
}


@pytest.mark.parametrize("name", golden.STREAMS)
def test_every_kind_of_word_is_a_piece(name: str) -> None:
    """Text, reasoning, refusals and the parts of tool calls."""
    reader = reader_of()
    reader.feed(b"".join(golden.wire(golden.STREAMS[name])))

    assert PIECES[name] == reader.pieces


def test_what_came_before_a_failure_is_counted() -> None:
    """An attempt that is abandoned was paid for."""
    reader = reader_of()
    reader.feed(HELLO * 3 + golden.event(golden.error("x", type="server_error")))

    assert 3 == reader.pieces
    assert isinstance(reader.failure, UpstreamError)
