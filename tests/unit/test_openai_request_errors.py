"""A chat request that cannot be read: the field is named, and nothing else happens."""

import json
from typing import Any

import pytest

from src.domain import strict_json
from src.domain.dialects.openai_chat import request_in
from src.domain.errors import InvalidRequest

LOOK = {"type": "function", "function": {"name": "look"}}


def body(**fields: Any) -> bytes:
    hi = [{"role": "user", "content": "hi"}]
    return json.dumps({"model": "m", "messages": hi} | fields).encode()


def said(*messages: Any) -> bytes:
    return body(messages=messages)


def parts(*content: Any) -> bytes:
    return said({"role": "user", "content": list(content)})


def image(url: Any) -> bytes:
    return parts({"type": "image_url", "image_url": {"url": url}})


def calling(call: Any) -> bytes:
    return said({"role": "assistant", "tool_calls": [call]})


def pdf(data: str) -> bytes:
    return parts({"type": "file", "file": {"file_data": data}})


def choosing(choice: Any) -> bytes:
    return body(tools=[LOOK], tool_choice=choice)


CALL = {"id": "c", "function": {"name": "f"}}
IMAGE = "messages[0].content[0].image_url.url"
CALLED = "messages[0].tool_calls[0]"
WRONG: list[tuple[bytes, str, str]] = [
    (b'{"messages": [{"role": "user", "content": "x"}]}', "model", "required"),
    (body(model=" "), "model", "characters"),
    (body(messages=None), "messages", "at least one"),
    (body(messages=[]), "messages", "at least one"),
    (body(messages={}), "messages", "a list"),
    (said("hi"), "messages[0]", "an object"),
    (said({"content": "hi"}), "messages[0].role", "required"),
    (said({"role": "wizard", "content": "hi"}), "messages[0].role", "one of"),
    (said({"role": "user"}), "messages[0].content", "required"),
    (said({"role": "user", "content": 5}), "messages[0].content", "a string or a list"),
    (said({"role": "user", "content": {}}), "messages[0].content", "a string or a list"),
    (parts("hi"), "messages[0].content[0]", "an object"),
    (parts({"text": "hi"}), "messages[0].content[0].type", "required"),
    (parts({"type": "text", "text": 5}), "messages[0].content[0].text", "a string"),
    (parts({"type": "text", "text": "a", "cache_control": 1}),
     "messages[0].content[0].cache_control", "an object"),
    (said({"role": "system", "content": [{"type": "image_url", "image_url": {"url": "http://x"}}]}),
     "messages[0].content[0].type", "'text'"),
    (image(None), IMAGE, "required"),
    (image("dog.png"), IMAGE, "data URL"),
    (image("data:image/png,abc"), IMAGE, "base64"),
    (image("data:image/png;base64,"), IMAGE, "base64"),
    (image("data:image/tiff;base64,AA=="), IMAGE, "unsupported media type 'image/tiff'"),
    (image("ftp://x/y"), IMAGE, "http(s)"),
    (pdf("data:text/csv;base64,AA=="), "messages[0].content[0].file.file_data", "unsupported"),
    (pdf("AA=="), "messages[0].content[0].file.file_data", "data URL"),
    (parts({"type": "file", "file": {}}), "messages[0].content[0].file.file_data", "required"),
    (parts({"type": "input_audio", "input_audio": {"data": "AA==", "format": "ogg"}}),
     "messages[0].content[0].input_audio.format", "unsupported"),
    (calling({"function": {"name": "f"}}), f"{CALLED}.id", "required"),
    (calling(CALL | {"id": ""}), f"{CALLED}.id", "empty"),
    (calling({"id": "c"}), f"{CALLED}.function", "required"),
    (calling({"id": "c", "function": {}}), f"{CALLED}.function.name", "required"),
    (calling({"id": "c", "function": {"name": "f", "arguments": {}}}),
     f"{CALLED}.function.arguments", "a string"),
    (calling(CALL | {"type": "magic"}), f"{CALLED}.type", "'function' or 'custom'"),
    (calling(CALL), "messages[0]", "no result"),
    (said({"role": "tool", "tool_call_id": "c", "content": "x"}), "messages[0]", "'c'"),
    (said({"role": "tool", "content": "x"}), "messages[0].tool_call_id", "required"),
    (said({"role": "function", "name": "f", "content": "x"}), "messages[0]", "'f'"),
    (said({"role": "assistant", "thinking_blocks": [{"type": "x"}]}),
     "messages[0].thinking_blocks[0].type", "'thinking'"),
    (body(stream="yes"), "stream", "true or false"),
    (body(stream_options={"include_usage": 1}), "stream_options.include_usage", "true or false"),
    (body(temperature="hot"), "temperature", "a number"),
    (body(temperature=True), "temperature", "a number"),
    (body(n=0), "n", "at least 1"),
    (body(n=1.5), "n", "whole"),
    (body(seed="x"), "seed", "a number"),
    (body(stop=[1]), "stop", "strings"),
    (body(stop={}), "stop", "strings"),
    (body(max_tokens="x"), "max_tokens", "a number"),
    (body(reasoning_effort=3), "reasoning_effort", "a string"),
    (body(user=3), "user", "a string"),
    (body(response_format="json"), "response_format", "an object"),
    (body(response_format={"type": "json_schema"}), "response_format.json_schema", "required"),
    (body(response_format={"type": "json_schema", "json_schema": {}}),
     "response_format.json_schema.name", "required"),
    (body(tools={}), "tools", "a list"),
    (body(tools=[{}]), "tools[0].type", "required"),
    (body(tools=[{"type": "function"}]), "tools[0].function", "required"),
    (body(tools=[{"type": "function", "function": {"name": "f", "parameters": []}}]),
     "tools[0].function.parameters", "an object"),
    (body(tool_choice="required"), "tool_choice", "none"),
    (choosing("some"), "tool_choice", "one of"),
    (choosing(5), "tool_choice", "an object"),
    (choosing({"type": "function", "function": {"name": "other"}}),
     "tool_choice.function.name", "no such function"),
    (choosing({"type": "allowed_tools", "allowed_tools": {"mode": "none", "tools": []}}),
     "tool_choice.allowed_tools.mode", "'required'"),
    (choosing({"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": []}}),
     "tool_choice.allowed_tools.tools", "some of"),
    (body(parallel_tool_calls="no"), "parallel_tool_calls", "true or false"),
    (b'{"model": "m", "messages": [{"role": "user", "content": 1e999}]}', "messages", "read"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "param", "says"), WRONG)
def test_a_wrong_field_is_named(written: bytes, param: str, says: str) -> None:
    """By its path, with a sentence that says what is wanted."""
    with pytest.raises(InvalidRequest) as caught:
        request_in.read(strict_json.read(written))

    assert param == caught.value.param
    assert says in caught.value.message
