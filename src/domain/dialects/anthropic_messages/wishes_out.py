"""What is asked for besides the messages, as Anthropic takes it."""

from ...blocks import Extras, Foreign, Json
from ...conversation import Conversation, Sampling, Tool, ToolChoice
from ..names import Notes
from . import blocks_out, models
from .media import DIALECT

#: Of OpenAI's fields: what changes nothing when it is left out, ...
_USUAL = (("modalities", ["text"]), ("verbosity", "medium"))
#: ... and what changes the meaning of the answer.
_LOST = ("logprobs", "top_logprobs", "modalities", "web_search_options")
#: Not wished for. `{}` is a wish: a search as OpenAI pleases.
_UNWISHED: tuple[object, ...] = (None, False, 0, [])
_BY_THEMSELVES = {"temperature": 1, "top_p": 1}
#: Less than this is refused while thinking.
_LEAST_TOP_P = 0.95


def tools(conversation: Conversation, notes: Notes) -> list[Json]:
    written: list[Json] = []
    for place, tool in enumerate(conversation.tools):
        found = blocks_out.foreign(tool) if isinstance(tool, Foreign) else _tool(tool, place, notes)
        if found is None:
            notes.lose(f"tools[{place}]")
        else:
            written.append(found)
    return written


def choice(wish: ToolChoice | None, *, has_tools: bool) -> Json | None:
    if wish is None or (not has_tools and wish.mode in ("auto", "none")):
        return None  # refused where there is nothing to choose from
    kinds = {"auto": "auto", "none": "none", "required": "any", "one": "tool"}
    written: Json = {"type": kinds[wish.mode]}
    if wish.mode == "one":
        written["name"] = wish.name
    if wish.parallel is not None and wish.mode != "none":
        written["disable_parallel_tool_use"] = not wish.parallel
    return written


def sampling(conversation: Conversation, model: str, *, thinks: bool, notes: Notes) -> Json:
    wish = conversation.sampling
    said = {"temperature": wish.temperature, "top_p": wish.top_p, "top_k": wish.top_k}
    found: Json = {name: value for name, value in said.items() if value is not None}
    if conversation.dialect == DIALECT:
        return found | _stop(wish, notes, blank=True)
    for name in _refused(wish, model, thinks=thinks):
        if found.pop(name, None) not in (None, _BY_THEMSELVES.get(name)):
            notes.drop(name)
    if found.get("temperature", 0) > 1:
        notes.drop("temperature")
        found["temperature"] = 1.0
    for name in ("seed", "frequency_penalty", "presence_penalty"):
        if getattr(wish, name) not in (None, 0):
            notes.drop(name)
    if wish.choices > 1:
        notes.lose("n")
    return found | _stop(wish, notes, blank=False)


def extras(conversation: Conversation, notes: Notes) -> Json:
    """Of this dialect they are given back, of another one named."""
    found = conversation.extras
    if found is None or found.dialect == DIALECT:
        return blocks_out.own(found)
    said = {name: value for name, value in found.fields.items() if (name, value) not in _USUAL}
    for name in _LOST:
        if said.pop(name, None) not in _UNWISHED:
            notes.lose(name)
    notes.extras(Extras(found.dialect, said), "")
    return {}


def format(conversation: Conversation, notes: Notes) -> Json | None:
    wish = conversation.structured
    if wish is None:
        return None
    if wish.schema is None:
        notes.drop("response_format")
        return None
    return {"type": "json_schema", "schema": wish.schema}


def _tool(tool: Tool, place: int, notes: Notes) -> Json:
    schema = {"type": "object"} | (tool.schema or {"properties": {}})
    written: Json = {"name": tool.name, "input_schema": schema}
    if tool.description is not None:
        written["description"] = tool.description
    if tool.strict:
        written["strict"] = True
    if tool.extras is not None and tool.extras.dialect != DIALECT:
        notes.extras(tool.extras, f"tools[{place}]")
    return written | blocks_out.marked(tool.cache) | blocks_out.own(tool.extras)


def _refused(wish: Sampling, model: str, *, thinks: bool) -> list[str]:
    if not models.takes_sampling(model):
        return ["temperature", "top_p", "top_k"]
    if thinks:
        low = wish.top_p is not None and wish.top_p < _LEAST_TOP_P
        return ["temperature", "top_k", *(["top_p"] if low else [])]
    both = wish.temperature is not None and wish.top_p is not None
    return ["top_p"] if both and not models.takes_both(model) else []


def _stop(wish: Sampling, notes: Notes, *, blank: bool) -> Json:
    """Anthropic refuses stop sequences of white space alone."""
    kept = [words for words in wish.stop if blank or words.strip()]
    for place, words in enumerate(wish.stop):
        if words and words not in kept:
            notes.lose(f"stop[{place}]")
    return {"stop_sequences": kept} if kept else {}
