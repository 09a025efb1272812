"""The events of an answer as a stream of OpenAI's.

https://platform.openai.com/docs/api-reference/chat/streaming
"""

from collections import defaultdict

import msgspec

from ...answers import (
    BlockEnded,
    BlockStarted,
    Delta,
    Ended,
    Event,
    Failed,
    Finished,
    ForeignDelta,
    Started,
    UsageSaid,
)
from ...blocks import Json
from ...receipt import Usage
from ...sse import data_event
from ..names import Notes, unsaid
from . import citations, finishes
from .answer_out import usage as usage_object
from .parts_in import DIALECT
from .stream import DONE
from .stream_out_block import Call, Thought, Words
from .thoughts import Said, replayable


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
        self._calls: dict[tuple[int, int], Call] = {}
        self._thoughts: dict[tuple[int, int], Thought] = {}
        self._words: dict[tuple[int, int], Words] = {}
        self._said: dict[int, Said] = defaultdict(Said)
        self._listed: dict[tuple[int, str], int] = defaultdict(int)
        self._notes = Notes()

    @property
    def dropped(self) -> tuple[str, ...]:
        return tuple(self._notes.dropped)

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
            case ForeignDelta():
                return self._foreign(event)
            case Finished():
                return self._finish(event)
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
        where, said = (started.choice, started.index), self._said[started.choice]
        match started.kind:
            case "tool_call":
                call = self._calls[where] = Call(said.calls)
                said.calls += 1
                function = {"name": started.name, "arguments": ""}
                told = {"id": started.call_id, "type": "function", "function": function}
                return self._call(call, told, started.choice)
            case "text":
                self._words[where] = Words(said.characters)
            case "thinking" | "redacted_thinking" as kind:
                redacted = None if kind == "thinking" else started.data
                self._thoughts[where] = Thought(said.after(), redacted)
            case _ if started.foreign is not None:
                self._notes.drop(unsaid(started.index, started.foreign))
            case _:
                pass
        return b""

    def _foreign(self, delta: ForeignDelta) -> bytes:
        """Citations wait for the end of their words."""
        fields = delta.foreign.fields
        if delta.foreign.dialect == DIALECT:
            return self._chunk(fields, delta.choice)
        words = self._words.get((delta.choice, delta.index))
        if words is not None and isinstance(fields.get("citation"), dict):
            words.cited.append(fields["citation"])
        elif words is not None:
            self._notes.drop(unsaid(delta.index, delta.foreign))
        return b""

    def _more(self, delta: Delta) -> bytes:
        where = (delta.choice, delta.index)
        call, thought = self._calls.get(where), self._thoughts.get(where)
        if not delta.text:
            return b""
        match delta.part:
            case "text":
                self._said[delta.choice].characters += len(delta.text)
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
        thought = self._thoughts.pop((choice, index), None)
        if thought is not None:
            blocks = [replayable(thought.block(), thought.after)]
            listed = self._placed(blocks, (choice, "thinking_blocks"))
            return self._chunk({"thinking_blocks": listed}, choice)
        call = self._calls.pop((choice, index), None)
        if call is not None and not call.spoken:
            return self._call(call, {"function": {"arguments": "{}"}}, choice)
        words = self._words.pop((choice, index), None)
        return self._cite(words, choice) if words is not None and words.cited else b""

    def _cite(self, words: Words, choice: int) -> bytes:
        end = self._said[choice].characters
        said = citations.written([(one, words.start, end) for one in words.cited])
        delta = {name: self._placed(found, (choice, name)) for name, found in said.items()}
        return self._chunk(delta, choice)

    def _placed(self, found: list[Json], where: tuple[int, str]) -> list[Json]:
        """Behind those before them. OpenAI's SDK joins the items of lists by their `index`, and
        fails without one:
        https://github.com/openai/openai-python/blob/main/src/openai/lib/streaming/_deltas.py"""
        first = self._listed[where]
        self._listed[where] += len(found)
        return [one | {"index": first + place} for place, one in enumerate(found)]

    def _finish(self, finished: Finished) -> bytes:
        why, unread = finishes.why(finished.extras)
        self._notes.extras(unread, "")
        word = finishes.write(finished.finish, called=self._said[finished.choice].calls > 0)
        refusal = {"refusal": why.refusal} if why.refusal else {}
        said = self._chunk(refusal, finished.choice) if refusal else b""
        return said + self._chunk({}, finished.choice, word, why.fields)

    def _close(self) -> bytes:
        self._over = True
        done = data_event(DONE)
        if not self._include_usage or self._usage is None:
            return done
        last = self._head | {"choices": [], "usage": usage_object(self._usage)}
        return data_event(msgspec.json.encode(last)) + done

    def _call(self, call: Call, said: Json, choice: int) -> bytes:
        return self._chunk({"tool_calls": [{"index": call.place} | said]}, choice)

    def _chunk(
        self, delta: Json, choice: int, finish: str | None = None, more: Json | None = None
    ) -> bytes:
        if choice not in self._begun:
            self._begun.add(choice)
            delta = {"role": "assistant"} | delta
        said = {"index": choice, "delta": delta, "logprobs": None, "finish_reason": finish}
        chunk = self._head | {"choices": [said | (more or {})]}
        if self._include_usage:
            chunk["usage"] = None  # OpenAI says null until the last chunk
        return data_event(msgspec.json.encode(chunk))
