"""Whatever comes, the dialect refuses it by name or reads it; it never breaks."""

import json
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from src.domain import answers, sse, strict_json
from src.domain.answers import BlockEnded, BlockStarted, Delta, Ended, Event, Finished, Started
from src.domain.dialects.anthropic_messages import answer_in, answer_out, request_in, request_out
from src.domain.dialects.anthropic_messages.stream_in import Decoder
from src.domain.dialects.anthropic_messages.stream_out import Encoder
from src.domain.errors import Cut, InvalidRequest, UpstreamError
from tests.support.messages import ANSWER, STREAMS, Json

NAMES = (
    *("type", "role", "content", "text", "source", "data", "media_type", "url", "id", "name"),
    *("input", "tool_use_id", "is_error", "thinking", "signature", "cache_control", "index"),
    *("delta", "usage", "input_tokens", "message", "content_block", "stop_reason", "error"),
    *("partial_json", "schema", "format", "effort", "budget_tokens", "user_id", "ttl"),
)
VALUES = (
    *("text", "image", "document", "tool_use", "tool_result", "thinking", "redacted_thinking"),
    *("base64", "url", "file", "image/png", "user", "assistant", "system", "a", "", "enabled"),
    *("auto", "any", "tool", "json_schema", "text_delta", "input_json_delta", "end_turn"),
    *("message_start", "content_block_start", "content_block_delta", "content_block_stop"),
    *("message_delta", "message_stop", "ping", "error", "overloaded_error"),
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-2, 3)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(VALUES)
    | st.text(max_size=4)
)
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5)
    ),
    max_leaves=20,
)
BLOCK = st.fixed_dictionaries({"type": st.sampled_from(VALUES)}) | JSON
MESSAGE = st.fixed_dictionaries(
    {"role": st.sampled_from(["user", "assistant", "system"]), "content": st.lists(BLOCK) | JSON}
)
REQUEST = st.fixed_dictionaries(
    {"model": st.just("claude-x"), "messages": st.lists(MESSAGE, min_size=1) | JSON},
    optional=dict.fromkeys(
        (
            *("system", "tools", "tool_choice", "thinking", "output_config", "output_format"),
            *("metadata", "temperature", "top_k", "stop_sequences", "max_tokens", "stream", "x"),
        ),
        JSON,
    ),
)


def surgeries(value: Json) -> st.SearchStrategy[Json]:
    """The value with one place in it replaced by something else."""
    places = list(_places(value))
    return st.tuples(st.sampled_from(places), JSON).map(lambda cut: _replaced(value, *cut))


def _places(value: Json, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    held: list[tuple[object, Json]] = []
    if isinstance(value, dict):
        held = list(value.items())
    elif isinstance(value, list):
        held = list(enumerate(value))
    return [path, *(place for name, part in held for place in _places(part, (*path, name)))]


def _replaced(value: Json, path: tuple[object, ...], new: Json) -> Json:
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = _replaced(value[path[0]], path[1:], new)
    return copy


@settings(max_examples=120)
@given(REQUEST | st.dictionaries(st.sampled_from(NAMES), JSON))
def test_any_request_is_read_or_refused_by_name(body: Json) -> None:
    """And what was read can be written, or is refused by name."""
    try:
        document = strict_json.read(json.dumps(body).encode())
        written = request_out.write(request_in.read(document), "claude-x")
    except InvalidRequest as error:
        assert error.param
        return

    assert isinstance(json.loads(written.body), dict)


@settings(max_examples=120)
@given(surgeries(ANSWER) | JSON)
def test_any_answer_is_read_or_is_an_upstream_error(body: Json) -> None:
    """And what was read can be written."""
    try:
        answer = answer_in.read(json.dumps(body).encode(), now=0.0)
    except UpstreamError:
        return

    assert "message" == json.loads(answer_out.write(answer).body)["type"]


TAPES = st.sampled_from([body for bodies in STREAMS.values() for body in bodies])
EVENTS = st.lists(TAPES | TAPES.flatmap(surgeries) | JSON, max_size=12)


@settings(max_examples=120)
@given(EVENTS)
def test_any_events_are_told_or_are_an_upstream_error(bodies: list[Json]) -> None:
    """And what is told can be written."""
    decoder, encoder = Decoder(now=0.0), Encoder()
    try:
        for body in (STREAMS["text"][0], *bodies):
            event = sse.Event(b"", json.dumps(body).encode())
            for said in decoder.feed(event):
                encoder.write(said)
        for said in decoder.end():
            encoder.write(said)
    except UpstreamError:
        return


KINDS = st.sampled_from(get_args(answers.Kind))
PARTS = st.sampled_from(["text", "thinking", "signature", "arguments", "refusal"])
SMALL = st.integers(0, 3)
SAID: st.SearchStrategy[Event] = st.one_of(
    st.builds(BlockStarted, SMALL, KINDS, st.text(max_size=3)),
    st.builds(Delta, SMALL, PARTS, st.sampled_from(["", "{}", "x"])),
    st.builds(BlockEnded, SMALL),
    st.builds(Finished, st.sampled_from(get_args(answers.Finish))),
)


@settings(max_examples=120)
@given(st.lists(SAID, max_size=25))
def test_whatever_is_written_keeps_the_grammar(events: list[Event]) -> None:
    """Read back it is whole: blocks never overlap, and count 0, 1, 2, ..."""
    encoder, decoder, places = Encoder(), Decoder(now=0.0), []
    try:
        raw = b"".join(map(encoder.write, (Started("i", "m"), *events, Finished("stop"), Ended())))
    except (UpstreamError, Cut):
        return
    open_blocks = 0
    for event in sse.Reader().feed(raw):
        for said in decoder.feed(event):
            open_blocks += isinstance(said, BlockStarted) - isinstance(said, BlockEnded)
            assert 0 <= open_blocks <= 1
            if isinstance(said, BlockStarted):
                places.append(said.index)

    assert [] == decoder.end()
    assert list(range(len(places))) == places
