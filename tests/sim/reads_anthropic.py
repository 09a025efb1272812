"""Reads answers and streams of Anthropic's dialect, naively; and watches their order."""

import json

from attrs import define, field

from src.domain.receipt import Usage

from .meaning import Call, Event, Meaning, decoded, events
from .speech import Json

_FINISHES = {
    "end_turn": "stop",
    "max_tokens": "length",
    "tool_use": "calls",
    "stop_sequence": "stop",
    "refusal": "filter",
    "pause_turn": "length",
}
_DELTAS = {
    "text_delta": "text",
    "thinking_delta": "thinking",
    "signature_delta": "signature",
    "input_json_delta": "partial_json",
}


@define
class Reading:
    """A stream on its way: the blocks that are open, and what was counted so far."""

    said: Meaning = field(factory=Meaning)
    counts: Json = field(factory=dict)
    blocks: int = 0
    open: dict[int, Json] = field(factory=dict)
    calls: dict[int, Call] = field(factory=dict)

    def take(self, event: Event) -> None:
        if event.data is None:
            if not event.raw.startswith(b":"):
                self.said.strange.append(repr(event.raw))
            return
        body = decoded(event.data)
        over = self.said.ended or self.said.error is not None
        if over or not isinstance(body, dict) or body.get("type") != event.name:
            self.said.strange.append(repr(event.raw))
        elif event.name != "ping" and not self._read(event.name, body):
            self.said.strange.append(f"out of order: {event.raw!r}")

    def _read(self, name: str, body: Json) -> bool:
        """Whether it is in its place."""
        if name == "error":
            self.said.error = body
            return True
        if name == "message_start":
            return self._start(body["message"])
        begun = bool(self.said.id)
        match name:
            case "content_block_start":
                return self._begin(body["index"], body["content_block"]) and begun
            case "content_block_delta":
                return self._delta(body["index"], body["delta"]) and begun
            case "content_block_stop":
                return self._stop(body["index"]) and begun
            case "message_delta":
                return self._last(body) and begun
            case "message_stop":
                self.said.ended = True
                return begun and self.said.finish is not None
            case _:
                return False

    def _start(self, message: Json) -> bool:
        fresh = not self.said.id and message["content"] == []
        self.said.id, self.said.model = message["id"], message["model"]
        self.counts |= message.get("usage") or {}
        self.said.known = usage(self.counts)
        return fresh

    def _begin(self, index: int, block: Json) -> bool:
        right = not self.open and index == self.blocks and self.said.finish is None
        self.open[index] = dict(block)
        self.blocks += 1
        if block["type"] == "tool_use":
            self.calls[index] = Call(block["id"], block["name"])
            self.said.calls.append(self.calls[index])
        return right

    def _delta(self, index: int, delta: Json) -> bool:
        block, name = self.open.get(index), _DELTAS.get(delta["type"])
        if block is None or name is None:
            return False
        if name == "partial_json":
            self.calls[index].arguments += delta[name]
            return True
        block[name] += delta[name]
        if name == "text":
            self.said.text += delta[name]
        elif name == "thinking":
            self.said.thinking += delta[name]
        return name in block

    def _stop(self, index: int) -> bool:
        block = self.open.pop(index, None)
        if block and block["type"] == "thinking" and block["signature"]:
            self.said.kept.append((block["thinking"], block["signature"]))
        elif block and block["type"] == "redacted_thinking":
            self.said.kept.append(("", block["data"]))
        return block is not None

    def _last(self, body: Json) -> bool:
        right = not self.open
        self.close()
        self.said.finish = _FINISHES[body["delta"]["stop_reason"]]
        if body.get("usage"):
            self.counts |= body["usage"]
            self.said.usage = usage(self.counts)
        return right

    def close(self) -> None:
        for index in list(self.open):
            self._stop(index)


def stream(data: bytes) -> Meaning:
    """What a stream says, as far as it goes."""
    reading = Reading()
    for event in events(data):
        reading.take(event)
    said = reading.said
    if said.ended:
        reading.close()
        said.finish = said.finish or ("calls" if said.calls else "stop")
    return said


def whole(body: bytes) -> Meaning:
    """What a whole answer says."""
    answer = json.loads(body)
    said = Meaning(answer["id"], answer["model"], ended=True, usage=usage(answer.get("usage")))
    for block in answer["content"]:
        match block["type"]:
            case "text":
                said.text += block["text"]
            case "thinking":
                said.thinking += block["thinking"]
                if block["signature"]:
                    said.kept.append((block["thinking"], block["signature"]))
            case "redacted_thinking":
                said.kept.append(("", block["data"]))
            case "tool_use":
                said.calls.append(Call(block["id"], block["name"], json.dumps(block["input"])))
            case kind:
                said.strange.append(kind)
    said.finish = _FINISHES[answer["stop_reason"]]
    if (answer["type"], answer["role"]) != ("message", "assistant"):
        said.strange.append(f"an answer with {answer.keys()}")
    return said


def is_error(body: object) -> bool:
    """Is it an error in Anthropic's shape?"""
    error = body.get("error") if isinstance(body, dict) and body.get("type") == "error" else None
    return isinstance(error, dict) and all(
        isinstance(error.get(n), str) for n in ("type", "message")
    )


def usage(said: Json | None) -> Usage | None:
    if not said:
        return None
    cached, stored = said["cache_read_input_tokens"], said["cache_creation_input_tokens"]
    return Usage(
        said["input_tokens"] + cached + stored,
        said["output_tokens"],
        cached_tokens=cached,
        cache_write_tokens=stored,
        reasoning_tokens=(said.get("output_tokens_details") or {}).get("thinking_tokens", 0),
    )
