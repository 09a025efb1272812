"""A stream of Anthropic's dialect read strictly, for who wants a complete answer or none."""

from itertools import pairwise

import pytest

from src.domain.dialects.anthropic_messages.stream import StreamReader
from src.domain.errors import BadAnswer
from tests.support import messages
from tests.support.messages import PING, event, start, wire

HELLO = wire([start(), messages.begin(0, {"type": "text", "text": ""})])
HELLO += event(messages.delta(0, "text_delta", text="Hi"))
REST = wire([messages.stop(0), *messages.last("end_turn")])

GARBAGE = {
    "words": b"data: no json\n\n",
    "half an object": b'data: {"type": "content_block_de\n\n',
    "a list": b"data: []\n\n",
    "null": b"data: null\n\n",
    "an empty object": b"data: {}\n\n",
    "a status": b'data: {"status": 429, "success": false}\n\n',
    "a type that is none": b'data: {"type": 7}\n\n',
    "bad UTF-8": b'data: {"type": "ping\xff"}\n\n',
    "no data": b"data:\n\n",
    "a torn line": b"a torn line\n\n",
    "a torn line before an event": b"a: {}\n" + event(messages.delta(0, "text_delta", text="x")),
    "a torn line behind an event": event(messages.delta(0, "text_delta", text="x"))[:-1]
    + b"a: {}\n\n",
}


def reader_of(*, strict: bool = True) -> StreamReader:
    return StreamReader(now=0.0, strict=strict)


@pytest.mark.parametrize("before", [b"", HELLO], ids=["at first", "later"])
@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE)
def test_what_is_no_event_is_a_failure(before: bytes, garbage: bytes) -> None:
    """It does not pass, nor what follows, and it is no clean end."""
    reader = reader_of()

    assert before == reader.feed(before + garbage + REST).raw
    assert (BadAnswer, False) == (type(reader.failure), reader.done)
    with pytest.raises(BadAnswer):
        reader.end()


@pytest.mark.parametrize("before", [b"", HELLO], ids=["at first", "later"])
@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE)
def test_in_live_delivery_the_same_goes_on(before: bytes, garbage: bytes) -> None:
    """It cannot be mended there; the caller judges."""
    reader = reader_of(strict=False)
    tape = before + garbage + HELLO + REST

    assert tape == reader.feed(tape).raw
    assert (None, True) == (reader.failure, reader.done)


@pytest.mark.parametrize(
    "sound", [b": hi\n\n", event(PING), b"event: ping\n\n", event({"type": "of_tomorrow"})]
)
def test_what_a_stream_may_have_is_no_failure(sound: bytes) -> None:
    """Comments, pings, and events that Anthropic may add."""
    reader = reader_of()
    tape = sound + HELLO + sound + REST

    assert tape == reader.feed(tape).raw
    assert (None, True) == (reader.failure, reader.complete)


@pytest.mark.parametrize("name", messages.STREAMS)
def test_every_kind_of_stream_passes_strictly_however_it_is_cut(name: str) -> None:
    """In pieces of any size: the same bytes, complete, without a failure."""
    tape = wire(messages.STREAMS[name])
    for size in range(1, 200):
        reader = reader_of()
        places = [*range(0, len(tape), size), len(tape)]

        assert tape == b"".join(reader.feed(tape[a:b]).raw for a, b in pairwise(places))
        assert (True, None) == (reader.complete, reader.failure)
