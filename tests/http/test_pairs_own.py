"""What only Claude says: interleaved and redacted thinking, citations, its own tools, why it would
not; as either official SDK shows it, and as it comes back."""

from typing import Any

import pytest
from anthropic import AsyncAnthropic
from openai import AsyncOpenAI

from tests.support import golden, messages
from tests.support.behaviours import chat
from tests.support.catalogue import CLIENT_KEY
from tests.support.claude import says, whole
from tests.support.messages import Json, searched, start, text
from tests.support.pair_answers import TEXT, anthropics, both, openais
from tests.support.pair_requests import WEATHER, goes_on, got
from tests.support.pairs import BODY, HI, PYTHON, Pair, Talk, ability, both_ways, shows, talk
from tests.support.script import in_turn

#: A turn of interleaved thinking; the signatures hold for these places alone.
TURN = [
    *(*messages.thinking(0, "First", signature="czA="), *text(1, "I look", " twice.")),
    *(*messages.tool(2, "toolu_1", '{"city":', '"Bern"}'), *messages.redacted(3)),
    *(*messages.thinking(4, "Then", signature="czE="), *messages.tool(5, "toolu_2", "{}")),
]
PAGE: Json = {
    "type": "web_search_result_location",
    "url": "https://example.org/a",
    "title": "A page",
    "cited_text": "so it is",
    "encrypted_index": "Eo8=",
}
CITED = [
    messages.begin(0, {"type": "text", "text": "", "citations": []}),
    messages.delta(0, "text_delta", text="So it is"),
    messages.delta(0, "citations_delta", citation=PAGE),
    messages.stop(0),
]
URL: Json = {"url": PAGE["url"], "title": PAGE["title"], "start_index": 0, "end_index": 8}
NOTED: Json = {
    "content": "So it is",
    "annotations": [{"type": "url_citation", "url_citation": URL}],
}


async def completed(t: Talk, *, streamed: bool) -> Json:
    """The fields of an answer that are its caller's own to read."""
    body: Any = BODY[t.pair.caller]
    if t.pair.caller == "openai":
        async with AsyncOpenAI(base_url=f"{t.relay.base_url}/v1", api_key=CLIENT_KEY) as openai:
            if not streamed:
                said = await openai.chat.completions.create(**body)
            else:
                async with openai.chat.completions.stream(**body) as stream:
                    said = await stream.get_final_completion()
            return said.choices[0].model_dump(exclude_none=True)
    async with AsyncAnthropic(base_url=t.relay.base_url, api_key=CLIENT_KEY) as claude:
        if not streamed:
            return (await claude.messages.create(**body)).model_dump(exclude_none=True)
        async with claude.messages.stream(**body) as stream:
            return (await stream.get_final_message()).model_dump(exclude_none=True)


@ability("Thinking, interleaved", "openai-anthropic", "anthropic-anthropic")
@both_ways
async def test_interleaved_thinking_comes_back(pair: Pair, streamed: bool) -> None:
    """
    Thoughts between words and calls go back to Claude in their places, with their signatures.
    """
    scripts = [anthropics(*TURN, reason="tool_use"), TEXT["anthropic_messages"]]
    async with talk(pair, {pair.upstream: in_turn(*scripts)}) as t:
        tools = [WEATHER[pair.caller]]
        said = await t.ask(streamed=streamed, tools=tools)
        turns = goes_on(pair.caller, HI["messages"], said, "12 °C")
        await t.ask(streamed=streamed, messages=turns, tools=tools)
        sent = got(t.one.last)["messages"][1]["content"]

    assert whole([start(), *TURN])["content"] == sent


@ability("Redacted thinking", "openai-anthropic", "anthropic-anthropic")
@both_ways
async def test_redacted_thinking_comes_back(pair: Pair, streamed: bool) -> None:
    """
    What only Claude can read goes back to it.
    """
    turn = [*messages.redacted(0), *text(1, "Hm.")]
    scripts = [anthropics(*turn), TEXT["anthropic_messages"]]
    async with talk(pair, {pair.upstream: in_turn(*scripts)}) as t:
        said = await t.ask(streamed=streamed)
        await t.ask(messages=[*goes_on(pair.caller, HI["messages"], said, ""), *HI["messages"]])
        sent = got(t.one.last)["messages"][1]["content"]

    assert whole([start(), *turn])["content"] == sent


