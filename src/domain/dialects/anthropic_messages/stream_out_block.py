"""One block of a stream as Anthropic writes it: its start, its deltas, its stop."""

from attrs import define, field

from ...answers import BlockStarted, Delta, ForeignDelta
from ...blocks import Json
from . import blocks_out
from .ids import Ids
from .media import DIALECT

#: Which part of which block is what kind of delta, and in which field.
_DELTAS = {
    ("text", "text"): ("text_delta", "text"),
    ("refusal", "refusal"): ("text_delta", "text"),
    ("thinking", "thinking"): ("thinking_delta", "thinking"),
    ("thinking", "signature"): ("signature_delta", "signature"),
    ("tool_call", "arguments"): ("input_json_delta", "partial_json"),
}
#: What may stay empty is shown with its first delta: an empty text, sent back, is refused.
_SHOWN_LATER = ("text", "refusal", "thinking")


@define
class Block:
    """`shown`: its start is written; a block of another dialect never is. `broken`: a tool call
    whose arguments are no JSON object."""

    started: BlockStarted
    shown: bool = False
    broken: bool = False
    _signed: bool = False
    _arguments: list[str] = field(factory=list)

    def begin(self, ids: Ids) -> list[Json]:
        if self.started.kind in _SHOWN_LATER:
            return []
        return self._show(self._content(ids))

    def delta(self, said: Delta) -> list[Json]:
        """Empty pieces say nothing, and those that are not of this block do not belong."""
        found = _DELTAS.get((self.started.kind, said.part))
        if found is None or not said.text:
            return []
        if said.part == "arguments":
            self._arguments.append(said.text)
        self._signed |= said.part == "signature"
        kind, name = found
        piece = {"type": kind, name: said.text}
        return [*self._begun(), {"type": "content_block_delta", "delta": piece}]

    def foreign(self, said: ForeignDelta) -> list[Json]:
        """Of this dialect, as it came; of another one there is nothing to be said."""
        if said.foreign.dialect != DIALECT:
            return []
        begun = self._begun()
        if not self.shown:
            return []
        return [*begun, {"type": "content_block_delta", "delta": said.foreign.fields}]

    def end(self) -> list[Json]:
        if self.started.kind == "tool_call":
            self.broken = not _is_input("".join(self._arguments))
        return [*self._signature(), {"type": "content_block_stop"}] if self.shown else []

    def _signature(self) -> list[Json]:
        """Empty where nobody signed: the Vercel AI SDK sends back only thoughts whose signature was
        told, https://github.com/vercel/ai/tree/main/packages/anthropic."""
        if self._signed or self.started.kind != "thinking":
            return []
        empty = {"type": "signature_delta", "signature": ""}
        return [{"type": "content_block_delta", "delta": empty}]

    def _begun(self) -> list[Json]:
        if self.shown or self.started.kind not in _SHOWN_LATER:
            return []
        if self.started.kind == "thinking":
            return self._show({"type": "thinking", "thinking": "", "signature": ""})
        return self._show({"type": "text", "text": ""})

    def _content(self, ids: Ids) -> Json | None:
        match self.started:
            case BlockStarted(kind="tool_call", call_id=id, name=name):
                return {"type": "tool_use", "id": ids.write(id), "name": name, "input": {}}
            case BlockStarted(kind="redacted_thinking", data=data):
                return {"type": "redacted_thinking", "data": data}
            case BlockStarted(foreign=foreign) if foreign is not None:
                return blocks_out.foreign(foreign)
            case _:
                return None

    def _show(self, content: Json | None) -> list[Json]:
        if content is None:
            return []
        self.shown = True
        return [{"type": "content_block_start", "content_block": content}]


def _is_input(arguments: str) -> bool:
    try:
        blocks_out.input_of(arguments)
    except blocks_out.Unreadable:
        return False
    return True
