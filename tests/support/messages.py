"""Anthropic's messages as data: the events of streams, whole answers, and requests."""

import json
from collections.abc import Sequence
from typing import Any

Json = Any

MODEL = "claude-opus-4-6"
USAGE = {
    "input_tokens": 9,
    "cache_creation_input_tokens": 5,
    "cache_read_input_tokens": 30,
    "output_tokens": 1,
}
#: Multi-byte characters of every length, and what careless line splitters trip over.
WORDS = ("Grüße", " 你好", " 🌍🏽", " a\u2028b\u0085c\u000bd", " end.")
PING: Json = {"type": "ping"}
STOP: Json = {"type": "message_stop"}
OVERLOADED: Json = {
    "type": "error",
    "error": {"type": "overloaded_error", "message": "Overloaded"},
    "request_id": "req_1",
}
CITATION = {
    "type": "char_location",
    "cited_text": "so it is",
    "document_index": 0,
    "document_title": "T",
    "start_char_index": 0,
    "end_char_index": 8,
}


def dump(value: Json) -> bytes:
    """JSON as providers write it: no spaces, characters as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def start(usage: Json = USAGE) -> Json:
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": MODEL}
    rest = {"content": [], "stop_reason": None, "stop_sequence": None, "usage": usage}
    return {"type": "message_start", "message": message | rest}


def begin(index: int, block: Json) -> Json:
    return {"type": "content_block_start", "index": index, "content_block": block}


def delta(index: int, kind: str, **fields: Json) -> Json:
    said = {"type": kind} | fields
    return {"type": "content_block_delta", "index": index, "delta": said}


def stop(index: int) -> Json:
    return {"type": "content_block_stop", "index": index}


def last(reason: str, *, sequence: str | None = None, **usage: Json) -> list[Json]:
    """`message_delta` and `message_stop`."""
    said = {"stop_reason": reason, "stop_sequence": sequence}
    counts = {"output_tokens": 12} | usage
    return [{"type": "message_delta", "delta": said, "usage": counts}, STOP]


def text(index: int, *words: str) -> list[Json]:
    deltas = [delta(index, "text_delta", text=word) for word in words]
    return [begin(index, {"type": "text", "text": ""}), *deltas, stop(index)]


def thinking(index: int, *words: str, signature: str = "c2ln") -> list[Json]:
    block = {"type": "thinking", "thinking": "", "signature": ""}
    deltas = [delta(index, "thinking_delta", thinking=word) for word in words]
    signed = delta(index, "signature_delta", signature=signature)
    return [begin(index, block), *deltas, signed, stop(index)]


def tool(index: int, id: str, *pieces: str, name: str = "weather") -> list[Json]:
    block = {"type": "tool_use", "id": id, "name": name, "input": {}}
    deltas = [delta(index, "input_json_delta", partial_json=piece) for piece in pieces]
    return [begin(index, block), *deltas, stop(index)]


def redacted(index: int) -> list[Json]:
    return [begin(index, {"type": "redacted_thinking", "data": "RW5j"}), stop(index)]


def cited(index: int) -> list[Json]:
    block = {"type": "text", "text": "", "citations": []}
    said = delta(index, "citations_delta", citation=CITATION)
    return [begin(index, block), delta(index, "text_delta", text="so"), said, stop(index)]


def searched(index: int) -> list[Json]:
    """A tool that Anthropic itself runs, and what it found."""
    call = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}}
    found = {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []}
    piece = delta(index, "input_json_delta", partial_json='{"query":"x"}')
    return [begin(index, call), piece, stop(index), begin(index + 1, found), stop(index + 1)]


STREAMS: dict[str, list[Json]] = {
    "text": [start(), PING, *text(0, *WORDS), *last("end_turn")],
    "interleaved thinking": [
        *(start(), *thinking(0, "Let me", " see")),
        *(*text(1, "I look"), *tool(2, "toolu_1", "", '{"city": "Zü', 'rich"}')),
        *(*thinking(3, "And", signature="bW9yZQ=="), *tool(4, "toolu_2", "{}")),
        *last("tool_use"),
    ],
    "parallel tools": [
        *(start(), *text(0, "Both."), *tool(1, "toolu_1", '{"a":', '"\\u00', 'e9"}')),
        *(PING, *tool(2, "toolu_2", '{"b":[1,2]}'), *last("tool_use")),
    ],
    "text after a tool call": [
        *(start(), *tool(0, "toolu_1"), *text(1, "Done", "."), *last("tool_use")),
    ],
    "redacted thinking": [start(), *redacted(0), *text(1, "Hm."), *last("end_turn")],
    "citations": [start(), *cited(0), *last("end_turn")],
    "a server's tool": [start(), *searched(0), *text(2, "Found."), *last("pause_turn")],
    "a refusal": [start(), *text(0, "I"), *last("refusal")],
    "a stop sequence": [start(), *text(0, "I"), *last("stop_sequence", sequence="###")],
    "usage only at the end": [
        *(start({"input_tokens": 0, "output_tokens": 0}), *text(0, "I")),
        *last("max_tokens", input_tokens=44, cache_read_input_tokens=0),
    ],
    "nothing": [start(), *last("end_turn", output_tokens_details={"thinking_tokens": 3})],
}


def event(body: Json, *, line_end: bytes = b"\n") -> bytes:
    """One event on the wire, named as Anthropic names it."""
    name = str(body["type"]).encode()
    return b"event: " + name + line_end + b"data: " + dump(body) + line_end * 2


def wire(bodies: Sequence[Json], *, line_end: bytes = b"\n") -> bytes:
    return b"".join(event(body, line_end=line_end) for body in bodies)


ANSWER: Json = start()["message"] | {
    "content": [
        {"type": "thinking", "thinking": "Hm", "signature": "c2ln"},
        {"type": "redacted_thinking", "data": "RW5j"},
        {"type": "text", "text": "I look", "citations": [CITATION]},
        {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {"city": "Zürich"}},
        {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {}},
    ],
    "stop_reason": "tool_use",
    "container": {"id": "container_1", "expires_at": "2027-01-01T00:00:00Z"},
}