@ability("Citations of pages", "openai-openai", "openai-anthropic", "anthropic-anthropic")
@both_ways
async def test_citations(pair: Pair, streamed: bool) -> None:
    """
    The page and the words that it is for.
    """
    noted: Json = NOTED["annotations"]
    piece = golden.piece(NOTED | {"annotations": [one | {"index": 0} for one in noted]})
    answers = both(openais(piece, message=NOTED), anthropics(*CITED))
    async with talk(pair, answers) as t:
        said = await completed(t, streamed=streamed)
        dropped = (await t.relay.finished()).dropped

    assert () == dropped
    if pair.caller == "anthropic":
        assert [PAGE] == said["content"][0]["citations"]
    else:
        assert [URL] == [one["url_citation"] for one in said["message"]["annotations"]]


@shows("An answer's `annotations`", "anthropic-openai")
@both_ways
async def test_annotations(pair: Pair, row: str, word: str, streamed: bool) -> None:
    """
    Anthropic's own need what only Anthropic can write: they are left out, and the receipt says so.
    """
    piece = golden.piece(NOTED)
    async with talk(pair, both(openais(piece, message=NOTED), anthropics())) as t:
        said = await t.ask(streamed=streamed)
        dropped = (await t.relay.finished()).dropped

    assert ("So it is", (word,)) == (said.text, dropped)


@ability("Tools that Claude runs itself", "openai-anthropic", "anthropic-anthropic")
@both_ways
async def test_server_tools(pair: Pair, streamed: bool) -> None:
    """
    The words are all there, and nothing is to be run; what OpenAI has no words for is named.
    """
    ran = anthropics(*text(0, "I "), *searched(1), *text(3, "see."))
    async with talk(pair, both(chat(), ran)) as t:
        said = await t.ask(streamed=streamed)
        dropped = (await t.relay.finished()).dropped

    kinds = ("server_tool_use", "web_search_tool_result")
    named = tuple(f"answer.content[{i}] ({kind})" for i, kind in enumerate(kinds, 1))
    assert ("I see.", ()) == (said.text, said.calls)
    assert (named if pair.caller == "openai" else ()) == dropped


@ability("A refusal in words", *PYTHON)
@both_ways
async def test_refusals_in_words(pair: Pair, streamed: bool) -> None:
    """
    Where the caller's dialect has them: OpenAI's `refusal`, Anthropic's text or `stop_details`.
    """
    why = {"type": "refusal", "category": "cyber", "explanation": "I cannot do that."}
    end = messages.last("refusal")
    end[0]["delta"]["stop_details"] = why
    would_not = both(
        chat(golden.REFUSAL, golden.REFUSAL_ANSWER), says([start(), *text(0, "Well"), *end])
    )
    async with talk(pair, would_not) as t:
        if pair.caller == "openai":
            assert "I cannot do that." == (await t.ask(streamed=streamed)).refusal
            return
        said = await completed(t, streamed=streamed)

    assert "refusal" == said["stop_reason"]
    if pair.upstream == "openai_chat":
        assert "I cannot do that." == said["content"][0]["text"]
    else:
        assert why == said["stop_details"]


@shows("`?beta=true`", "anthropic-openai", "anthropic-anthropic")
@pytest.mark.parametrize(
    "query", [{"beta": "true"}, {"beta": "true", "key": "sk-secret"}, {"a": "b"}]
)
async def test_the_beta_query(pair: Pair, row: str, word: str, query: Json) -> None:
    """
    As Claude Code asks, and the beta part of older SDKs: to the same dialect it goes on; anything
    else stays here.
    """
    async with talk(pair, TEXT) as t:
        async with AsyncAnthropic(base_url=t.relay.base_url, api_key=CLIENT_KEY) as claude:
            asked: Any = BODY["anthropic"] | {"betas": ["a-2025"], "extra_query": query}
            await claude.beta.messages.create(**asked)
        path = t.one.last.path

    goes = word == "passed on" and query == {"beta": "true"}
    assert ("beta=true" if goes else "") == path.partition("?")[2]
