"""One choice of a stream: deltas of an OpenAI-like provider, as blocks that begin and end."""

import msgspec
from attrs import Factory, define

from ...answers import BlockEnded, BlockStarted, Delta, Event, Finished, ForeignDelta, Kind
from ...blocks import Foreign, Json, RedactedThinking, Thinking
from ...errors import BadAnswer
from . import finishes, pieces
from .parts_in import DIALECT
from .pieces import a_list, a_string, an_object

#: Each new one looks at those before it.
_MOST_CALLS = 1000


@define
class _Open:
    """A block that is no tool call. `said`: the pieces of a thought."""

    index: int
    kind: Kind
    said: list[str] = Factory(list)


@define
class _Call:
    """A tool call. `index` is its block's, once it has a name; `pieces`: its arguments so far."""

    id: str = ""
    name: str = ""
    index: int | None = None
    ended: bool = False
    pieces: list[str] = Factory(list)

    @property
    def running(self) -> bool:
        return self.index is not None and not self.ended

    def complete(self) -> bool:
        try:
            msgspec.json.decode("".join(self.pieces))
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return False
        return True


class ChoiceReader:
    """Calls are told apart by their `index`. Providers may say them in turns: one is over when its
    arguments are whole JSON and something else begins, or at the end."""

    def __init__(self, choice: int, stream_id: str) -> None:
        self.finished = False
        self._choice = choice
        self._stream_id = stream_id
        self._word: object = None
        self._blocks = 0
        self._open: _Open | None = None
        self._calls: list[_Call] = []
        self._by_place: dict[int, _Call] = {}
        self._refused = False
        self._spoke = False

    @property
    def answered(self) -> bool:
        """It said something, or that it is over."""
        return self.finished or self._spoke

    def take(self, choice: Json) -> list[Event]:
        """Raises BadAnswer for what is no chunk's choice."""
        delta = an_object(choice.get("delta") or choice.get("message"), "a delta")
        events: list[Event] = []
        thought = False
        for kind, text in pieces.spoken(delta):
            thought |= kind == "thinking"
            events += self._say(kind, text)
        for block in pieces.kept(delta):
            events += self._kept(block, repeated=thought)
        events += self._refuse(a_string(delta.get("refusal")))
        for call in a_list(delta.get("tool_calls"), "a list of tool calls"):
            events += self._call(an_object(call, "a tool call"))
        if delta.get("function_call") is not None:
            events += self._call({"index": 0, "function": delta["function_call"]})
        events += self._strange(delta)
        self._spoke |= bool(events or self._calls)
        if choice.get("finish_reason"):
            self.finished = True
            self._word = choice["finish_reason"]
        return events

    def end(self) -> list[Event]:
        """The choice is complete."""
        if any(call.index is None for call in self._calls):
            raise BadAnswer("a tool call without a name", status=200)
        events = [*self._close(), *(self._end(call) for call in self._calls if call.running)]
        called = bool(self._calls)
        finish = finishes.read(self._word, called=called, refused=self._refused)
        return [*events, Finished(finish, choice=self._choice)]

    # --- what is said ------------------------------------------------------------------------

    def _say(self, kind: Kind, text: str) -> list[Event]:
        events, opened = self._begin(kind)
        if kind == "thinking":
            opened.said.append(text)
            return [*events, Delta(opened.index, "thinking", text, self._choice)]
        return [*events, Delta(opened.index, "text", text, self._choice)]

    def _refuse(self, text: str) -> list[Event]:
        if not text:
            return []
        self._refused = True
        events, opened = self._begin("refusal")
        return [*events, Delta(opened.index, "refusal", text, self._choice)]

    def _strange(self, delta: Json) -> list[Event]:
        """What only this dialect has."""
        found = {name: delta[name] for name in pieces.STRANGE if delta.get(name)}
        index = self._blocks if self._open is None else self._open.index
        return [ForeignDelta(index, Foreign(DIALECT, found), self._choice)] if found else []

    def _kept(self, block: Thinking | RedactedThinking, *, repeated: bool) -> list[Event]:
        """A thinking block, or a piece of one. `repeated`: its text came in the same delta as
        `reasoning_content` too; a whole block repeats what its deltas said."""
        if isinstance(block, RedactedThinking):
            events, index = [*self._close(), *self._close_calls()], self._next()
            kind: Kind = "redacted_thinking"
            begun = BlockStarted(index, kind, data=block.data, choice=self._choice)
            return [*events, begun, BlockEnded(index, self._choice)]
        thinking = self._open is not None and self._open.kind == "thinking"
        said = self._open.said if self._open is not None and thinking else []
        whole = not repeated and block.text == "".join(said)
        events = [] if repeated or whole or not block.text else self._say("thinking", block.text)
        if block.signature:
            begun_too, opened = self._begin("thinking")
            signed = Delta(opened.index, "signature", block.signature, self._choice)
            events += [*begun_too, signed]
        return events + (self._close() if block.signature or (whole and thinking) else [])

    # --- tool calls --------------------------------------------------------------------------

    def _call(self, said: Json) -> list[Event]:
        function = an_object(said.get("function"), "a function")
        call_id, name = a_string(said.get("id")), a_string(function.get("name"))
        text = pieces.arguments(function)
        call = self._which(said.get("index"), call_id, name)
        if call.ended:
            if text.strip():
                raise BadAnswer("arguments of a tool call that was over", status=200)
            return []
        if text:
            call.pieces.append(text)
        if call.index is not None:
            return [Delta(call.index, "arguments", text, self._choice)] if text else []
        call.id, call.name = call.id or call_id, call.name or name
        return self._begin_call(call) if call.name else []

    def _which(self, place: object, call_id: str, name: str) -> _Call:
        """The call that a delta goes on with, or a new one. Some providers say no index, or say 0
        for every call; a new id with a name is a new call."""
        known = self._calls[-1] if self._calls else None
        if isinstance(place, int) and not isinstance(place, bool):
            known = self._by_place.get(place)
        elif known is not None and not call_id and name and known.index is not None:
            known = None
        if known is None or (call_id and name and known.id not in ("", call_id)):
            if len(self._calls) == _MOST_CALLS:
                raise BadAnswer("more tool calls than any model makes", status=200)
            known = _Call(id=call_id)
            self._calls.append(known)
        if isinstance(place, int):
            self._by_place[place] = known
        return known

    def _begin_call(self, call: _Call) -> list[Event]:
        events = [*self._close(), *self._close_calls()]
        call.index = self._next()
        place = next(i for i, known in enumerate(self._calls) if known is call)
        taken = {known.id for known in self._calls[:place]}
        call.id = pieces.unlike(call.id or f"call_{place}_{self._stream_id}", taken, place)
        events.append(
            BlockStarted(
                call.index, "tool_call", call_id=call.id, name=call.name, choice=self._choice
            )
        )
        text = "".join(call.pieces)
        return [*events, Delta(call.index, "arguments", text, self._choice)] if text else events

    # --- blocks ------------------------------------------------------------------------------

    def _next(self) -> int:
        self._blocks += 1
        return self._blocks - 1

    def _begin(self, kind: Kind) -> tuple[list[Event], _Open]:
        if self._open is not None and self._open.kind == kind:
            return [], self._open
        events = [*self._close(), *self._close_calls()]
        self._open = _Open(self._next(), kind)
        return [*events, BlockStarted(self._open.index, kind, choice=self._choice)], self._open

    def _close(self) -> list[Event]:
        opened, self._open = self._open, None
        return [] if opened is None else [BlockEnded(opened.index, self._choice)]

    def _close_calls(self) -> list[Event]:
        done = [call for call in self._calls if call.running and call.complete()]
        return [self._end(call) for call in done]

    def _end(self, call: _Call) -> Event:
        call.ended = True
        return BlockEnded(call.index or 0, self._choice)
