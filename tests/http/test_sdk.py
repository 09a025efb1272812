"""The official OpenAI SDK, changed in nothing but `base_url`: what it gets through the relay."""

import asyncio
import json

import pytest
from openai import OpenAI
from pydantic import BaseModel

from tests.support import golden
from tests.support.behaviours import chat, ok_stream
from tests.support.catalogue import CLIENT_KEY
from tests.support.relay import relay_of
from tests.support.sdk import HELLO, ask, sdk, stream


async def test_chat() -> None:
    """
    A whole answer, with the upstream's own name of the model and its usage.
    """
    async with sdk() as (_, client):
        said = await ask(client)

    assert (HELLO, golden.MODEL) == (said.choices[0].message.content, said.model)
    assert said.usage is not None
    assert 18 == said.usage.total_tokens


async def test_chat_with_the_synchronous_sdk() -> None:
    """
    The synchronous client gets whole answers and streams alike.
    """

    def both(base_url: str) -> tuple[str | None, str]:
        with OpenAI(base_url=f"{base_url}/v1", api_key=CLIENT_KEY, max_retries=0) as client:
            whole = client.chat.completions.create(
                model="gpt-4o", messages=[{"role": "user", "content": "Hi"}]
            )
            with client.chat.completions.create(
                model="gpt-4o", messages=[{"role": "user", "content": "Hi"}], stream=True
            ) as chunks:
                words = [chunk.choices[0].delta.content or "" for chunk in chunks]
        return whole.choices[0].message.content, "".join(words)

    async with relay_of() as (_, relay):
        assert (HELLO, HELLO) == await asyncio.to_thread(both, relay.base_url)


async def test_streaming() -> None:
    """
    Every chunk as the provider sent it, and no usage chunk that was not asked for.
    """
    async with sdk() as (_, client):
        chunks = await stream(client)

    assert HELLO == "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert len(golden.TEXT) == len(chunks)
    assert "stop" == chunks[-1].choices[0].finish_reason


async def test_usage_in_streams() -> None:
    """
    With `include_usage` the last chunk counts the tokens.
    """
    async with sdk() as (_, client):
        last = (await stream(client, usage=True))[-1]

    assert last.usage is not None
    assert ([], 11, 7) == (last.choices, last.usage.prompt_tokens, last.usage.completion_tokens)


async def test_parallel_tools_whole() -> None:
    """
    Two tool calls in one answer.
    """
    async with sdk(chat(answer=golden.TOOL_ANSWER)) as (_, client):
        said = await ask(client)

    calls = said.choices[0].message.tool_calls or []
    assert ["call_0", "call_1"] == [call.id for call in calls]
    arguments = [call.function.arguments for call in calls if call.type == "function"]
    assert ['{"city": "Zürich"}', '{"city": "北京"}'] == arguments


async def test_parallel_tools_streamed() -> None:
    """
    Argument pieces come together to what the provider meant.
    """
    async with (
        sdk(chat(golden.PARALLEL_TOOLS)) as (_, client),
        client.chat.completions.stream(
            model="gpt-4o", messages=[{"role": "user", "content": "Hi"}]
        ) as events,
    ):
        said = await events.get_final_completion()

    calls = said.choices[0].message.tool_calls or []
    expected = ['{"city": "Zürich", "note": "\\u00e9"}', '{"city": "北京"}']
    assert expected == [call.function.arguments for call in calls]
    assert "tool_calls" == said.choices[0].finish_reason


async def test_tools_reach_the_provider() -> None:
    """
    Tools and tool results go to the provider as the SDK wrote them.
    """
    tool = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
    async with sdk() as (one, client):
        await client.chat.completions.create(
            model="gpt-4o",
            messages=[
                {"role": "user", "content": "Hi"},
                {"role": "tool", "tool_call_id": "call_0", "content": "12 °C"},
            ],
            tools=[
                {
                    "type": "function",
                    "function": {"name": "weather", "parameters": {"type": "object"}},
                }
            ],
            parallel_tool_calls=True,
        )

    sent = json.loads(one.last.body)
    assert ([tool], True) == (sent["tools"], sent["parallel_tool_calls"])
    assert "12 °C" == sent["messages"][1]["content"]


class City(BaseModel):
    """What the structured answer is."""

    city: str
    people: int


async def test_structured_output() -> None:
    """
    `parse` gets the object, and the provider got the schema.
    """
    async with sdk(chat(answer=golden.STRUCTURED_ANSWER)) as (one, client):
        said = await client.chat.completions.parse(
            model="gpt-4o",
            messages=[{"role": "user", "content": "Hi"}],
            response_format=City,
        )

    assert City(city="Bern", people=134000) == said.choices[0].message.parsed
    assert b'"json_schema"' in one.last.body


async def test_structured_output_streamed() -> None:
    """
    The same from a stream.
    """
    async with (
        sdk(ok_stream(golden.STRUCTURED)) as (_, client),
        client.chat.completions.stream(
            model="gpt-4o", messages=[{"role": "user", "content": "Hi"}], response_format=City
        ) as events,
    ):
        said = await events.get_final_completion()

    assert City(city="Bern", people=134000) == said.choices[0].message.parsed


async def test_several_choices() -> None:
    """
    With `n=2` both choices arrive, whole and streamed.
    """
    async with sdk(chat(golden.TWO_CHOICES, golden.TWO_ANSWERS)) as (_, client):
        whole = await ask(client)
        chunks = await stream(client)

    assert ["heads", "tails"] == [choice.message.content for choice in whole.choices]
    said = {0: "", 1: ""}
    for chunk in chunks:
        said[chunk.choices[0].index] += chunk.choices[0].delta.content or ""
    assert {0: "heads", 1: "tails"} == said


async def test_log_probabilities() -> None:
    """
    Log probabilities arrive, whole and streamed.
    """
    async with sdk(chat(golden.LOGPROBS, golden.LOGPROBS_ANSWER)) as (_, client):
        whole = (await ask(client)).choices[0].logprobs
        chunk = (await stream(client))[1].choices[0].logprobs

    assert whole is not None and whole.content is not None
    assert chunk is not None and chunk.content is not None
    assert ("yes", -0.25) == (whole.content[0].token, whole.content[0].logprob)
    assert ("no", -1.5) == (
        chunk.content[0].top_logprobs[0].token,
        chunk.content[0].top_logprobs[0].logprob,
    )


@pytest.mark.parametrize(
    ("events", "answer", "field"),
    [
        (golden.REFUSAL, golden.REFUSAL_ANSWER, "refusal"),
        (golden.REASONING, golden.REASONING_ANSWER, "reasoning_content"),
    ],
)
async def test_fields_beside_the_content(
    events: tuple[bytes, ...], answer: dict[str, golden.Json], field: str
) -> None:
    """
    Refusals, and fields the SDK itself does not know, arrive.
    """
    async with sdk(chat(events, answer)) as (_, client):
        whole = (await ask(client)).choices[0].message
        chunks = await stream(client)

    streamed = "".join(getattr(chunk.choices[0].delta, field, None) or "" for chunk in chunks)
    assert answer["choices"][0]["message"][field] == streamed == getattr(whole, field)


async def test_models() -> None:
    """
    The list names every model, and each can be asked for by its name, slashes included.
    """
    async with sdk(models=["gpt-4o", "meta/llama-3/70b"]) as (_, client):
        listed = [model async for model in client.models.list()]
        names = [model.id for model in listed]
        found = [(await client.models.retrieve(name)).id for name in names]

    assert {"gpt-4o", "meta/llama-3/70b"} <= set(names)
    assert names == found
    assert {"one"} == {model.owned_by for model in listed}
