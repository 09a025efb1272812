"""The official Python SDKs, and what they got in words common to all SDKs."""

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any, Protocol, TypeVar

from anthropic import AsyncAnthropic
from anthropic.types import Message
from attrs import frozen
from openai import AsyncOpenAI
from openai.lib.streaming.chat import ChatCompletionStreamState
from openai.types.chat import ChatCompletion
from pydantic import BaseModel

Json = Any
Call = tuple[str, str, Json]
Shape = TypeVar("Shape", bound=BaseModel)


@frozen
class Said:
    """An answer as an SDK shows it. `usage`: all input, cached, written to the cache, output,
    reasoning; `thought`: what can be sent back; `message`: the same, as the SDK would send it."""

    text: str
    finish: str | None
    calls: tuple[Call, ...]
    thought: str
    signatures: tuple[str, ...]
    usage: tuple[int | None, ...]
    model: str
    message: Json
    refusal: str | None = None
    stop_sequence: str | None = None


class Talker(Protocol):
    """One SDK. `body`: the request's fields in its own dialect."""

    async def ask(self, *, streamed: bool, **body: Json) -> Said:
        """Raises what the SDK raises."""
        ...

    async def parsed(self, shape: type[Shape], *, streamed: bool, **body: Json) -> Shape | None:
        """An answer in this shape, as the SDK itself asks for it and reads it."""
        ...

    async def words(self, **body: Json) -> AsyncIterator[str]:
        """The words of a stream, one by one. Raises what the SDK raises."""
        yield ""

    async def headers(self, **body: Json) -> Mapping[str, str]:
        """The headers of a whole answer."""
        ...


@frozen
class OpenAi:
    client: AsyncOpenAI

    async def ask(self, *, streamed: bool, **body: Json) -> Said:
        if not streamed:
            return _completion(await self.client.chat.completions.create(**body))
        state = ChatCompletionStreamState()
        asked: Json = body | {"stream": True, "stream_options": {"include_usage": True}}
        chunks: Json = await self.client.chat.completions.create(**asked)
        async for chunk in chunks:
            state.handle_chunk(chunk)
        return _completion(state.current_completion_snapshot)

    async def parsed(self, shape: type[Shape], *, streamed: bool, **body: Json) -> Shape | None:
        chats = self.client.chat.completions
        if not streamed:
            said = await chats.parse(**body, response_format=shape)
            return said.choices[0].message.parsed
        async with chats.stream(**body, response_format=shape) as stream:
            return (await stream.get_final_completion()).choices[0].message.parsed

    async def words(self, **body: Json) -> AsyncIterator[str]:
        asked: Json = body | {"stream": True}
        chunks: Json = await self.client.chat.completions.create(**asked)
        async for chunk in chunks:
            if chunk.choices:
                yield chunk.choices[0].delta.content or ""

    async def headers(self, **body: Json) -> Mapping[str, str]:
        return (await self.client.chat.completions.with_raw_response.create(**body)).headers


@frozen
class Anthropic:
    client: AsyncAnthropic

    async def ask(self, *, streamed: bool, **body: Json) -> Said:
        if not streamed:
            return _message(await self.client.messages.create(**body))
        async with self.client.messages.stream(**body) as stream:
            return _message(await stream.get_final_message())

    async def parsed(self, shape: type[Shape], *, streamed: bool, **body: Json) -> Shape | None:
        if not streamed:
            return (await self.client.messages.parse(**body, output_format=shape)).parsed_output
        async with self.client.messages.stream(**body, output_format=shape) as stream:
            return (await stream.get_final_message()).parsed_output

    async def words(self, **body: Json) -> AsyncIterator[str]:
        async with self.client.messages.stream(**body) as stream:
            async for word in stream.text_stream:
                yield word

    async def headers(self, **body: Json) -> Mapping[str, str]:
        return (await self.client.messages.with_raw_response.create(**body)).headers


def _completion(said: ChatCompletion) -> Said:
    choice = said.choices[0]
    message = choice.message.model_dump(exclude_none=True, exclude_unset=True)
    kept = message.get("thinking_blocks") or []
    calls = message.get("tool_calls") or []
    usage = {} if said.usage is None else said.usage.model_dump()
    inward = usage.get("prompt_tokens_details") or {}
    outward = usage.get("completion_tokens_details") or {}
    return Said(
        text=message.get("content") or "",
        finish=choice.finish_reason,
        calls=tuple((call["id"], *_function(call["function"])) for call in calls),
        thought=message.get("reasoning_content") or "",
        signatures=tuple(block["signature"] for block in kept if "signature" in block),
        usage=(
            usage.get("prompt_tokens"),
            inward.get("cached_tokens"),
            inward.get("cache_write_tokens"),
            usage.get("completion_tokens"),
            outward.get("reasoning_tokens"),
        ),
        model=said.model,
        message={"role": "assistant"} | {k: v for k, v in message.items() if k != "parsed"},
        refusal=message.get("refusal"),
    )


def _function(function: Json) -> tuple[str, Json]:
    return function["name"], json.loads(function["arguments"])


def _message(said: Message) -> Said:
    blocks = [block.model_dump(exclude_none=True, exclude_unset=True) for block in said.content]
    usage = said.usage
    cached, stored = usage.cache_read_input_tokens, usage.cache_creation_input_tokens
    details = usage.model_dump().get("output_tokens_details") or {}
    thoughts = [block for block in blocks if block["type"] == "thinking"]
    return Said(
        text="".join(block["text"] for block in blocks if block["type"] == "text"),
        finish=said.stop_reason,
        calls=tuple(
            (block["id"], block["name"], block["input"])
            for block in blocks
            if block["type"] == "tool_use"
        ),
        thought="".join(block["thinking"] for block in thoughts),
        signatures=tuple(block["signature"] for block in thoughts),
        usage=(
            usage.input_tokens + (cached or 0) + (stored or 0),
            *(cached, stored, usage.output_tokens, details.get("thinking_tokens")),
        ),
        model=said.model,
        message={"role": "assistant", "content": blocks},
        stop_sequence=said.stop_sequence,
    )
