"""Reads answers and streams of OpenAI's dialect, naively."""

import json

from src.domain.receipt import Usage

from .meaning import Call, Event, Meaning, decoded, events
from .speech import Json

_FINISHES = {"tool_calls": "calls", "content_filter": "filter"}


def stream(data: bytes) -> Meaning:
    """What a stream says, as far as it goes."""
    said = Meaning()
    for event in events(data):
        if event.data is None:
            if not event.raw.startswith(b":"):
                said.strange.append(repr(event.raw))
        elif said.ended or said.error is not None:
            said.strange.append(f"{event.raw!r} behind the end")
        elif event.data == b"[DONE]":
            said.ended = True
        else:
            _chunk(said, event, decoded(event.data))
    return said


def whole(body: bytes) -> Meaning:
    """What a whole answer says."""
    answer = json.loads(body)
    said = Meaning(answer["id"], answer["model"], ended=True, usage=usage(answer.get("usage")))
    choice = answer["choices"][0]
    _delta(said, choice["message"], whole=True)
    said.finish = _finish(choice["finish_reason"])
    if answer["object"] != "chat.completion" or len(answer["choices"]) != 1:
        said.strange.append(f"an answer with {answer.keys()}")
    return said


def is_error(body: object) -> bool:
    """Is it an error in OpenAI's shape?"""
    error = body.get("error") if isinstance(body, dict) and "type" not in body else None
    return (
        isinstance(error, dict)
        and isinstance(error.get("message"), str)
        and {"type", "code"} & error.keys() != set()
    )


def usage(said: Json | None) -> Usage | None:
    if said is None:
        return None
    into = said.get("prompt_tokens_details") or {}
    out = said.get("completion_tokens_details") or {}
    return Usage(
        said["prompt_tokens"],
        said["completion_tokens"],
        cached_tokens=into.get("cached_tokens", 0),
        cache_write_tokens=into.get("cache_write_tokens", 0),
        reasoning_tokens=out.get("reasoning_tokens", 0),
    )


def _chunk(said: Meaning, event: Event, chunk: object) -> None:
    if isinstance(chunk, dict) and "error" in chunk:
        said.error = chunk
        return
    if not isinstance(chunk, dict) or not isinstance(chunk.get("choices"), list) or event.name:
        said.strange.append(repr(event.raw))
        return
    said.id, said.model = chunk["id"], chunk["model"]
    said.usage = usage(chunk.get("usage")) or said.usage
    for choice in chunk["choices"]:
        if choice["index"] != 0 or said.finish is not None:
            said.strange.append(repr(event.raw))
        _delta(said, choice["delta"])
        said.finish = _finish(choice["finish_reason"])


def _delta(said: Meaning, delta: Json, *, whole: bool = False) -> None:
    said.text += delta.get("content") or ""
    said.thinking += delta.get("reasoning_content") or ""
    for block in delta.get("thinking_blocks") or ():
        if block["type"] == "redacted_thinking":
            said.kept.append(("", block["data"]))
        elif block["signature"]:
            said.kept.append((block["thinking"], block["signature"]))
    for place, call in enumerate(delta.get("tool_calls") or ()):
        function = call["function"]
        if (place if whole else call["index"]) == len(said.calls):
            said.calls.append(Call(call["id"], function["name"]))
        at = place if whole else call["index"]
        said.calls[at].arguments += function.get("arguments", "")


def _finish(word: str | None) -> str | None:
    return None if word is None else _FINISHES.get(word, word)
