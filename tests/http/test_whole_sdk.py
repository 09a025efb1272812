"""Whole delivery as official clients see it: nothing unusual, and never half an answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import openai
import pytest
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from tests.support import golden
from tests.support.behaviours import begun, chat, cut_after
from tests.support.caller import Heard
from tests.support.catalogue import CLIENT_KEY
from tests.support.faults import StreamFault
from tests.support.relay import Relay, relay_of
from tests.support.script import Close, Wait
from tests.support.sdk import HELLO, sdk, stream
from tests.support.stream_faults import each_table
from tests.support.whole import ALONE_BY_HEADER, BY_HEADER, HEADER, house, street

BEAT = 0.03


@asynccontextmanager
async def client_of(relay: Relay) -> AsyncIterator[openai.AsyncOpenAI]:
    """The official SDK, which does not try again by itself."""
    async with openai.AsyncOpenAI(
        base_url=f"{relay.base_url}/v1", api_key=CLIENT_KEY, max_retries=0, timeout=15
    ) as client:
        yield client


async def words(client: openai.AsyncOpenAI, model: str, **headers: str) -> str:
    """Everything a stream says. Raises what the SDK raises, and then no word had come."""
    said: list[str] = []
    try:
        chunks = await client.chat.completions.create(
            model=model,
            messages=[{"role": "user", "content": "Hi"}],
            stream=True,
            extra_headers=headers,
        )
        said += [chunk.choices[0].delta.content or "" async for chunk in chunks]
    except openai.APIError:
        assert [] == said
        raise
    return "".join(said)


async def code_of(client: openai.AsyncOpenAI, model: str, **headers: str) -> str | None:
    """What the SDK raises."""
    with pytest.raises(openai.APIError) as raised:
        await words(client, model, **headers)
    return raised.value.code


@each_table
async def test_the_sdk_has_it_all_or_raises(faults: list[StreamFault]) -> None:
    """
    Every word of the second target; or an exception with our code before the first word.
    """
    async with street(faults) as relay, client_of(relay) as client:
        saved = await asyncio.gather(*(words(client, f"{f.name}, saved") for f in faults))
        codes = await asyncio.gather(*(code_of(client, f"{f.name}, alone") for f in faults))

    assert ["All of it."] * len(faults) == saved
    assert [fault.code for fault in faults] == codes


async def test_the_sdk_raises_after_keep_alives() -> None:
    """
    The error event becomes an exception, and no word came before it.
    """
    slow = (*begun(4), Wait(5 * BEAT), Close())
    async with house(slow, beat=BEAT) as found, client_of(found.relay) as client:
        code = await code_of(client, ALONE_BY_HEADER.model, **dict([HEADER]))

    assert "all_attempts_failed" == code


@pytest.mark.parametrize("usage", [False, True], ids=["plain", "with usage"])
async def test_chunks_are_the_same_in_both_deliveries(usage: bool) -> None:
    """
    The SDK reads the same objects, the usage chunk included where it was asked for.
    """
    async with sdk() as (_, client):
        live = await stream(client, usage)
        whole = await stream(client.with_options(default_headers=dict([HEADER])), usage)

    assert live == whole
    assert usage == (whole[-1].usage is not None)


async def test_langchain_sees_nothing_unusual() -> None:
    """
    Words and usage as ever; after a cut of the first target the second one's, without a trace.
    """
    async with relay_of() as (_, relay):
        pieces = [str(piece.content) async for piece in model_of(relay, "gpt-4o").astream("Hi")]
    async with house(cut_after(4)) as found:
        chain = model_of(found.relay, BY_HEADER.model)
        saved = [str(piece.content) async for piece in chain.astream("Hi")]

    assert (HELLO, "All of it.") == ("".join(pieces), "".join(saved))


def model_of(relay: Relay, name: str) -> ChatOpenAI:
    return ChatOpenAI(
        model=name,
        base_url=f"{relay.base_url}/v1",
        api_key=SecretStr(CLIENT_KEY),
        max_retries=0,
        default_headers=dict([HEADER]),
    )


async def test_a_second_choice_is_whole_too() -> None:
    """
    With `n=2` the answer goes out when both have finished; one that lacks its second finish does
    not.
    """
    both = chat(golden.TWO_CHOICES)
    async with relay_of(both) as (_, relay):
        complete: Heard = await relay.ask(stream=True, n=2, headers=[HEADER])
    async with house(cut_after(len(golden.TWO_CHOICES) - 1, golden.TWO_CHOICES)) as found:
        saved = await found.ask(BY_HEADER, n=2)

    assert b"".join(golden.wire(golden.TWO_CHOICES)) == complete.body
    assert "good" == saved.header("x-relay-provider")
