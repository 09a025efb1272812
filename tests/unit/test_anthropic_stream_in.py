"""A stream of Anthropic's as events in no provider's words."""

import pytest

from src.domain import sse
from src.domain.answers import (
    BlockEnded,
    BlockStarted,
    Delta,
    Ended,
    Event,
    Failed,
    Finished,
    ForeignDelta,
    Started,
    UsageSaid,
)
from src.domain.blocks import Foreign
from src.domain.dialects.anthropic_messages.stream_in import Decoder
from src.domain.errors import BadAnswer, Cut, RateLimited, ServerFailed, StreamFailed
from src.domain.receipt import Usage
from tests.support import messages
from tests.support.messages import (
    OVERLOADED,
    PING,
    STOP,
    STREAMS,
    Json,
    begin,
    delta,
    event,
    start,
    stop,
    wire,
)

FIRST = Usage(44, 1, cached_tokens=30, cache_write_tokens=5)
LAST = Usage(44, 12, cached_tokens=30, cache_write_tokens=5)
STARTED = Started("msg_1", messages.MODEL, FIRST)


def decode(*parts: bytes) -> list[Event]:
    """All that is said, to the end."""
    reader, decoder = sse.Reader(), Decoder(now=0.0)
    found = [said for part in parts for came in reader.feed(part) for said in decoder.feed(came)]
    return [*found, *decoder.end()]


def text(index: int, *words: str) -> list[Event]:
    pieces = [Delta(index, "text", word) for word in words]
    return [BlockStarted(index, "text"), *pieces, BlockEnded(index)]


def thought(index: int, *words: str, signature: str) -> list[Event]:
    pieces = [Delta(index, "thinking", word) for word in words]
    signed = Delta(index, "signature", signature)
    return [BlockStarted(index, "thinking"), *pieces, signed, BlockEnded(index)]


def call(index: int, id: str, *pieces: str) -> list[Event]:
    said = [Delta(index, "arguments", piece) for piece in pieces]
    return [BlockStarted(index, "tool_call", id, "weather"), *said, BlockEnded(index)]


def foreign(fields: Json) -> Foreign:
    return Foreign("anthropic_messages", fields)


SEARCH, FOUND = (messages.searched(1)[i]["content_block"] for i in (0, 3))
EXPECTED: dict[str, list[Event]] = {
    "text": [STARTED, *text(0, *messages.WORDS), UsageSaid(LAST), Finished("stop"), Ended()],
    "interleaved thinking": [
        *(STARTED, *thought(0, "Let me", " see", signature="c2ln"), *text(1, "I look")),
        *call(2, "toolu_1", '{"city": "Zü', 'rich"}'),
        *(*thought(3, "And", signature="bW9yZQ=="), *call(4, "toolu_2", "{}")),
        *(UsageSaid(LAST), Finished("tool_calls"), Ended()),
    ],
    "parallel tools": [
        *(STARTED, *text(0, "Both."), *call(1, "toolu_1", '{"a":', '"\\u00', 'e9"}')),
        *(*call(2, "toolu_2", '{"b":[1,2]}'), UsageSaid(LAST), Finished("tool_calls"), Ended()),
    ],
    "text after a tool call": [
        *(STARTED, *call(0, "toolu_1", "{}"), *text(1, "Done", ".")),
        *(UsageSaid(LAST), Finished("tool_calls"), Ended()),
    ],
    "redacted thinking": [
        *(STARTED, BlockStarted(0, "redacted_thinking", data="RW5j"), BlockEnded(0)),
        *(*text(1, "Hm."), UsageSaid(LAST), Finished("stop"), Ended()),
    ],
    "citations": [
        *(STARTED, BlockStarted(0, "text"), Delta(0, "text", "so")),
        ForeignDelta(0, foreign({"type": "citations_delta", "citation": messages.CITATION})),
        *(BlockEnded(0), UsageSaid(LAST), Finished("stop"), Ended()),
    ],
    "a server's tool": [
        *(STARTED, BlockStarted(0, "foreign", foreign=foreign(SEARCH))),
        ForeignDelta(0, foreign({"type": "input_json_delta", "partial_json": '{"query":"x"}'})),
        *(BlockEnded(0), BlockStarted(1, "foreign", foreign=foreign(FOUND)), BlockEnded(1)),
        *(*text(2, "Found."), UsageSaid(LAST), Finished("pause"), Ended()),
    ],
    "a refusal": [STARTED, *text(0, "I"), UsageSaid(LAST), Finished("refusal"), Ended()],
    "a stop sequence": [
        *(STARTED, *text(0, "I"), UsageSaid(LAST), Finished("stop_sequence", "###"), Ended()),
    ],
    "usage only at the end": [
        *(Started("msg_1", messages.MODEL, Usage()), *text(0, "I")),
        *(UsageSaid(Usage(44, 12)), Finished("length"), Ended()),
    ],
    "nothing": [
        *(STARTED, UsageSaid(Usage(44, 12, 30, 3, cache_write_tokens=5))),
        *(Finished("stop"), Ended()),
    ],
}


