"""Text through the relay: whole, streamed, piece by piece, and every character of it."""

import asyncio
import json

from tests.support import golden
from tests.support.behaviours import bytes_cut_at, chat, gated_stream, ok_chat
from tests.support.node import run
from tests.support.relay import relay_of
from tests.support.script import in_turn
from tests.support.sdk import HELLO

from .page import ability


@ability("Text, whole", "openai", "vercel")
async def test_text_whole(sdk: str) -> None:
    """
    A whole answer says every word, and the upstream's own name of the model.
    """
    async with relay_of() as (_, relay):
        said = await run(relay, sdk, "whole")

    assert (HELLO, golden.MODEL, "stop") == (said["text"], said["model"], said["finish"])


@ability("Text, streamed", "openai", "vercel")
async def test_text_streamed(sdk: str) -> None:
    """
    A stream says the same words, one piece for each of the provider's.
    """
    async with relay_of() as (_, relay):
        said = await run(relay, sdk, "streamed")

    assert list(golden.WORDS) == said["pieces"]
    assert (HELLO, golden.MODEL, "stop") == (said["text"], said["model"], said["finish"])


@ability("Pieces as they come", "openai", "vercel")
async def test_pieces_as_they_come(sdk: str) -> None:
    """
    The first piece is there before the provider has sent the second.
    """
    gate = asyncio.Event()
    pieces: list[str] = []
    held: list[bool] = []

    async with relay_of(gated_stream(golden.TEXT, gate, after=2)) as (one, relay):

        def hear(piece: str) -> None:
            pieces.append(piece)
            held.append(one.last.done_at is None and not gate.is_set())
            gate.set()

        said = await run(relay, sdk, "streamed", on_note=hear)

    assert [True, False] == held[:2]
    assert list(golden.WORDS) == pieces == said["pieces"]


@ability("Every character", "openai", "vercel")
async def test_every_character_of_an_answer(sdk: str) -> None:
    """
    Emoji, Chinese and U+2028 arrive, even when each byte comes on its own.
    """
    size = len(b"".join(golden.wire(golden.TEXT)))
    async with relay_of(in_turn(ok_chat(), bytes_cut_at(range(1, size)))) as (_, relay):
        said = await run(relay, sdk, "both")

    assert [HELLO, HELLO] == [answer["text"] for answer in said]


@ability("Every character, sent", "openai", "vercel")
async def test_every_character_of_a_question(sdk: str) -> None:
    """
    The provider reads the question as the caller wrote it.
    """
    async with relay_of() as (one, relay):
        await run(relay, sdk, "whole", prompt=HELLO)

    assert HELLO == json.loads(one.last.body)["messages"][0]["content"]


@ability("Usage, whole", "openai", "vercel")
async def test_usage_whole(sdk: str) -> None:
    """
    A whole answer counts its tokens.
    """
    async with relay_of() as (_, relay):
        said = await run(relay, sdk, "whole")

    assert [11, 7] == said["usage"]


@ability("Usage, streamed", "openai", "vercel")
async def test_usage_streamed(sdk: str) -> None:
    """
    A stream counts its tokens at its end, where the caller asked for it.
    """
    async with relay_of() as (_, relay):
        said = await run(relay, sdk, "usage")

    assert [11, 7] == said["usage"]


@ability("No usage unasked", "openai")
async def test_no_usage_unasked(sdk: str) -> None:
    """
    A stream whose caller did not ask for usage has none, though the relay asked for its own.
    """
    async with relay_of() as (one, relay):
        said = await run(relay, sdk, "streamed")

    assert json.loads(one.last.body)["stream_options"]["include_usage"]
    assert said["usage"] is None


@ability("Several choices", "openai")
async def test_several_choices(sdk: str) -> None:
    """
    With `n: 2` both choices arrive, whole and streamed.
    """
    async with relay_of(chat(golden.TWO_CHOICES, golden.TWO_ANSWERS)) as (_, relay):
        said = await run(relay, sdk, "choices")

    assert {"whole": ["heads", "tails"], "streamed": ["heads", "tails"]} == said


@ability("Reasoning beside the text", "openai", "vercel")
async def test_reasoning(sdk: str) -> None:
    """
    What the model thought arrives as the SDK's own reasoning, apart from the text.
    """
    async with relay_of(chat(golden.REASONING, golden.REASONING_ANSWER)) as (_, relay):
        said = await run(relay, sdk, "both")

    assert [("Think hard.", "42")] * 2 == [(one["reasoning"], one["text"]) for one in said]
