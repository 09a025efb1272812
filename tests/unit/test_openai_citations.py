"""Anthropic's citations, own tools and refusals, as callers of OpenAI's dialect read them."""

import json
from typing import Any

import pytest
from openai.lib.streaming.chat import ChatCompletionStreamState
from openai.types.chat import ChatCompletionChunk

from src.domain.dialects.anthropic_messages import answer_in as claude
from src.domain.dialects.anthropic_messages.stream_in import Decoder
from src.domain.dialects.openai_chat import answer_out
from src.domain.dialects.openai_chat.stream_out import Encoder
from src.domain.sse import Reader
from tests.support import messages
from tests.support.claude import whole
from tests.support.messages import (
    CITATION,
    Json,
    begin,
    delta,
    last,
    searched,
    start,
    stop,
    text,
    tool,
)

PAGE: Json = {
    "type": "web_search_result_location",
    "url": "https://example.org/a",
    "title": "A page",
    "cited_text": "so it is",
    "encrypted_index": "Eo8=",
}
SOURCE: Json = {"type": "search_result_location", "source": "https://example.org/b", "title": None}


def citing(index: int, words: str, *citations: Json) -> list[Json]:
    block = {"type": "text", "text": "", "citations": []}
    said = [delta(index, "citations_delta", citation=citation) for citation in citations]
    return [begin(index, block), delta(index, "text_delta", text=words), *said, stop(index)]


def streamed(events: list[Json]) -> tuple[Json, tuple[str, ...]]:
    """The choice as the SDK puts it together, and what was dropped."""
    decoder, encoder = Decoder(0.0), Encoder(include_usage=True, now_created=1)
    read = [one for event in Reader().feed(messages.wire(events)) for one in decoder.feed(event)]
    raw = b"".join(encoder.write(event) for event in read)
    state: ChatCompletionStreamState[None] = ChatCompletionStreamState()
    beside: Json = {}
    for event in Reader().feed(raw):
        if event.data and event.data != b"[DONE]":
            chunk = ChatCompletionChunk.model_validate(json.loads(event.data), strict=True)
            list(state.handle_chunk(chunk))
            beside |= {
                k: v for choice in chunk.choices for k, v in (choice.model_extra or {}).items()
            }
    choice = state.current_completion_snapshot.choices[0]
    return choice.model_dump(exclude_none=True) | beside, encoder.dropped


def at_once(events: list[Json]) -> tuple[Json, tuple[str, ...]]:
    written = answer_out.write(claude.read(messages.dump(whole(events)), now=0.0))
    return json.loads(written.body)["choices"][0], written.dropped


both = pytest.mark.parametrize("heard", [at_once, streamed], ids=["whole", "stream"])


@both
def test_citations_stand_beside_their_words(heard: Any) -> None:
    """Pages as OpenAI's annotations; all of them as they came, with the place of their words."""
    cited = (*citing(1, "Yes 🌍", PAGE, CITATION), *text(2, ". "), *citing(3, "No", SOURCE))
    choice, dropped = heard([start(), *text(0, "So: "), *cited, *last("end_turn")])
    message = choice["message"]

    assert ("So: Yes 🌍. No", ()) == (message["content"], dropped)
    assert [
        ("https://example.org/a", "A page", "Yes 🌍"),
        ("https://example.org/b", "", "No"),
    ] == [
        (said["url"], said["title"], message["content"][said["start_index"] : said["end_index"]])
        for said in (one["url_citation"] for one in message["annotations"])
    ]
    places = ({"start_index": 4, "end_index": 9},) * 2 + ({"start_index": 11, "end_index": 13},)
    expected = [one | place for one, place in zip((PAGE, CITATION, SOURCE), places, strict=True)]
    assert [{k: v for k, v in one.items() if v is not None} for one in expected] == [
        {k: v for k, v in one.items() if k != "index" and v is not None}
        for one in message["citations"]
    ]


@both
def test_what_cites_no_page_is_no_annotation(heard: Any) -> None:
    """OpenAI has no other kind, and its clients refuse what they do not know."""
    message = heard([start(), *citing(0, "so", CITATION), *last("end_turn")])[0]["message"]

    assert "annotations" not in message
    assert CITATION.items() <= message["citations"][0].items()


OWN: list[Json] = [
    {"type": "mcp_tool_use", "id": "m", "name": "f", "server_name": "s", "input": {}},
    {"type": "mcp_tool_result", "tool_use_id": "m", "is_error": False, "content": []},
    {"type": "bash_code_execution_tool_result", "tool_use_id": "b", "content": {}},
    {"type": "container_upload", "file_id": "f"},
    {"type": "of_tomorrow"},
]


@both
def test_what_anthropic_ran_itself_is_no_call(heard: Any) -> None:
    """The words are kept, the rest is named; nothing is to be run by the caller."""
    own = [event for i, block in enumerate(OWN, 3) for event in (begin(i, block), stop(i))]
    said = [start(), *text(0, "I "), *searched(1), *own, *text(8, "see."), *last("pause_turn")]
    choice, dropped = heard(said)

    assert ("I see.", "length") == (choice["message"]["content"], choice["finish_reason"])
    assert not choice["message"].get("tool_calls")
    kinds = ["server_tool_use", "web_search_tool_result", *(block["type"] for block in OWN)]
    assert tuple(f"content[{i}] ({kind})" for i, kind in enumerate(kinds, 1)) == dropped


@both
@pytest.mark.parametrize(("calls", "word"), [((), "stop"), (tool(1, "t", "{}"), "tool_calls")])
def test_there_are_calls_where_calls_are_said(heard: Any, calls: Any, word: str) -> None:
    """What is to be run is there, or an agent would wait for it."""
    choice, _ = heard([start(), *text(0, "a"), *calls, *last("tool_use")])

    assert word == choice["finish_reason"]


def refusing(details: Json, *words: str) -> list[Json]:
    end = {"stop_reason": "refusal", "stop_sequence": None, "stop_details": details}
    said = text(0, *words) if words else []
    usage = {"output_tokens": 4}
    return [start(), *said, {"type": "message_delta", "delta": end, "usage": usage}, messages.STOP]


DETAILS = {"type": "refusal", "category": "cyber", "explanation": "It may do harm."}


@both
@pytest.mark.parametrize("words", [(), ("I",)])
def test_why_claude_would_not(heard: Any, words: tuple[str, ...]) -> None:
    """In its own words where OpenAI's refusals stand; the category beside the finish."""
    choice, dropped = heard(refusing(DETAILS, *words))

    assert ("content_filter", DETAILS, ()) == (
        *(choice["finish_reason"], choice["stop_details"], dropped),
    )
    assert "It may do harm." == choice["message"]["refusal"]
    assert "".join(words) == (choice["message"].get("content") or "")


@both
@pytest.mark.parametrize("details", [None, {"type": "refusal", "explanation": None}, {"type": "x"}])
def test_a_refusal_without_words_invents_none(heard: Any, details: Json) -> None:
    """It is one by its finish alone."""
    choice, _ = heard(refusing(details))

    assert "content_filter" == choice["finish_reason"]
    assert None is choice["message"].get("refusal")
