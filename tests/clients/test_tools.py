"""Tools and structured objects through the relay."""

import json

import pytest

from tests.support import golden
from tests.support.behaviours import chat
from tests.support.node import run
from tests.support.relay import relay_of
from tests.support.script import in_turn
from tests.support.sdk import HELLO

from .page import ability

PARALLEL = chat(golden.PARALLEL_TOOLS, golden.TOOL_ANSWER)
#: The first of the two calls alone.
SINGLE = chat(
    (*golden.PARALLEL_TOOLS[:5], golden.PARALLEL_TOOLS[-1]),
    golden.answer(
        {"tool_calls": golden.TOOL_ANSWER["choices"][0]["message"]["tool_calls"][:1]},
        finish="tool_calls",
    ),
)
OBJECT = chat(golden.STRUCTURED, golden.STRUCTURED_ANSWER)
BERN = {"city": "Bern", "people": 134000}

#: What the golden calls ask for, whole and streamed.
ZURICH = {False: {"city": "Zürich"}, True: {"city": "Zürich", "note": "é"}}
CALLS = {
    streamed: [
        {"id": "call_0", "name": "weather", "input": first},
        {"id": "call_1", "name": "weather", "input": {"city": "北京"}},
    ]
    for streamed, first in ZURICH.items()
}

ways = pytest.mark.parametrize("streamed", [False, True], ids=["whole", "streamed"])


@ways
@ability("One tool call", "openai", "vercel")
async def test_one_tool_call(sdk: str, streamed: bool) -> None:
    """
    A call arrives with its id, its name and its arguments, whole and streamed.
    """
    async with relay_of(SINGLE) as (_, relay):
        said = await run(relay, sdk, "calls", streamed=streamed)

    assert {"calls": CALLS[streamed][:1], "finish": "tool_calls"} == said


@ways
@ability("Parallel tool calls", "openai", "vercel")
async def test_parallel_tool_calls(sdk: str, streamed: bool) -> None:
    """
    Two calls at once are kept apart, their arguments put together, whole and streamed.
    """
    async with relay_of(PARALLEL) as (_, relay):
        said = await run(relay, sdk, "calls", streamed=streamed)

    assert {"calls": CALLS[streamed], "finish": "tool_calls"} == said


@ability("Tools reach the provider", "openai", "vercel")
async def test_tools_reach_the_provider(sdk: str) -> None:
    """
    The provider gets the name, the description and the schema of a tool.
    """
    async with relay_of(PARALLEL) as (one, relay):
        await run(relay, sdk, "calls")

    (tool,) = json.loads(one.last.body)["tools"]
    told = tool["function"]
    assert ("weather", "The weather in a city") == (told["name"], told["description"])
    assert ["city"] == told["parameters"]["required"]


@ways
@ability("Tool results", "openai", "vercel")
async def test_tool_results(sdk: str, streamed: bool) -> None:
    """
    The second turn brings the provider its own calls with their results, and the caller the text.
    """
    async with relay_of(in_turn(PARALLEL, chat())) as (one, relay):
        said = await run(relay, sdk, "results", streamed=streamed)

    first, second = (json.loads(seen.body)["messages"] for seen in one.requests)
    assert first == second[:1]
    assert [(c["id"], c["input"]) for c in CALLS[streamed]] == [
        (call["id"], json.loads(call["function"]["arguments"])) for call in second[1]["tool_calls"]
    ]
    assert [("call_0", "Zürich: 12 °C"), ("call_1", "北京: 12 °C")] == [
        (message["tool_call_id"], message["content"]) for message in second[2:]
    ]
    assert HELLO == said["text"]


@ability("Structured object, whole", "openai", "vercel")
async def test_structured_object_whole(sdk: str) -> None:
    """
    The caller gets the object that its schema describes.
    """
    async with relay_of(OBJECT) as (_, relay):
        said = await run(relay, sdk, "object")

    assert BERN == said["object"]


@ability("Structured object, streamed", "openai", "vercel")
async def test_structured_object_streamed(sdk: str) -> None:
    """
    The object grows while it comes, and is whole at the end.
    """
    async with relay_of(OBJECT) as (_, relay):
        said = await run(relay, sdk, "objectStreamed")

    assert {"city": "Bern"} in said["parts"]
    assert BERN == said["object"]


@ability("Schema reaches the provider", "openai", "vercel")
async def test_the_schema_reaches_the_provider(sdk: str) -> None:
    """
    The provider gets the schema, and that it is strict.
    """
    async with relay_of(OBJECT) as (one, relay):
        await run(relay, sdk, "object")

    asked = json.loads(one.last.body)["response_format"]
    told = asked["json_schema"]
    assert ("json_schema", True) == (asked["type"], told["strict"])
    assert ["city", "people"] == told["schema"]["required"]
