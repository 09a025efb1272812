"""One block of a stream of Anthropic's, from its start to its stop."""

from attrs import define

from ...answers import BlockEnded, BlockStarted, Delta, Event, ForeignDelta
from ...blocks import Foreign
from ...errors import BadAnswer
from ..fields import Fields
from . import blocks_in
from .media import DIALECT

#: Which delta carries what, and in which field.
_DELTAS = {
    ("text", "text_delta"): "text",
    ("thinking", "thinking_delta"): "thinking",
    ("thinking", "signature_delta"): "signature",
    ("tool_call", "input_json_delta"): "partial_json",
}
_KNOWN = {kind for _, kind in _DELTAS}


@define
class Block:
    """`first`: what it held when it began, by field. `arguments`: a call's, until the first piece
    of them comes."""

    started: BlockStarted
    first: tuple[Delta | ForeignDelta, ...] = ()
    arguments: str = ""

    @classmethod
    def of(cls, index: int, block: Fields) -> "Block":
        match block.needed("type"):
            case "text":
                words: tuple[Delta | ForeignDelta, ...]
                words = (*_first(index, block, "text"), *_cited(index, block))
                return cls(BlockStarted(index, "text"), words)
            case "thinking":
                first = (*_first(index, block, "thinking"), *_first(index, block, "signature"))
                return cls(BlockStarted(index, "thinking"), first)
            case "redacted_thinking":
                return cls(BlockStarted(index, "redacted_thinking", data=block.needed("data")))
            case "tool_use":
                id, name = block.needed("id"), block.needed("name")
                input = block.object("input")
                said = blocks_in.arguments({} if input is None else input.values)
                return cls(BlockStarted(index, "tool_call", id, name), arguments=said)
            case _:
                foreign = Foreign(DIALECT, block.values)
                return cls(BlockStarted(index, "foreign", foreign=foreign))

    def begin(self) -> list[Event]:
        return [self.started, *self.first]

    def delta(self, said: Fields) -> list[Event]:
        """Empty pieces say nothing. Raises BadAnswer for one that is not of this block."""
        kind = said.needed("type")
        field = _DELTAS.get((self.started.kind, kind))
        if field is None and (self.started.kind == "foreign" or kind not in _KNOWN):
            foreign = Foreign(DIALECT, said.values)
            return [ForeignDelta(self.started.index, foreign)]
        if field is None:
            raise BadAnswer(f"a {kind} in a block of another type", status=200)
        text = said.needed(field)
        if not text:
            return []
        if field == "partial_json":
            self.arguments = ""
            return [Delta(self.started.index, "arguments", text)]
        return [*_delta(self.started.index, field, text)]

    def end(self) -> list[Event]:
        """A call whose input did not come in pieces was whole from the start, or takes nothing."""
        index = self.started.index
        whole = [Delta(index, "arguments", self.arguments)] if self.arguments else []
        return [*whole, BlockEnded(index)]


def _first(index: int, block: Fields, name: str) -> tuple[Delta, ...]:
    text = block.text(name)
    return tuple(_delta(index, name, text)) if text else ()


def _cited(index: int, block: Fields) -> list[ForeignDelta]:
    """Citations that a text begins with, as if they came later."""
    said = ({"type": "citations_delta", "citation": c.values} for c in block.objects("citations"))
    return [ForeignDelta(index, Foreign(DIALECT, one)) for one in said]


def _delta(index: int, field: str, text: str) -> list[Delta]:
    match field:
        case "text" | "thinking" | "signature":
            return [Delta(index, field, text)]
        case _:
            return []
