"""The same wishes in the words of each SDK, and what providers of each dialect read in them."""

import json
from collections.abc import Iterable, Iterator

from .messages import Json
from .script import Seen
from .sdks import Caller
from .talkers import Said

SCHEMA: Json = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
#: A picture of one pixel, and the beginning of a PDF.
PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
    "rkJggg=="
)
PDF = "JVBERi0xLjQK"
LINK = "https://example.org/a.png"

WEATHER: dict[Caller, Json] = {
    "openai": {
        "type": "function",
        "function": {"name": "weather", "description": "Says it.", "parameters": SCHEMA},
    },
    "anthropic": {"name": "weather", "description": "Says it.", "input_schema": SCHEMA},
    "vercel": {"name": "weather", "description": "Says it.", "inputSchema": SCHEMA},
}


def user(*blocks: Json) -> list[Json]:
    return [{"role": "user", "content": list(blocks)}]


def results(caller: Caller, answers: dict[str, str]) -> list[Json]:
    """What tools said, by the ids of their calls."""
    if caller == "openai":
        return [
            {"role": "tool", "tool_call_id": id, "content": words} for id, words in answers.items()
        ]
    if caller == "vercel":
        return [{"role": "tool", "content": [_result(id, said) for id, said in answers.items()]}]
    return user(
        *(
            {"type": "tool_result", "tool_use_id": id, "content": words}
            for id, words in answers.items()
        )
    )


def _result(id: str, words: str) -> Json:
    output = {"type": "text", "value": words}
    return {"type": "tool-result", "toolCallId": id, "toolName": "weather", "output": output}


def goes_on(caller: Caller, before: Iterable[Json], said: Said, words: str) -> list[Json]:
    """The conversation so far, its last answer, and the same result for each of its calls."""
    answers = {id: words for id, _, _ in said.calls}
    return [*before, said.message, *results(caller, answers)]


def image(caller: Caller, *, link: bool = False) -> Json:
    if caller == "openai":
        return {"type": "image_url", "image_url": {"url": LINK if link else _url("image/png", PNG)}}
    if caller == "vercel":
        return {"type": "file", "mediaType": "image/png", "data": LINK if link else PNG}
    source = {"type": "base64", "media_type": "image/png", "data": PNG}
    return {"type": "image", "source": {"type": "url", "url": LINK} if link else source}


def document(caller: Caller) -> Json:
    if caller == "openai":
        file = {"filename": "a.pdf", "file_data": _url("application/pdf", PDF)}
        return {"type": "file", "file": file}
    if caller == "vercel":
        named = {"mediaType": "application/pdf", "filename": "a.pdf"}
        return {"type": "file", "data": PDF} | named
    source = {"type": "base64", "media_type": "application/pdf", "data": PDF}
    return {"type": "document", "title": "a.pdf", "source": source}


def got(seen: Seen) -> Json:
    """The request's body."""
    return json.loads(seen.body)


def told(body: Json) -> list[tuple[str, ...]]:
    """What a request of either dialect says, in its order, without its wrapping."""
    said = [("system", words) for words in _texts(body.get("system"))]
    return said + [item for message in body["messages"] for item in _message(message)]


def _message(message: Json) -> Iterator[tuple[str, ...]]:
    role = message["role"]
    if role == "tool":
        yield ("result", message["tool_call_id"], *_texts(message["content"]))
        return
    if thought := message.get("reasoning_content"):
        yield ("thinking", thought)
    content = message.get("content") or []
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
    for part in parts:
        yield _part(role, part)
    for call in message.get("tool_calls") or ():
        function = call["function"]
        yield ("call", call["id"], function["name"], _compact(json.loads(function["arguments"])))


def _part(role: str, part: Json) -> tuple[str, ...]:
    match part["type"]:
        case "text":
            return (role, part["text"])
        case "image_url":
            return ("image", part["image_url"]["url"])
        case "file":
            return ("document", part["file"]["filename"], part["file"]["file_data"])
        case "image":
            return ("image", _source(part["source"]))
        case "document":
            return ("document", part["title"], _source(part["source"]))
        case "tool_use":
            return ("call", part["id"], part["name"], _compact(part["input"]))
        case "tool_result":
            return ("result", part["tool_use_id"], *_texts(part["content"]))
        case "thinking":
            return ("thinking", part["thinking"], part["signature"])
        case kind:
            return (kind, part.get("data", ""))


def _texts(content: Json) -> list[str]:
    if isinstance(content, str):
        return [content]
    return [
        part["text"] if part["type"] == "text" else _part("", part)[1] for part in content or ()
    ]


def _source(source: Json) -> str:
    if source["type"] == "url":
        return str(source["url"])
    return _url(source["media_type"], source["data"])


def _url(media_type: str, data: str) -> str:
    return f"data:{media_type};base64,{data}"


def _compact(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)
