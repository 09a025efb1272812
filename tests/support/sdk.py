"""The official OpenAI SDK before a relay, changed in nothing but `base_url`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from openai import AsyncOpenAI, omit
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from . import golden
from .catalogue import CLIENT_KEY
from .provider import ScriptedProvider
from .relay import relay_of
from .script import Behaviour, Script

#: What the golden text says.
HELLO = "".join(golden.WORDS)


@asynccontextmanager
async def sdk(
    what: Behaviour | Script | None = None, *, retries: int = 0, **more: Any
) -> AsyncIterator[tuple[ScriptedProvider, AsyncOpenAI]]:
    """A provider of this behaviour, and an SDK client of a relay before it."""
    async with (
        relay_of(what, **more) as (one, relay),
        AsyncOpenAI(
            base_url=f"{relay.base_url}/v1", api_key=CLIENT_KEY, max_retries=retries, timeout=15
        ) as client,
    ):
        yield one, client


async def ask(client: AsyncOpenAI) -> ChatCompletion:
    """A whole answer."""
    return await client.chat.completions.create(
        model="gpt-4o", messages=[{"role": "user", "content": "Hi"}]
    )


async def stream(client: AsyncOpenAI, usage: bool = False) -> list[ChatCompletionChunk]:
    """Every chunk of a streamed answer."""
    chunks = await client.chat.completions.create(
        model="gpt-4o",
        messages=[{"role": "user", "content": "Hi"}],
        stream=True,
        stream_options={"include_usage": True} if usage else omit,
    )
    return [chunk async for chunk in chunks]
