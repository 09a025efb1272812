"""What is wrong with a messages request is named."""

import json

import pytest

from src.domain import strict_json
from src.domain.conversation import Conversation
from src.domain.dialects.anthropic_messages import request_in
from src.domain.errors import InvalidRequest
from tests.support.messages import Json

HI: list[Json] = [{"role": "user", "content": "Hi"}]
PNG = {"type": "base64", "media_type": "image/png", "data": "aaaa"}
PDF = {"type": "base64", "media_type": "application/pdf", "data": "aaaa"}


def read(messages: object = HI, **members: object) -> Conversation:
    body = {"model": "claude-x", "messages": messages} | members
    return request_in.read(strict_json.read(json.dumps(body).encode()))


def said(**block: object) -> Json:
    return {"messages": [*HI, {"role": "user", "content": [block]}]}


USE = {"type": "tool_use", "id": "t", "name": "f", "input": {}}
WRONG: list[tuple[str, Json]] = [
    ("messages", {"messages": []}),
    ("messages[1]", {"messages": [*HI, "Hi"]}),
    ("messages[0].role", {"messages": [{"content": "Hi"}]}),
    ("messages[0].role", {"messages": [{"role": "tool", "content": "Hi"}]}),
    ("messages[0].content", {"messages": [{"role": "user"}]}),
    ("messages[0].content", {"messages": [{"role": "user", "content": 4}]}),
    ("messages[1].content[0].type", said(text="x")),
    ("messages[1].content[0].text", said(type="text")),
    ("messages[1].content[0].text", said(type="text", text=4)),
    ("messages[1].content[0].cache_control", said(type="text", text="x", cache_control=True)),
    ("messages[1].content[0].source", said(type="image")),
    (
        "messages[1].content[0].source.data",
        said(type="image", source={"type": "base64", "media_type": "image/png"}),
    ),
    ("messages[1].content[0].source.media_type", said(type="image", source=PDF)),
    ("messages[1].content[0].source.media_type", said(type="document", source=PNG)),
    ("messages[1].content[0].input", said(type="tool_use", id="t", name="f", input="{}")),
    ("messages[1].content[0].is_error", said(type="tool_result", tool_use_id="t", is_error=1)),
    ("messages[1]", said(type="tool_result", tool_use_id="t")),
    ("messages[0]", {"messages": [{"role": "assistant", "content": [USE]}, *HI]}),
    ("messages[0]", {"messages": [{"role": "assistant", "content": [USE, USE]}]}),
    ("system", {"system": 4}),
    ("system[0].text", {"system": [{"type": "text"}]}),
    ("tools[0].name", {"tools": [{}]}),
    ("tools[0].name", {"tools": [{"name": {"of": "f"}}]}),
    ("tools[0].input_schema", {"tools": [{"name": "f", "input_schema": []}]}),
    ("tool_choice.type", {"tool_choice": {"type": "some"}}),
    ("tool_choice.name", {"tool_choice": {"type": "tool"}}),
    ("thinking.budget_tokens", {"thinking": {"type": "enabled"}}),
    ("thinking.type", {"thinking": {}}),
    ("output_config.format.type", {"output_config": {"format": {"type": "grammar"}}}),
    ("output_config.format.schema", {"output_config": {"format": {"type": "json_schema"}}}),
    ("temperature", {"temperature": "hot"}),
    ("top_k", {"top_k": 1.5}),
    ("stop_sequences", {"stop_sequences": [1]}),
    ("max_tokens", {"max_tokens": True}),
    ("metadata", {"metadata": "u"}),
    ("model", {"model": 4}),
]


@pytest.mark.parametrize(("field", "members"), WRONG)
def test_what_is_wrong_is_named(field: str, members: Json) -> None:
    """By its path, as the caller wrote it."""
    with pytest.raises(InvalidRequest) as caught:
        read(**members)

    assert field == caught.value.param
