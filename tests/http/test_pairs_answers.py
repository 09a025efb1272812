"""Answers of providers of either dialect, as either official SDK shows them."""

from pydantic import BaseModel

from tests.support import golden, messages
from tests.support.pair_answers import (
    CALLS,
    HELLO,
    SIGNATURE,
    STRUCTURED,
    TEXT,
    THOUGHT,
    USED,
    ZEROS,
    stopped,
)
from tests.support.pairs import BODY, TO_ANTHROPIC, Pair, ability, both_ways, shows, talk

#: What ends an answer: OpenAI's word, Anthropic's, and the sequence where it was one.
STOPS = {
    "Stops: done": ("stop", "end_turn", None),
    "Stops: the limit of tokens": ("length", "max_tokens", None),
    "Stops: filtered, refused": ("content_filter", "refusal", None),
}
ANTHROPICS_STOPS = {
    "Stops: a stop sequence": ("stop", "stop_sequence", "###"),
    "Stops: `pause_turn`": ("stop", "pause_turn", None),
    "Stops: the context window": ("stop", "model_context_window_exceeded", None),
    "Stops: a word nobody knows": ("so_it_is", "so_it_is", None),
}


class City(BaseModel):
    """What the structured answer is."""

    city: str
    people: int


@ability("Text")
@both_ways
async def test_text(pair: Pair, streamed: bool) -> None:
    """
    Every character, and the provider's own name of the model.
    """
    async with talk(pair, TEXT) as t:
        said = await t.ask(streamed=streamed)

    model = golden.MODEL if pair.upstream == "openai_chat" else messages.MODEL
    assert (HELLO, model, ()) == (said.text, said.model, said.calls)


@ability("Parallel tool calls")
@both_ways
async def test_parallel_tool_calls(pair: Pair, streamed: bool) -> None:
    """
    Two calls with their ids, in order, their arguments put together from pieces.
    """
    async with talk(pair, CALLS) as t:
        said = await t.ask(streamed=streamed)

    assert [("call_0", "weather"), ("call_1", "weather")] == [call[:2] for call in said.calls]
    assert ["Zürich", "北京"] == [arguments["city"] for _, _, arguments in said.calls]


@shows("Stops: tool calls")
@both_ways
async def test_stops_for_tool_calls(pair: Pair, row: str, word: str, streamed: bool) -> None:
    """
    The word that makes an agent run its tools.
    """
    async with talk(pair, CALLS) as t:
        assert word == (await t.ask(streamed=streamed)).finish


@ability("Thinking")
@both_ways
async def test_thinking(pair: Pair, streamed: bool) -> None:
    """
    What was thought stands apart from what was said, with its signature where there is one; the AI
    SDK's provider for compatible endpoints has no place for it.
    """
    async with talk(pair, THOUGHT) as t:
        said = await t.ask(streamed=streamed)

    signs = pair.upstream == "anthropic_messages" and pair.sdk != "ai-compatible"
    signed = [SIGNATURE] if signs else []
    assert ("Think hard.", "42") == (said.thought, said.text)
    assert signed == [*filter(None, said.signatures)]


@ability("Structured output")
@both_ways
async def test_structured_output(pair: Pair, streamed: bool) -> None:
    """
    The SDK's own helper gets its object, whatever the provider speaks.
    """
    async with talk(pair, STRUCTURED) as t:
        said = await t.sdk.parsed(City, streamed=streamed, **BODY[pair.caller])

    assert City(city="Bern", people=134000) == said


@shows(STOPS)
@both_ways
async def test_stops(pair: Pair, row: str, word: str, streamed: bool) -> None:
    """
    Why it ended, in the caller's words.
    """
    finish, reason, _ = STOPS[row]
    async with talk(pair, stopped(finish, reason)) as t:
        assert word == (await t.ask(streamed=streamed)).finish


@shows(ANTHROPICS_STOPS, *TO_ANTHROPIC)
@both_ways
async def test_stops_of_anthropics(pair: Pair, row: str, word: str, streamed: bool) -> None:
    """
    What only Anthropic says; the sequence that ended it comes along where there is a place for it.
    """
    finish, reason, sequence = ANTHROPICS_STOPS[row]
    async with talk(pair, stopped(finish, reason, sequence=sequence)) as t:
        said = await t.ask(streamed=streamed)

    there = sequence if "anthropic" in pair.sdk else None
    assert (word, there) == (said.finish, said.stop_sequence)


@ability("Usage")
@both_ways
async def test_usage(pair: Pair, streamed: bool) -> None:
    """
    All input, what of it was read from and written to the cache, output, and reasoning in it; the
    receipt has the same.
    """
    async with talk(pair, USED) as t:
        said = await t.ask(streamed=streamed)
        booked = (await t.relay.finished()).usage

    # The AI SDK's provider for compatible endpoints reads no writes to the cache.
    written = None if pair.sdk == "ai-compatible" else 5
    assert (50, 30, written, 9, 3) == said.usage
    assert booked is not None
    assert (50, 30, 5, 9, 3) == (
        *(booked.input_tokens, booked.cached_tokens, booked.cache_write_tokens),
        *(booked.output_tokens, booked.reasoning_tokens),
    )


@ability("Usage: zeros")
@both_ways
async def test_zeros_are_kept(pair: Pair, streamed: bool) -> None:
    """
    A zero is a zero, and not unknown; the last count wins over an earlier one.
    """
    async with talk(pair, ZEROS) as t:
        said = await t.ask(streamed=streamed)

    written = None if pair.sdk == "ai-compatible" else 0
    assert (5, 0, written, 0, 0) == said.usage
