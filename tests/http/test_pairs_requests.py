"""What providers of either dialect get from either official SDK."""

from tests.support.messages import Json
from tests.support.pair_answers import (
    CALLS,
    HELLO,
    SIGNATURE,
    STRUCTURED,
    TEXT,
    THOUGHT_CALL,
    one_call,
)
from tests.support.pair_requests import (
    LINK,
    PDF,
    PNG,
    SCHEMA,
    WEATHER,
    document,
    goes_on,
    got,
    image,
    told,
    user,
)
from tests.support.pairs import HI, Pair, ability, both_ways, talk
from tests.support.script import in_turn
from tests.support.sdks import Caller

_PNG = f"data:image/png;base64,{PNG}"


@ability("Two tool turns")
@both_ways
async def test_two_tool_turns(pair: Pair, streamed: bool) -> None:
    """
    Calls, their results, another call and its result: the provider gets all of them, in order and
    by their ids, and its last words come back.
    """
    scripts = [CALLS[pair.upstream], one_call("call_2")[pair.upstream], TEXT[pair.upstream]]
    async with talk(pair, {pair.upstream: in_turn(*scripts)}) as t:
        messages = HI["messages"]
        for words in ("12 °C", "Föhn"):
            said = await t.ask(streamed=streamed, messages=messages, tools=[WEATHER[pair.caller]])
            messages = goes_on(pair.caller, messages, said, words)
        last = await t.ask(streamed=streamed, messages=messages, tools=[WEATHER[pair.caller]])
        conversation = told(got(t.one.last))

    assert HELLO == last.text
    kinds = [item[:2] for item in conversation if item[0] in ("call", "result")]
    assert [
        *(("call", "call_0"), ("call", "call_1"), ("result", "call_0"), ("result", "call_1")),
        *(("call", "call_2"), ("result", "call_2")),
    ] == kinds
    assert ("result", "call_1", "12 °C") in conversation
    assert ("result", "call_2", "Föhn") == conversation[-1]
    assert ("call", "call_1", "weather", '{"city": "北京"}') in conversation


@ability("Tools and their choice")
async def test_tools_and_their_choice(pair: Pair) -> None:
    """
    A tool's schema, the wish for this very tool, and for one call at a time.
    """
    choice: Json = {
        "openai": {
            "tool_choice": {"type": "function", "function": {"name": "weather"}},
            "parallel_tool_calls": False,
        },
        "anthropic": {
            "tool_choice": {"type": "tool", "name": "weather", "disable_parallel_tool_use": True}
        },
        "vercel": {
            "toolChoice": {"type": "tool", "toolName": "weather"},
            "providerOptions": {
                "relay": {"parallel_tool_calls": False},
                "anthropic": {"disableParallelToolUse": True},
            },
        },
    }
    async with talk(pair, one_call("call_0")) as t:
        await t.ask(tools=[WEATHER[pair.caller]], **choice[pair.caller])
        body = got(t.one.last)

    written: Caller = "openai" if pair.upstream == "openai_chat" else "anthropic"
    assert [WEATHER[written]] == body["tools"]
    assert choice[written] == {name: body[name] for name in choice[written]}


@ability("Images")
async def test_images(pair: Pair) -> None:
    """
    Images as data and as a link, between words.
    """
    words = {"type": "text", "text": "Look"}
    async with talk(pair, TEXT) as t:
        pictures = (image(pair.caller), image(pair.caller, link=True))
        await t.ask(messages=user(words, *pictures))
        conversation = told(got(t.one.last))

    assert [("user", "Look"), ("image", _PNG), ("image", LINK)] == conversation


@ability("PDF documents")
async def test_documents(pair: Pair) -> None:
    """
    A PDF with its name.
    """
    async with talk(pair, TEXT) as t:
        await t.ask(messages=user(document(pair.caller)))
        conversation = told(got(t.one.last))

    assert [("document", "a.pdf", f"data:application/pdf;base64,{PDF}")] == conversation


