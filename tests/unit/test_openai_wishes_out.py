"""What a conversation asks for besides its turns, as a chat request says it."""

import json
from typing import Any

import pytest

from src.domain.blocks import Extras, Foreign, Text
from src.domain.conversation import Reasoning, Sampling, Structured, Tool, ToolChoice
from tests.support.openai_requests import Traits, turns, write

SCHEMA = {"type": "object"}
STRICT = {"name": "answer", "schema": SCHEMA, "strict": True}
FOREIGN = Foreign("anthropic_messages", {"type": "web_search_20250305", "name": "web_search"})
F = {"type": "function", "function": {"name": "f"}}
ALONE = ToolChoice("one", "f", parallel=False)
WISHES: list[tuple[dict[str, Any], Traits, dict[str, Any], tuple[str, ...], tuple[str, ...]]] = [
    ({"stream": True}, {"ask_usage": True},
     {"stream": True, "stream_options": {"include_usage": True}}, (), ()),
    ({"stream": True}, {}, {"stream": True}, (), ()),
    ({"stream": True, "include_usage": True}, {}, {"stream": True}, (), ()),
    ({}, {"ask_usage": True}, {}, (), ()),
    ({"max_tokens": 5}, {}, {"max_tokens": 5}, (), ()),
    ({"max_tokens": 5}, {"max_field": "max_completion_tokens"},
     {"max_completion_tokens": 5}, (), ()),
    ({"structured": Structured(SCHEMA)}, {},
     {"response_format": {"type": "json_schema", "json_schema": STRICT}}, (), ()),
    ({"sampling": Sampling(0.5, 0.0, 4, ("x", "y"))}, {},
     {"temperature": 0.5, "top_p": 0.0, "stop": ["x", "y"]}, ("top_k",), ()),
    ({"tools": (Tool("f"),), "choice": ToolChoice("required")}, {},
     {"tools": [F], "tool_choice": "required"}, (), ()),
    ({"tools": (Tool("f"), FOREIGN), "choice": ALONE}, {},
     {"tools": [F], "tool_choice": F, "parallel_tool_calls": False}, (), ("tools[1]",)),
    ({"tools": (FOREIGN,), "choice": ToolChoice("required")}, {},
     {}, (), ("tools[0]", "tool_choice")),
    ({"tools": (Tool("f", extras=Extras("anthropic_messages", {"defer_loading": True})),)}, {},
     {"tools": [F]}, ("tools[0].defer_loading",), ()),
    ({"reasoning": Reasoning("on", budget=2048)}, {"reasons": True},
     {"reasoning_effort": "low"}, (), ()),
    ({"reasoning": Reasoning("on", budget=8192)}, {"reasons": True},
     {"reasoning_effort": "medium"}, (), ()),
    ({"reasoning": Reasoning("on", budget=8193)}, {"reasons": True},
     {"reasoning_effort": "high"}, (), ()),
    ({"reasoning": Reasoning("adaptive", effort="max")}, {"reasons": True},
     {"reasoning_effort": "xhigh"}, (), ()),
    ({"reasoning": Reasoning("adaptive")}, {"reasons": True}, {}, (), ()),
    ({"reasoning": Reasoning("off", "high")}, {"reasons": True}, {}, (), ()),
    ({"reasoning": Reasoning("on", "low", 2048)}, {}, {},
     ("thinking", "output_config.effort"), ()),
    ({"user": "u"}, {}, {"user": "u"}, (), ()),
    ({"user": "u" * 65}, {}, {}, ("metadata.user_id",), ()),
    ({"extras": Extras("anthropic_messages", {"container": "c", "service_tier": "auto",
                                              "mcp_servers": []})}, {}, {}, ("container",), ()),
]  # fmt: skip


@pytest.mark.parametrize(("wish", "traits", "fields", "dropped", "lost"), WISHES)
def test_what_is_asked_for(
    wish: dict[str, Any],
    traits: Traits,
    fields: dict[str, Any],
    dropped: tuple[str, ...],
    lost: tuple[str, ...],
) -> None:
    """Each wish in OpenAI's words, or by its name among what could not be carried."""
    written = write(turns(("user", [Text("hi")]), **wish), **traits)
    always = {"model": "deepseek-chat", "messages": [{"role": "user", "content": "hi"}]}

    assert always | fields == json.loads(written.body)
    assert (dropped, lost) == (written.dropped, written.lost)
