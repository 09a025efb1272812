"""Whatever callers and providers send in OpenAI's dialect: read, or refused by name."""

import json
from collections import Counter
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from src.domain import sse, strict_json
from src.domain.answers import BlockEnded, BlockStarted, Delta, Event
from src.domain.dialects.openai_chat import answer_in, answer_out, request_in, request_out
from src.domain.dialects.openai_chat.stream_in import Decoder
from src.domain.dialects.openai_chat.stream_out import Encoder
from src.domain.errors import InvalidRequest, UpstreamError
from tests.support import golden, openai_random

NAMES = st.sampled_from([
    "role", "content", "type", "text", "id", "function", "name", "arguments", "index", "thinking",
    "tool_calls", "delta", "message", "choices", "finish_reason", "usage", "error",
])  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=8,
)
WHOLE = [golden.TEXT_ANSWER, golden.TOOL_ANSWER, golden.REASONING_ANSWER, golden.TWO_ANSWERS]
CHUNKS = [
    json.loads(payload) for stream in golden.STREAMS.values() for payload in (*stream, golden.USAGE)
]


def request(body: Any) -> str:
    """How a request fares: `read`, or `refused`."""
    try:
        conversation = request_in.read(strict_json.read(golden.dump(body)))
    except InvalidRequest:
        return "refused"
    request_out.write(
        *(conversation, "m"), ask_usage=True, max_field="max_tokens", replays_reasoning=True,
        carries_cache_marks=False, reasons=False, texts_only=True,
    )  # fmt: skip
    return "read"


def answer(body: Any) -> str:
    try:
        answer_out.write(answer_in.read(golden.dump(body), now=0.0))
    except UpstreamError:
        return "refused"
    return "read"


def stream(chunks: list[Any]) -> str:
    """And nothing is said of a block that is over; indexes are 0, 1, 2, ..."""
    decoder = Decoder(0.0)
    try:
        events = [e for c in chunks for e in decoder.feed(sse.Event(b"", golden.dump(c)))]
        events += decoder.end()
    except UpstreamError:
        return "refused"
    encoder = Encoder(include_usage=True, now_created=0)
    assert all(isinstance(encoder.write(event), bytes) for event in events)
    _in_good_order(events)
    return "read"


def _in_good_order(events: list[Event]) -> None:
    opened: Counter[int] = Counter()
    running: set[tuple[int, int]] = set()
    for event in events:
        match event:
            case BlockStarted(index=index, choice=choice):
                assert opened[choice] == index
                opened[choice] += 1
                running.add((choice, index))
            case BlockEnded(index=index, choice=choice):
                running.remove((choice, index))
            case Delta(index=index, choice=choice):
                assert (choice, index) in running


def test_bent_requests() -> None:
    """Something strange in one place of 2,000 valid ones: some are read, some refused."""
    dice = Random(1)
    ends = Counter(
        request(openai_random.bent(openai_random.request(dice), dice)) for _ in range(2000)
    )

    assert {"read", "refused"} == set(ends)


def test_bent_answers() -> None:
    """The same of 2,000 answers."""
    dice = Random(2)
    ends = Counter(answer(openai_random.bent(dice.choice(WHOLE), dice)) for _ in range(2000))

    assert {"read", "refused"} == set(ends)


def test_bent_streams() -> None:
    """Chunks of different streams thrown together, some of them bent, 3,000 times."""
    dice = Random(3)
    stop = json.loads(golden.piece({}, finish="stop"))
    ends: Counter[str] = Counter()
    for _ in range(3000):
        chunks = [dice.choice(CHUNKS) for _ in range(dice.randrange(1, 8))]
        bend = [openai_random.bent(c, dice) if dice.random() < 0.2 else c for c in chunks]
        ends[stream([*bend, stop])] += 1

    assert {"read", "refused"} == set(ends)


@settings(max_examples=100)
@given(st.dictionaries(NAMES, JSON, max_size=6))
def test_any_object(body: dict[str, Any]) -> None:
    """As a request, an answer, a chunk: typed errors and nothing else."""
    request({"model": "m", "messages": [body]})
    request({"model": "m", "messages": [{"role": "user", "content": "x"}]} | body)
    answer(body)
    answer({"choices": [{"message": body}]})
    stream([{"choices": [{"delta": body}]}, body])
