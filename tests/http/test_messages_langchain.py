"""LangChain's ChatAnthropic before a relay, in front of a provider of each dialect."""

from collections.abc import AsyncIterator

import pytest
from langchain_anthropic import ChatAnthropic
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, ToolMessage
from pydantic import SecretStr

from tests.support.catalogue import CLIENT_KEY
from tests.support.pair_answers import CALLS, HELLO, TEXT
from tests.support.pair_requests import WEATHER, got, told
from tests.support.pairs import MODEL, PAIRS, Pair, Talk, talk
from tests.support.script import in_turn

both = pytest.mark.parametrize("pair", [PAIRS["anthropic-openai"], PAIRS["anthropic-anthropic"]])


def chat_of(t: Talk) -> ChatAnthropic:
    return ChatAnthropic(
        model_name=MODEL,
        base_url=t.relay.base_url,
        api_key=SecretStr(CLIENT_KEY),
        timeout=15,
        stop=None,
        max_retries=0,
    )


async def gathered(pieces: AsyncIterator[AIMessage]) -> AIMessage:
    """A stream as one message."""
    said = AIMessageChunk(content="")
    async for piece in pieces:
        assert isinstance(piece, AIMessageChunk)
        said += piece
    return said


@both
async def test_a_text(pair: Pair) -> None:
    """
    Every character, and what it used.
    """
    async with talk(pair, TEXT) as t:
        said = await chat_of(t).ainvoke("Hi")

    assert HELLO == said.text
    assert said.usage_metadata is not None
    assert said.usage_metadata["output_tokens"] > 0


@both
async def test_a_stream(pair: Pair) -> None:
    """
    The same, put together from pieces.
    """
    async with talk(pair, TEXT) as t:
        pieces = [piece async for piece in chat_of(t).astream("Hi")]

    assert HELLO == "".join(piece.text for piece in pieces)
    assert len(pieces) > 3


@both
@pytest.mark.parametrize("streamed", [False, True])
async def test_a_tool_turn(pair: Pair, streamed: bool) -> None:
    """
    Two calls at once and their results; the last words come back.
    """
    scripts = {pair.upstream: in_turn(CALLS[pair.upstream], TEXT[pair.upstream])}
    async with talk(pair, scripts) as t:
        chat = chat_of(t).bind_tools([WEATHER["anthropic"]])
        asked = HumanMessage("Hi")
        said = await (gathered(chat.astream([asked])) if streamed else chat.ainvoke([asked]))
        results = [ToolMessage("12 °C", tool_call_id=call["id"]) for call in said.tool_calls]
        last = await chat.ainvoke([asked, said, *results])
        sent = told(got(t.one.last))

    assert ["Zürich", "北京"] == [call["args"]["city"] for call in said.tool_calls]
    assert HELLO == last.text
    assert [("result", "call_0", "12 °C"), ("result", "call_1", "12 °C")] == sent[-2:]
