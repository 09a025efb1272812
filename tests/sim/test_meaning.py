"""The oracle of both dialects: what reads answers naively must read them right."""

from random import Random

import pytest

from src.domain.blocks import Dialect
from src.domain.receipt import Usage
from tests.support import golden, messages

from . import answers, reads_anthropic, reads_openai, speech
from .laws_of_meaning import stream, whole
from .meaning import Call
from .script import Script, joined

both = pytest.mark.parametrize("dialect", speech.DIALECTS)


def asked(dialect: Dialect) -> speech.Asked:
    return speech.Asked(dialect, "m-one", stream=True, choices=1, usage=True)


@both
def test_what_providers_say_is_read(dialect: Dialect) -> None:
    """
    Every stream and every answer of a world ends, and nothing in it is strange.
    """
    for seed in range(100):
        dice = Random(seed)
        frames = answers.TONGUES[dialect].stream("mark-1", asked(dialect), dice)
        body, used = answers.whole("mark-1", asked(dialect), dice)
        for said in (stream(dialect, joined(frames)), whole(dialect, body)):
            strange = [what for what in said.strange if "novelty" not in what]
            assert ([], True, "mark-1") == (strange, said.ended, said.id)
            assert "mark-1" in f"{said.text}{said.thinking}{said.calls}"
        assert used == said.usage


@both
def test_a_beginning_begins_the_whole(dialect: Dialect) -> None:
    """
    A stream that is cut between any two events begins what all of it says, and no other stream.
    """
    tongue = answers.TONGUES[dialect]
    frames = tongue.stream("mark-1", asked(dialect), Random(7))
    other = stream(dialect, joined(tongue.stream("mark-2", asked(dialect), Random(8))))
    said = stream(dialect, Script("good", frames=tuple(frames), dialect=dialect).said())
    parts = [stream(dialect, joined(frames[:count])) for count in range(1, len(frames))]

    assert all(part.begins(said) for part in parts)
    assert not any(part.same(said) for part in parts if part.finish is None)
    assert not any(part.begins(other) for part in parts if part.id)
    assert said.same(said)


def test_golden_streams_are_read() -> None:
    """
    What others recorded is read as well: words, thoughts, calls, reasons and usage.
    """
    anthropic = reads_anthropic.stream(messages.wire(messages.STREAMS["interleaved thinking"]))
    openai = reads_openai.stream(b"".join(golden.wire((*golden.TEXT, golden.USAGE))))

    assert ("I look", "Let me seeAnd", "calls") == (
        anthropic.text,
        anthropic.thinking,
        anthropic.finish,
    )
    assert [
        Call("toolu_1", "weather", '{"city": "Zürich"}'),
        Call("toolu_2", "weather", "{}"),
    ] == anthropic.calls
    assert Usage(44, 12, cached_tokens=30, cache_write_tokens=5) == anthropic.usage
    assert "".join(golden.WORDS) == openai.text
    assert ("stop", True, []) == (openai.finish, openai.ended, openai.strange)


@pytest.mark.parametrize(
    "spoilt",
    [
        messages.wire([messages.STOP]),
        messages.wire([messages.start(), messages.begin(1, {"type": "text", "text": ""})]),
        messages.wire([messages.start(), messages.delta(0, "text_delta", text="x")]),
        messages.wire([messages.start(), messages.start()]),
        messages.wire([messages.start(), *messages.last("end_turn"), messages.PING]),
        b"data: [DONE]\n\n",
    ],
)
def test_what_is_out_of_order_is_strange(spoilt: bytes) -> None:
    """
    A caller of Anthropic's dialect gets its events in their order, or the oracle says so.
    """
    assert reads_anthropic.stream(spoilt).strange


@pytest.mark.parametrize(
    "spoilt",
    [
        b"data: [DONE]\n\ndata: [DONE]\n\n",
        b'data: {"choices": 1}\n\n',
        messages.wire([messages.start()]),
        messages.event(messages.OVERLOADED).replace(b'"error":', b'"oops":'),
        b'x"}\n\n',
    ],
)
def test_what_is_no_chunk_is_strange(spoilt: bytes) -> None:
    """
    A caller of OpenAI's dialect gets chunks, comments and one end, or the oracle says so.
    """
    assert reads_openai.stream(spoilt).strange
