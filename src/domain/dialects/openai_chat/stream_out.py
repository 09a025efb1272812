"""The events of an answer as a stream of OpenAI's.

https://platform.openai.com/docs/api-reference/chat/streaming
"""

import msgspec
from attrs import Factory, define

from ...answers import (
    BlockEnded,
    BlockStarted,
    Delta,
    Ended,
    Event,
    Failed,
    Finished,
    Started,
    UsageSaid,
)
from ...blocks import Json, RedactedThinking, Thinking
from ...receipt import Usage
from ...sse import data_event
from . import finishes
from .answer_out import thinking_block
from .answer_out import usage as usage_object
from .stream import DONE


@define
class _Call:
    """A tool call: its place among the calls, and whether it had arguments."""

    place: int
    spoken: bool = False


@define
class _Thought:
    """A thinking block so far, and its place among them; `redacted`: what only its provider can
    read."""

    place: int
    redacted: str | None = None
    text: list[str] = Factory(list)
    signature: list[str] = Factory(list)

    def block(self) -> Thinking | RedactedThinking:
        if self.redacted is not None:
            return RedactedThinking(self.redacted)
        return Thinking("".join(self.text), "".join(self.signature))


class Encoder:
    """Writes one stream. `include_usage`: the caller asked for the usage chunk; `now_created`:
    when the stream began, where the provider does not say."""

    def __init__(self, *, include_usage: bool, now_created: int) -> None:
        self._include_usage = include_usage
        self._now_created = now_created
        self._over = False
        self._head: Json = {}
        self._usage: Usage | None = None
        self._begun: set[int] = set()
        self._calls: dict[tuple[int, int], _Call] = {}
        self._thoughts: dict[tuple[int, int], _Thought] = {}

    def write(self, event: Event) -> bytes:
        """b"" for what OpenAI's streams have no word for, and after the end."""
        if self._over:
            return b""
        match event:
            case Started():
                return self._start(event)
            case BlockStarted():
                return self._begin(event)
            case Delta():
                return self._more(event)
            case BlockEnded(index=index, choice=choice):
                return self._end(index, choice)
            case UsageSaid(usage=usage):
                self._usage = usage
                return b""
            case Finished(finish=finish, choice=choice):
                return self._chunk({}, choice, finishes.write(finish))
            case Ended():
                return self._close()
            case Failed():
                self._over = True  # the error itself is written elsewhere
                return b""
            case _:
                return b""

    def _start(self, started: Started) -> bytes:
        self._usage = started.usage
        self._head = {
            "id": started.id,
            "object": "chat.completion.chunk",
            "created": self._now_created if started.created is None else started.created,
            "model": started.model,
        }
        return self._chunk({"content": ""}, 0)

    def _begin(self, started: BlockStarted) -> bytes:
        where = (started.choice, started.index)
        match started.kind:
            case "tool_call":
                call = _Call(sum(choice == started.choice for choice, _ in self._calls))
                self._calls[where] = call
                function = {"name": started.name, "arguments": ""}
                said = {"id": started.call_id, "type": "function", "function": function}
                return self._call(call, said, started.choice)
            case "thinking" | "redacted_thinking" as kind:
                place = sum(choice == started.choice for choice, _ in self._thoughts)
                redacted = None if kind == "thinking" else started.data
                self._thoughts[where] = _Thought(place, redacted)
            case _:
                pass
        return b""

    def _more(self, delta: Delta) -> bytes:
        where = (delta.choice, delta.index)
        call, thought = self._calls.get(where), self._thoughts.get(where)
        if not delta.text:
            return b""
        match delta.part:
            case "text":
                return self._chunk({"content": delta.text}, delta.choice)
            case "refusal":
                return self._chunk({"refusal": delta.text}, delta.choice)
            case "arguments" if call is not None:
                call.spoken = True
                said = {"function": {"arguments": delta.text}}
                return self._call(call, said, delta.choice)
            case "signature" if thought is not None:
                thought.signature.append(delta.text)
            case "thinking" if thought is not None:
                thought.text.append(delta.text)
                return self._chunk({"reasoning_content": delta.text}, delta.choice)
            case _:
                pass
        return b""

    def _end(self, index: int, choice: int) -> bytes:
        """A thought goes out once more as a whole, so that it can be sent back word for word; a
        call that needs no arguments has an empty object all the same."""
        thought = self._thoughts.get((choice, index))
        if thought is not None:
            # OpenAI's SDK joins the items of lists by their `index`, and fails without one:
            # https://github.com/openai/openai-python/blob/main/src/openai/lib/streaming/_deltas.py
            block = thinking_block(thought.block()) | {"index": thought.place}
            return self._chunk({"thinking_blocks": [block]}, choice)
        call = self._calls.get((choice, index))
        if call is not None and not call.spoken:
            call.spoken = True
            return self._call(call, {"function": {"arguments": "{}"}}, choice)
        return b""

    def _close(self) -> bytes:
        self._over = True
        done = data_event(DONE)
        if not self._include_usage or self._usage is None:
            return done
        last = self._head | {"choices": [], "usage": usage_object(self._usage)}
        return data_event(msgspec.json.encode(last)) + done

    def _call(self, call: _Call, said: Json, choice: int) -> bytes:
        return self._chunk({"tool_calls": [{"index": call.place} | said]}, choice)

    def _chunk(self, delta: Json, choice: int, finish: str | None = None) -> bytes:
        if choice not in self._begun:
            self._begun.add(choice)
            delta = {"role": "assistant"} | delta
        said = {"index": choice, "delta": delta, "logprobs": None, "finish_reason": finish}
        chunk = self._head | {"choices": [said]}
        if self._include_usage:
            chunk["usage"] = None  # OpenAI says null until the last chunk
        return data_event(msgspec.json.encode(chunk))
