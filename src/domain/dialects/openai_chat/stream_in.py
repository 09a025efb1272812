"""A stream of an OpenAI-like provider, event by event, in no provider's words.

https://platform.openai.com/docs/api-reference/chat/streaming
"""

from ... import loose_json, sse
from ...answers import Ended, Event, Failed, Started, UsageSaid
from ...blocks import Json
from ...errors import BadAnswer, Cut, StreamFailed
from . import errors, failure
from .answer import usage_of
from .choice_in import ChoiceReader
from .pieces import a_list, a_string, an_object
from .stream import DONE


class Decoder:
    """Follows one stream. Blocks of a choice that are tool calls may be open at the same time;
    Finished comes last, when the stream is over: providers say their usage behind the finish."""

    def __init__(self, now: float) -> None:
        self._now = now
        self._over = False
        self._begun = False
        self._stream_id = ""
        self._choices: dict[int, ChoiceReader] = {}

    @property
    def complete(self) -> bool:
        """Every choice that began has finished: what may still come is no answer."""
        choices = self._choices.values()
        return self._over or (bool(choices) and all(choice.finished for choice in choices))

    def feed(self, event: sse.Event) -> list[Event]:
        """What this event says. Raises BadAnswer for one that is no chunk."""
        data = (event.data or b"").strip()
        if self._over or not data:
            return []
        if data == DONE:
            return self._done()
        chunk = loose_json.decode(data)
        if event.name == "error" or failure.of(chunk):
            return self._failed(data)
        if not isinstance(chunk, dict):
            raise BadAnswer("an event in the stream is not a chunk", status=200)
        return self._read(chunk)

    def is_whole(self, event: sse.Event) -> bool:
        data = (event.data or b"").strip()
        return data == DONE or loose_json.is_json(data)

    def end(self) -> list[Event]:
        """The bytes are over without [DONE]. Raises Cut unless every choice had finished."""
        if self._over:
            return []
        if not self.complete:
            raise Cut("the stream ended before the answer was complete")
        return self._done()

    def _done(self) -> list[Event]:
        if not any(choice.answered for choice in self._choices.values()):
            raise BadAnswer("a stream without an answer", status=200)
        self._over = True
        ends = [event for _, choice in sorted(self._choices.items()) for event in choice.end()]
        return [*ends, Ended()]

    def _failed(self, data: bytes) -> list[Event]:
        self._over = True
        found = errors.classify_in_answer(data, now=self._now)
        return [Failed(found or StreamFailed("the provider sent an error event", status=200))]

    def _read(self, chunk: Json) -> list[Event]:
        choices = a_list(chunk.get("choices"), "a list of choices")
        usage = usage_of(chunk.get("usage"))
        events: list[Event] = []
        # Azure's first chunk is about its filters and has no id yet.
        if not self._begun and (choices or usage is not None):
            events.append(self._begin(chunk))
        for choice in choices:
            events += self._take(an_object(choice, "a choice"))
        return [*events, UsageSaid(usage)] if usage is not None else events

    def _begin(self, chunk: Json) -> Started:
        self._begun = True
        self._stream_id = a_string(chunk.get("id"))
        created = chunk.get("created")
        return Started(
            id=self._stream_id,
            model=a_string(chunk.get("model")),
            created=int(created) if isinstance(created, int | float) else None,
        )

    def _take(self, choice: Json) -> list[Event]:
        said = choice.get("index")
        index = said if isinstance(said, int) else 0
        reader = self._choices.get(index)
        if reader is None:
            reader = self._choices[index] = ChoiceReader(index, self._stream_id)
        return reader.take(choice)
