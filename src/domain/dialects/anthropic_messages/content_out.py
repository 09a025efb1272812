"""The blocks of a request's turns as Anthropic takes them, and what of them it does not take."""

from attrs import frozen

from ...blocks import (
    Audio,
    Block,
    CacheMark,
    Dialect,
    Document,
    Extras,
    FileId,
    Foreign,
    Image,
    Json,
    RedactedThinking,
    Refused,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from ...conversation import Turn
from ...errors import InvalidRequest
from ..names import Notes, block_paths
from . import blocks_out, media
from .ids import Ids
from .media import DIALECT


@frozen
class Content:
    """Writes the blocks of one conversation. `calls`: the ids of all its calls."""

    dialect: Dialect
    calls: frozenset[str]
    ids: Ids
    notes: Notes

    def of(self, turn: Turn, place: int) -> list[Json]:
        """Raises InvalidRequest for broken tool arguments and for media Anthropic cannot read."""
        paths = block_paths(turn, place, self.dialect)
        return self._all(turn.blocks, paths)

    def _all(self, blocks: tuple[Block, ...], paths: list[str]) -> list[Json]:
        found = (self._block(block, path) for block, path in zip(blocks, paths, strict=True))
        return [written for written in found if written is not None]

    def _block(self, block: Block, path: str) -> Json | None:
        match block:
            case Text(text=words, cache=cache, extras=extras):
                self._strange(extras, path)
                return self._text(words, path, cache, extras)
            case Refused(text=words):
                return self._text(words, path)
            case Image() | Document():
                return self._medium(block, path)
            case ToolCall():
                return self._call(block, path)
            case ToolResult():
                return self._result(block, path)
            case Thinking():
                return self._thinking(block, path)
            case RedactedThinking():
                return blocks_out.redacted(block)
            case Audio():
                return self._lost(f"{path}.input_audio")
            case Foreign():
                return blocks_out.foreign(block) or self._lost(path)

    def _text(
        self, words: str, path: str, cache: CacheMark | None = None, extras: Extras | None = None
    ) -> Json | None:
        """Blank texts are left out: Anthropic refuses them, and marks on them."""
        if words.strip():
            return blocks_out.text(words, cache=cache, extras=extras)
        if cache is not None:
            self.notes.drop(f"{path}.cache_control")
        return None

    def _medium(self, block: Image | Document, path: str) -> Json | None:
        place, of_file = self._source_names(block, path)
        source = media.write(block.source)
        if source is None:
            return self._lost(of_file)
        image = isinstance(block, Image)
        media.check(block.source, media.IMAGES if image else (media.PDF,), place)
        written: Json = {"type": "image" if image else "document", "source": source}
        if isinstance(block, Image) and block.detail not in (None, "auto"):
            self.notes.drop(f"{path}.image_url.detail")
        if isinstance(block, Document) and block.title is not None:
            written["title"] = block.title
        self._strange(block.extras, path)
        return written | blocks_out.marked(block.cache) | blocks_out.own(block.extras)

    def _source_names(self, block: Image | Document, path: str) -> tuple[str, str]:
        """What the caller calls the data, and the id of a file."""
        if self.dialect == DIALECT:
            return f"{path}.source.media_type", f"{path}.source.file_id"
        if isinstance(block, Document):
            return f"{path}.file.file_data", f"{path}.file.file_id"
        kind = "file.file_id" if isinstance(block.source, FileId) else "image_url.url"
        return f"{path}.image_url.url", f"{path}.{kind}"

    def _call(self, block: ToolCall, path: str) -> Json:
        self._strange(block.extras, path)
        try:
            return blocks_out.call(block, self.ids)
        except blocks_out.Unreadable:
            name = f"{path}.{'input' if self.dialect == DIALECT else 'function.arguments'}"
            raise InvalidRequest(
                f"'{name}' must be a JSON object written as text.", param=name
            ) from None

    def _result(self, block: ToolResult, path: str) -> Json | None:
        if block.call_id not in self.calls:  # its call was another dialect's, and is lost
            return self._lost(path)
        written: Json = {"type": "tool_result", "tool_use_id": self.ids.write(block.call_id)}
        paths = [f"{path}.content[{i}]" for i in range(len(block.blocks))]
        content = self._all(block.blocks, paths)
        if content:
            only = content[0]["text"] if len(content) == 1 and set(content[0]) == _PLAIN else None
            written["content"] = content if only is None else only
        if block.is_error:
            written["is_error"] = True
        self._strange(block.extras, path)
        return written | blocks_out.marked(block.cache) | blocks_out.own(block.extras)

    def _thinking(self, block: Thinking, path: str) -> Json | None:
        """What nobody signed, Anthropic refuses."""
        if block.signature:
            return blocks_out.thinking(block)
        self.notes.drop(path)
        return None

    def _strange(self, extras: Extras | None, path: str) -> None:
        if extras is not None and extras.dialect != DIALECT:
            self.notes.extras(extras, path)

    def _lost(self, name: str) -> Json | None:
        self.notes.lose(name)
        return None


#: A block that may as well be a string.
_PLAIN = {"type", "text"}
