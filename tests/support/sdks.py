"""The SDKs that ask, by their names: in whose words, and how each is put before a relay."""

import ssl
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Literal

import anthropic
import openai
import pytest
from anthropic import AsyncAnthropic
from attrs import frozen
from openai import AsyncOpenAI

from .catalogue import CLIENT_KEY
from .node import Raised
from .node_talker import NodeTalker
from .relay import Relay
from .talkers import Anthropic, Json, OpenAi, Talker

#: Nothing here is secured, and to read all certificates takes longer than most of the tests.
TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

#: In whose words a request is written: those of a dialect, or the Vercel AI SDK's own.
Caller = Literal["openai", "anthropic", "vercel"]


@frozen
class Sdk:
    """`script`: of `tests/clients/talk`; none is Python's. `options` go to the script."""

    caller: Caller
    script: str = ""
    options: Mapping[str, str] = {}


SDKS: dict[str, Sdk] = {
    "openai": Sdk("openai"),
    "anthropic": Sdk("anthropic"),
    "node-openai": Sdk("openai", "talk/openai"),
    "node-anthropic": Sdk("anthropic", "talk/anthropic"),
    "ai-compatible": Sdk("vercel", "talk/vercel", {"provider": "compatible"}),
    "ai-anthropic": Sdk("vercel", "talk/vercel", {"provider": "anthropic"}),
}


@asynccontextmanager
async def talker(
    relay: Relay, name: str, *, key: str = CLIENT_KEY, **more: Any
) -> AsyncIterator[Talker]:
    """The SDK of this name, before this relay; `more` goes to Python's. Its HTTP client is the
    one that it would make itself, but for `TLS`."""
    sdk = SDKS[name]
    told: Json = {"api_key": key, "max_retries": 0, "timeout": 15} | more
    if sdk.script:
        yield NodeTalker(relay, sdk.script, {"key": key, **sdk.options})
    elif sdk.caller == "openai":
        http = openai.DefaultAsyncHttpxClient(verify=TLS)
        async with AsyncOpenAI(base_url=f"{relay.base_url}/v1", http_client=http, **told) as client:
            yield OpenAi(client)
    else:
        http = anthropic.DefaultAsyncHttpxClient(verify=TLS)
        async with AsyncAnthropic(base_url=relay.base_url, http_client=http, **told) as claude:
            yield Anthropic(claude)


async def raised(asked: Awaitable[object]) -> Raised:
    """What an SDK raises, in words common to all."""
    with pytest.raises((openai.APIError, anthropic.APIError, Raised)) as found:
        await asked
    error: Any = found.value
    if isinstance(error, Raised):
        return error
    answered = getattr(error, "response", None)
    return Raised(
        kind=type(error).__name__,
        status=getattr(error, "status_code", None),
        request_id=getattr(error, "request_id", None),
        retry_after=answered and answered.headers.get("retry-after"),
        words=str(error),
    )


async def heard(words: AsyncIterator[str], so_far: list[str]) -> None:
    """Every word of a stream, kept as it comes: what there was before it broke off."""
    async for word in words:
        so_far.append(word)