@pytest.mark.parametrize("name", STREAMS)
def test_a_recorded_stream_says_the_same_however_it_is_cut(name: str) -> None:
    """In two at every place."""
    tape = wire(STREAMS[name])
    for cut in range(len(tape)):
        assert EXPECTED[name] == decode(tape[:cut], tape[cut:])


def test_what_a_block_begins_with_counts() -> None:
    """Imitators of this dialect put it there; an input at once, if no piece follows."""
    block = {"type": "thinking", "thinking": "T", "signature": "s"}
    use = {"type": "tool_use", "id": "a", "name": "weather", "input": {"x": 1}}
    tape = [
        *(start(), begin(0, {"type": "text", "text": "A"}), stop(0), begin(1, block), stop(1)),
        *(begin(2, use), stop(2), begin(3, use), delta(3, "input_json_delta", partial_json="{}")),
        *(stop(3), *messages.last("tool_use")),
    ]

    assert [
        *(STARTED, *text(0, "A"), *thought(1, "T", signature="s"), *call(2, "a", '{"x":1}')),
        *(*call(3, "a", "{}"), UsageSaid(LAST), Finished("tool_calls"), Ended()),
    ] == decode(wire(tape))


def test_blocks_that_were_left_open_are_closed() -> None:
    """Before the answer is."""
    tape = [start(), *messages.text(0, "A")[:-1], *messages.last("end_turn")]

    assert EXPECTED["text"][-1] == Ended()
    assert [STARTED, *text(0, "A")[:-1]] == decode(wire(tape))[:3]
    assert BlockEnded(0) == decode(wire(tape))[4]


def test_an_end_without_a_reason_is_an_end() -> None:
    """The provider says so; with tool calls it is theirs."""
    tape = [start(), *messages.tool(0, "toolu_1", "{}"), STOP]

    assert [Finished("tool_calls"), Ended()] == decode(wire(tape))[-2:]


def test_an_end_alone_is_no_answer() -> None:
    """Nothing said and no reason given, as where bytes pass."""
    with pytest.raises(BadAnswer):
        decode(wire([start(), STOP]))


def test_what_it_does_not_know_it_passes_over() -> None:
    """Comments, pings, events of tomorrow, and all that follows the end."""
    strange = b": hi\n\n" + event(PING) + event({"type": "of_tomorrow"})
    tape = event(start()) + strange + wire([*messages.last("end_turn"), *messages.text(0, "A")])

    assert [STARTED, UsageSaid(LAST), Finished("stop"), Ended()] == decode(tape)


def test_a_stream_that_ends_early_is_cut() -> None:
    """Until its reason has come; with it, the answer is whole."""
    bodies = STREAMS["text"]
    for count in range(len(bodies) - 2):
        with pytest.raises(Cut):
            decode(wire(bodies[:count]))

    assert EXPECTED["text"] == decode(wire(bodies[:-1]))


FAILURES = [
    (event(OVERLOADED), ServerFailed),
    (b"event: error\ndata: x\n\n", StreamFailed),
    (b'data: {"type":"error","error":{"type":"rate_limit_error","message":"x"}}\n\n', RateLimited),
]


@pytest.mark.parametrize(("raw", "expected"), FAILURES)
def test_an_error_event_ends_the_stream(raw: bytes, expected: type[Exception]) -> None:
    """Nothing follows, not even what came."""
    found = decode(event(start()) + raw + wire(messages.text(0, "A")))

    assert STARTED == found[0]
    assert [expected] == [type(said.error) for said in found[1:] if isinstance(said, Failed)]
    assert 2 == len(found)


BROKEN: dict[str, list[Json]] = {
    "no start": messages.text(0, "A"),
    "two starts": [start(), start()],
    "no message": [{"type": "message_start"}],
    "a block twice": [start(), *messages.text(0)[:1], *messages.text(0)],
    "a delta of no block": [start(), delta(0, "text_delta", text="x")],
    "a stop of no block": [start(), stop(0)],
    "a block without a place": [start(), {"type": "content_block_start", "content_block": {}}],
    "a block of no type": [start(), begin(0, {})],
    "a delta of another block": [
        *(start(), messages.tool(0, "t")[0], delta(0, "text_delta", text="x")),
    ],
    "a text that is none": [start(), *messages.text(0)[:1], delta(0, "text_delta", text=4)],
    "a call without a name": [start(), begin(0, {"type": "tool_use", "id": "x"})],
    "a reason that is none": [start(), {"type": "message_delta", "delta": {"stop_reason": 4}}],
}


@pytest.mark.parametrize("bodies", BROKEN.values(), ids=BROKEN)
def test_a_broken_grammar_is_a_bad_answer(bodies: list[Json]) -> None:
    """The provider's fault, and said so."""
    with pytest.raises(BadAnswer):
        decode(wire(bodies))


@pytest.mark.parametrize("raw", [b"data: no json\n\n", b"data: [1]\n\n", b"data: 4\n\n"])
def test_what_is_no_event_is_a_bad_answer(raw: bytes) -> None:
    """It might have been a piece of the answer."""
    with pytest.raises(BadAnswer):
        decode(event(start()) + raw)
