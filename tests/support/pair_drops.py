"""What one dialect can be asked for and the other cannot, by the row of docs/dialects.md."""

from .messages import Json
from .pair_requests import WEATHER, user

_SOUND = {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}}
_MARK = {"cache_control": {"type": "ephemeral"}}
_TEXT = {"type": "text", "text": "Hi"}
_DETAIL = {"type": "image_url", "image_url": {"url": "https://example.org/a.png", "detail": "low"}}
_HELD = {"type": "file", "file_id": "file_1"}

#: Left out and named in `x-relay-dropped`: the pair, and what is asked for.
DROPPED: dict[str, tuple[str, Json]] = {
    "`seed`": ("openai-anthropic", {"seed": 7}),
    "`frequency_penalty`": ("openai-anthropic", {"frequency_penalty": 0.5}),
    "`presence_penalty`": ("openai-anthropic", {"presence_penalty": 0.5}),
    "`logit_bias`": ("openai-anthropic", {"logit_bias": {"50256": -100}}),
    "`store`": ("openai-anthropic", {"store": True}),
    "A temperature above 1": ("openai-anthropic", {"temperature": 1.5}),
    "JSON without a schema": (
        "openai-anthropic",
        {"response_format": {"type": "json_object"}},
    ),
    "An image's `detail`": ("openai-anthropic", {"messages": user(_DETAIL)}),
    "A speaker's `name`": (
        "openai-anthropic",
        {"messages": [{"role": "user", "name": "ada", "content": "Hi"}]},
    ),
    "A field that nobody knows, OpenAI": (
        "openai-anthropic",
        {"extra_body": {"brand_new": {"a": 1}}},
    ),
    "`top_k`": ("anthropic-openai", {"extra_body": {"top_k": 5}}),
    "Cache marks": ("anthropic-openai", {"messages": user(_TEXT | _MARK)}),
    "Cache marks on tools": (
        "anthropic-openai",
        {"tools": [WEATHER["anthropic"] | _MARK]},
    ),
    "`thinking`": (
        "anthropic-openai",
        {"thinking": {"type": "enabled", "budget_tokens": 1024}, "max_tokens": 2000},
    ),
    "`output_config.effort`": ("anthropic-openai", {"output_config": {"effort": "low"}}),
    "A long `metadata.user_id`": ("anthropic-openai", {"metadata": {"user_id": "u" * 65}}),
    "`service_tier`": ("anthropic-openai", {"service_tier": "standard_only"}),
    "A field that nobody knows, Anthropic": (
        "anthropic-openai",
        {"extra_body": {"brand_new": {"a": 1}}},
    ),
}

#: Refused with 400, since leaving it out would change the answer; the field is named.
REFUSED: dict[str, tuple[str, Json]] = {
    "`n` above 1": ("openai-anthropic", {"n": 2}),
    "`logprobs`": ("openai-anthropic", {"logprobs": True}),
    "Audio": ("openai-anthropic", {"messages": user(_SOUND)}),
    "Audio out": ("openai-anthropic", {"modalities": ["text", "audio"]}),
    "A search by the provider": ("openai-anthropic", {"web_search_options": {}}),
    "A file that OpenAI keeps": (
        "openai-anthropic",
        {"messages": user({"type": "file", "file": {"file_id": "file-1"}})},
    ),
    "Tools of Anthropic's own": (
        "anthropic-openai",
        {"tools": [{"type": "web_search_20250305", "name": "web_search"}]},
    ),
    "A file that Anthropic keeps": (
        "anthropic-openai",
        {"messages": user({"type": "document", "source": _HELD})},
    ),
    "A document by its link": (
        "anthropic-openai",
        {
            "messages": user(
                {"type": "document", "source": {"type": "url", "url": "https://example.org/a.pdf"}}
            )
        },
    ),
}

REFUSED["Servers of tools"] = (
    "anthropic-openai",
    {"extra_body": {"mcp_servers": [{"type": "url", "url": "https://x.org", "name": "x"}]}},
)

#: Refused since it is broken, whatever is strict.
BROKEN: dict[str, tuple[str, Json]] = {
    "A tool result without a call, OpenAI": (
        "openai-anthropic",
        {"messages": [{"role": "tool", "tool_call_id": "call_9", "content": "x"}]},
    ),
    "A tool result without a call, Anthropic": (
        "anthropic-openai",
        {"messages": user({"type": "tool_result", "tool_use_id": "call_9", "content": "x"})},
    ),
    "An unknown role": ("openai-anthropic", {"messages": [{"role": "robot", "content": "x"}]}),
    "An unsupported media type": (
        "openai-anthropic",
        {
            "messages": user(
                {"type": "image_url", "image_url": {"url": "data:image/tiff;base64,AAAA"}}
            )
        },
    ),
    "Broken tool arguments": (
        "openai-anthropic",
        {
            "messages": [
                {"role": "user", "content": "Hi"},
                {
                    "role": "assistant",
                    "tool_calls": [
                        {
                            "id": "call_0",
                            "type": "function",
                            "function": {"name": "weather", "arguments": '{"city":'},
                        }
                    ],
                },
                {"role": "tool", "tool_call_id": "call_0", "content": "x"},
            ]
        },
    ),
}

_CALL = {"id": "call_0", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
_NAMED = {"type": "function", "function": {"name": "nobody"}}
BROKEN |= {
    "Two bounds on output": (
        "openai-anthropic",
        {"max_tokens": 5, "max_completion_tokens": 9},
    ),
    "Two tools of one name, OpenAI": ("openai-anthropic", {"tools": [WEATHER["openai"]] * 2}),
    "Two tools of one name, Anthropic": (
        "anthropic-openai",
        {"tools": [WEATHER["anthropic"]] * 2},
    ),
    "A choice of no tool, OpenAI": (
        "openai-anthropic",
        {"tools": [WEATHER["openai"]], "tool_choice": _NAMED},
    ),
    "A choice of no tool, Anthropic": (
        "anthropic-openai",
        {"tools": [WEATHER["anthropic"]], "tool_choice": {"type": "tool", "name": "nobody"}},
    ),
    "A call id used twice": (
        "openai-anthropic",
        {
            "messages": [
                {"role": "user", "content": "Hi"},
                {"role": "assistant", "tool_calls": [_CALL, _CALL]},
                {"role": "tool", "tool_call_id": "call_0", "content": "x"},
            ]
        },
    ),
    "A message of white space": ("openai-anthropic", {"messages": user(_TEXT | {"text": " \n"})}),
    "A message of nothing": ("anthropic-openai", {"messages": user()}),
}
