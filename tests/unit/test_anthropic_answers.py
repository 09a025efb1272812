"""A whole answer of Anthropic's as a value, and a value as a whole answer."""

import json

import pytest
from attrs import evolve

from src.domain.answers import Answer, Choice, Finish
from src.domain.blocks import (
    Audio,
    Block,
    Data,
    Extras,
    Foreign,
    RedactedThinking,
    Refused,
    Text,
    Thinking,
    ToolCall,
)
from src.domain.dialects.anthropic_messages import answer_in, answer_out
from src.domain.errors import BadAnswer, ServerFailed, UpstreamError
from src.domain.receipt import Usage
from tests.support import messages
from tests.support.messages import ANSWER, CITATION, OVERLOADED, Json

SEARCH = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}}
VALUE = Answer(
    id="msg_1",
    model=messages.MODEL,
    choices=(
        Choice(
            (
                *(Thinking("Hm", "c2ln"), RedactedThinking("RW5j")),
                Text("I look", extras=Extras("anthropic_messages", {"citations": [CITATION]})),
                ToolCall("toolu_1", "weather", '{"city":"Zürich"}'),
                Foreign("anthropic_messages", SEARCH),
            ),
            "tool_calls",
        ),
    ),
    usage=Usage(44, 1, cached_tokens=30, cache_write_tokens=5),
    extras=Extras("anthropic_messages", {"container": ANSWER["container"]}),
)


def read(**members: object) -> Answer:
    return answer_in.read(messages.dump(ANSWER | members), now=0.0)


def write(*blocks: Block, finish: Finish | None = "stop") -> tuple[Json, tuple[str, ...]]:
    written = answer_out.write(evolve(VALUE, choices=(Choice(blocks, finish),)))
    return json.loads(written.body), written.dropped + written.lost


def test_an_answer_is_read() -> None:
    """Each block, why it ended, what it used; the id and the model are the provider's."""
    assert VALUE == read()


def test_an_answer_is_written() -> None:
    """As Anthropic writes it, to the field."""
    written = answer_out.write(VALUE)

    assert ANSWER == json.loads(written.body)
    assert ((), ()) == (written.dropped, written.lost)


REASONS: list[tuple[str, Finish]] = [
    ("end_turn", "stop"),
    ("max_tokens", "length"),
    ("stop_sequence", "stop_sequence"),
    ("tool_use", "tool_calls"),
    ("pause_turn", "pause"),
    ("refusal", "refusal"),
    ("model_context_window_exceeded", "window"),
]


@pytest.mark.parametrize(("word", "finish"), REASONS)
def test_every_reason_is_known_both_ways(word: str, finish: Finish) -> None:
    """And goes back as the word that it was."""
    assert finish == read(stop_reason=word).choices[0].finish
    assert word == write(Text("A"), finish=finish)[0]["stop_reason"]


def test_a_reason_of_tomorrow_ends_an_answer_all_the_same() -> None:
    """It is complete."""
    assert "stop" == read(stop_reason="of_tomorrow").choices[0].finish
    assert None is read(stop_reason=None).choices[0].finish


def test_which_stop_sequence_it_was() -> None:
    """Both ways."""
    found = read(stop_reason="stop_sequence", stop_sequence="###")

    assert "###" == found.choices[0].stop_sequence
    assert "###" == json.loads(answer_out.write(found).body)["stop_sequence"]


ENDS: list[tuple[tuple[Block, ...], Finish | None, str | None]] = [
    ((Text("A"),), "filtered", "refusal"),
    ((ToolCall("a", "f", "{}"),), "stop", "tool_use"),
    ((ToolCall("a", "f", "{}"),), "length", "max_tokens"),
    ((Text("A"),), None, None),
]


@pytest.mark.parametrize(("blocks", "finish", "expected"), ENDS)
def test_ends_of_other_dialects(
    blocks: tuple[Block, ...], finish: Finish | None, expected: str | None
) -> None:
    """Who makes tool calls and says "stop" means tool_use, or no agent would run them."""
    assert expected == write(*blocks, finish=finish)[0]["stop_reason"]


def test_blocks_of_other_dialects() -> None:
    """Empty texts are left out, a refusal is a text, an id is made fit, no arguments are {}."""
    body, unsaid = write(
        *(Text(""), Thinking("T"), Refused("No."), ToolCall("a.b", "f", "")),
        *(Foreign("openai_chat", {"x": 1}), Audio(Data("audio/wav", "a"))),
    )

    assert [
        {"type": "thinking", "thinking": "T", "signature": ""},
        {"type": "text", "text": "No."},
        {"type": "tool_use", "id": "a_b", "name": "f", "input": {}},
    ] == body["content"]
    assert ("content[4]", "content[5]") == unsaid


@pytest.mark.parametrize("arguments", ["{", "[]", "null", '{"a": "'])
def test_broken_arguments_are_a_broken_answer(arguments: str) -> None:
    """Unless the limit of tokens cut them: then the call is left out, and named."""
    with pytest.raises(BadAnswer):
        write(ToolCall("a", "f", arguments))

    body, unsaid = write(Text("A"), ToolCall("a", "f", arguments), finish="length")
    assert ([{"type": "text", "text": "A"}], ("content[1]",)) == (body["content"], unsaid)


def test_an_answer_without_choices_is_empty() -> None:
    """And further ones are lost."""
    none = answer_out.write(evolve(VALUE, choices=()))
    two = answer_out.write(evolve(VALUE, choices=VALUE.choices * 2))

    assert [] == json.loads(none.body)["content"]
    assert ("choices[1]",) == two.lost


def test_usage_that_nobody_said_is_zero() -> None:
    """The SDKs demand it."""
    body = json.loads(answer_out.write(evolve(VALUE, usage=None)).body)

    assert 0 == body["usage"]["input_tokens"]


NO_ANSWERS: list[tuple[bytes, type[UpstreamError]]] = [
    (b"", BadAnswer),
    (b"<html>", BadAnswer),
    (b"[]", BadAnswer),
    (b'{"content": {}}', BadAnswer),
    (b'{"content": [4]}', BadAnswer),
    (b'{"content": [{}]}', BadAnswer),
    (b'{"content": [{"type": "text"}]}', BadAnswer),
    (b'{"content": [{"type": "tool_use", "id": "a", "name": "f", "input": []}]}', BadAnswer),
    (b'{"content": [], "stop_reason": 4}', BadAnswer),
    (b'{"content": [], "id": 4}', BadAnswer),
    (messages.dump(OVERLOADED), ServerFailed),
]


@pytest.mark.parametrize(("body", "expected"), NO_ANSWERS)
def test_what_is_no_answer_is_an_error(body: bytes, expected: type[UpstreamError]) -> None:
    """Of the provider's, whatever it is."""
    with pytest.raises(UpstreamError) as caught:
        answer_in.read(body, now=0.0)

    assert expected is type(caught.value)