@ability("Images in tool results", "anthropic-openai", "anthropic-anthropic")
async def test_images_in_tool_results(pair: Pair) -> None:
    """
    What a tool showed, the provider sees: beside the result, where results hold text alone.
    """
    call = {"type": "tool_use", "id": "call_0", "name": "weather", "input": {"city": "Bern"}}
    shown = [{"type": "text", "text": "Sun"}, image("anthropic")]
    answer = {"type": "tool_result", "tool_use_id": "call_0", "content": shown}
    messages = [*HI["messages"], {"role": "assistant", "content": [call]}, *user(answer)]
    async with talk(pair, TEXT) as t:
        await t.ask(messages=messages, tools=[WEATHER["anthropic"]])
        last = told(got(t.one.last))[2:]

    beside = [("result", "call_0", "Sun"), ("user", "Tool result call_0:"), ("image", _PNG)]
    assert (
        beside if pair.upstream == "openai_chat" else [("result", "call_0", "Sun", _PNG)]
    ) == last


@ability("System prompts")
async def test_system_prompts(pair: Pair) -> None:
    """
    All of them, before what the user says.
    """
    prompts: Json = {
        "openai": {
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "developer", "content": "Be kind."},
                *HI["messages"],
            ]
        },
        "anthropic": {
            "system": [{"type": "text", "text": "Be brief."}, {"type": "text", "text": "Be kind."}]
        },
        "vercel": {
            "instructions": [
                {"role": "system", "content": "Be brief."},
                {"role": "system", "content": "Be kind."},
            ]
        },
    }
    async with talk(pair, TEXT) as t:
        await t.ask(**prompts[pair.caller])
        said = told(got(t.one.last))

    words = " ".join(" ".join(item[1:]) for item in said)
    assert ("user", "Hi") == said[-1]
    assert {"system"} >= {item[0] for item in said[:-1]} - {"developer"}
    assert words.index("Be brief.") < words.index("Be kind.") < words.index("Hi")


@ability("Thinking, sent back")
@both_ways
async def test_thinking_is_sent_back(pair: Pair, streamed: bool) -> None:
    """
    What was thought goes back with its tool call: with its signature to who signed it, and if that
    is lost, not at all; then the answer names it.
    """
    scripts = [THOUGHT_CALL[pair.upstream], TEXT[pair.upstream]]
    async with talk(pair, {pair.upstream: in_turn(*scripts)}) as t:
        said = await t.ask(streamed=streamed, tools=[WEATHER[pair.caller]])
        messages = goes_on(pair.caller, HI["messages"], said, "12 °C")
        await t.ask(streamed=streamed, messages=messages, tools=[WEATHER[pair.caller]])
        sent = told(got(t.one.last))
        dropped = (await t.relay.finished(2)).dropped

    signed = () if pair.upstream == "openai_chat" else (SIGNATURE,)
    # The AI SDK's provider for compatible endpoints keeps no signature.
    lost = signed and pair.sdk == "ai-compatible"
    thought = [] if lost else [("thinking", "Think hard.", *signed)]
    assert thought == sent[1:-2]
    assert ["call", "result"] == [item[0] for item in sent[-2:]]
    assert ("messages[1].reasoning_content" in dropped) == bool(lost)


@ability("Limits and stop sequences")
async def test_limits_and_stop_sequences(pair: Pair) -> None:
    """
    The bound on output, and where to stop.
    """
    wish: Json = {
        "openai": {"stop": ["###"], "max_tokens": 77},
        "anthropic": {"stop_sequences": ["###"], "max_tokens": 77},
        "vercel": {"stopSequences": ["###"], "maxOutputTokens": 77},
    }
    async with talk(pair, TEXT) as t:
        await t.ask(**wish[pair.caller])
        body = got(t.one.last)

    name = "stop" if pair.upstream == "openai_chat" else "stop_sequences"
    assert (77, ["###"], "gpt-4o") == (body["max_tokens"], body[name], body["model"])


@ability("Structured output, asked for")
async def test_the_schema_reaches_the_provider(pair: Pair) -> None:
    """
    The schema stands where the provider's dialect has it.
    """
    wish: Json = {
        "openai": {
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "City", "schema": SCHEMA, "strict": True},
            }
        },
        "anthropic": {"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}},
        "vercel": {"schema": SCHEMA},
    }
    async with talk(pair, STRUCTURED) as t:
        await t.ask(**wish[pair.caller])
        body = got(t.one.last)

    if pair.upstream == "openai_chat":
        assert (SCHEMA, True) == (
            body["response_format"]["json_schema"]["schema"],
            body["response_format"]["json_schema"]["strict"],
        )
    else:
        assert wish["anthropic"]["output_config"] == body["output_config"]
