"""Counts of tokens from one dialect to the other: what was said stays, zeros too."""

import json
from typing import Any

import pytest

from src.domain.blocks import Dialect
from src.domain.dialects.wire import Wire
from tests.support import golden, messages
from tests.support.claude import whole
from tests.support.messages import Json
from tests.unit.test_translation import OTHER, asked

GIVEN = {"input_tokens": 5, "cache_read_input_tokens": 0, "cache_creation_input_tokens": 0}
#: What a provider says last, and what the caller reads.
ANTHROPICS: list[tuple[Json, Json]] = [
    (
        {"output_tokens": 9, "output_tokens_details": {"thinking_tokens": 0}},
        {"reasoning_tokens": 0},
    ),
    (
        {"output_tokens": 9, "output_tokens_details": {"thinking_tokens": 4}},
        {"reasoning_tokens": 4},
    ),
    ({"output_tokens": 9}, {}),
    ({"output_tokens": 9, "output_tokens_details": None}, {}),
]
OPENAIS: list[tuple[Json, Json]] = [
    ({"reasoning_tokens": 0}, {"thinking_tokens": 0}),
    ({"reasoning_tokens": 4}, {"thinking_tokens": 4}),
    ({}, None),
    (None, None),
]


def heard(spoken: Dialect, stream: list[bytes], answer: Json, *, streamed: bool) -> Json:
    """The usage that a caller of the other dialect reads, from its last word on it."""
    caller = OTHER[spoken]
    wire = Wire.between(caller, spoken)
    if not streamed:
        return json.loads(wire.give({}, messages.dump(answer), now=1.0).body)["usage"]
    raw = wire.reader(asked(caller), now=1.0, strict=False).feed(b"".join(stream)).raw
    found = [line[6:] for line in raw.split(b"\n") if line.startswith(b"data: {")]
    said = [event["usage"] for event in map(json.loads, found) if event.get("usage")]
    return said[-1]


both_ways = pytest.mark.parametrize("streamed", [False, True], ids=["whole", "stream"])


@both_ways
@pytest.mark.parametrize(("said", "expected"), ANTHROPICS)
def test_of_anthropics(said: Json, expected: Json, streamed: bool) -> None:
    """What nobody counted is not told as 0; the cache's zeros are."""
    last = messages.last("end_turn", **said)
    events = [messages.start(GIVEN | {"output_tokens": 1}), *messages.text(0, "I"), *last]
    stream = [messages.event(event) for event in events]
    usage = heard("anthropic_messages", stream, whole(events), streamed=streamed)

    assert (5, 9, expected, {"cached_tokens": 0, "cache_write_tokens": 0}) == (
        *(usage["prompt_tokens"], usage["completion_tokens"]),
        *(usage["completion_tokens_details"], usage["prompt_tokens_details"]),
    )


@both_ways
@pytest.mark.parametrize(("details", "expected"), OPENAIS)
def test_of_openais(details: Json, expected: Json, streamed: bool) -> None:
    """The same to an Anthropic caller."""
    said: Any = {"prompt_tokens": 5, "completion_tokens": 0, "completion_tokens_details": details}
    said |= {"prompt_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0}}
    stream = [*golden.wire((*golden.TEXT, golden.envelope([], usage=said)))]
    answer = golden.answer({"content": "I"}, usage=said)
    usage = heard("openai_chat", stream, answer, streamed=streamed)

    assert (5, 0, 0, 0, expected) == (
        *(usage["input_tokens"], usage["output_tokens"], usage["cache_read_input_tokens"]),
        *(usage["cache_creation_input_tokens"], usage.get("output_tokens_details")),
    )


def test_the_last_count_stands() -> None:
    """Each is a total: none is added to another, whichever field it comes in."""
    first, last = (
        messages.last("end_turn", output_tokens=7, input_tokens=6)[0],
        {"output_tokens": 0},
    )
    second = first | {"usage": last}
    events = [messages.start(), *messages.text(0, "I"), first, second, messages.STOP]
    stream = [messages.event(event) for event in events]
    usage = heard("anthropic_messages", stream, None, streamed=True)

    assert (6 + 30 + 5, 0) == (usage["prompt_tokens"], usage["completion_tokens"])
