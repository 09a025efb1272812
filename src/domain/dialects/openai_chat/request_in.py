"""A chat request as a conversation.

https://platform.openai.com/docs/api-reference/chat/create
"""

from ... import strict_json
from ...blocks import Json
from ...conversation import Conversation, Reasoning, Sampling, Structured
from ...errors import InvalidRequest
from ..fields import Fields
from ..reading import LONGEST_MODEL
from . import messages_in, tools_in
from .parts_in import DIALECT

#: Read here or as turns and tools; all else rides along.
_KNOWN = (
    *("model", "messages", "stream", "stream_options", "tools", "functions", "tool_choice"),
    *("function_call", "parallel_tool_calls", "response_format", "temperature", "top_p", "top_k"),
    *("stop", "seed", "frequency_penalty", "presence_penalty", "n", "max_tokens"),
    *("max_completion_tokens", "reasoning_effort", "user"),
)


def read(document: strict_json.Document) -> Conversation:
    """Raises InvalidRequest that names the field."""
    request = Fields({name: document.value(name) for name in document.spans}, "", DIALECT)
    options = request.object("stream_options")
    wanted = tools_in.read(request)
    structured, unread = _structured(request)
    left = options.rest(("include_usage",)) if options else {}
    rest: Json = request.rest(_KNOWN) | wanted.unread | unread
    return Conversation(
        dialect=DIALECT,
        model=_model(request),
        turns=messages_in.read(request),
        stream=request.flag("stream") or False,
        include_usage=bool(options and options.flag("include_usage")),
        tools=wanted.tools,
        choice=wanted.choice,
        structured=structured,
        sampling=_sampling(request),
        max_tokens=_max_tokens(request),
        reasoning=_reasoning(request),
        user=request.text("user"),
        extras=request.own(rest | {"stream_options": left} if left else rest),
    )


def _model(request: Fields) -> str:
    model = request.needed("model")
    if not model.strip() or len(model) > LONGEST_MODEL:
        raise InvalidRequest(f"'model' must have 1 to {LONGEST_MODEL} characters.", param="model")
    return model


def _structured(request: Fields) -> tuple[Structured | None, Json]:
    """The format that is asked for; one that only this dialect knows, as it came."""
    format = request.object("response_format")
    kind = format.needed("type") if format else "text"
    if format is None or kind == "text":
        return None, {}
    if kind == "json_object":
        return Structured(), {}
    if kind != "json_schema":
        return None, {"response_format": format.values}
    wanted = format.needed_object("json_schema")
    schema = wanted.object("schema")
    structured = Structured(
        schema=None if schema is None else schema.values,
        name=wanted.needed("name"),
        strict=wanted.flag("strict"),
        description=wanted.text("description"),
    )
    return structured, {}


def _sampling(request: Fields) -> Sampling:
    choices = request.whole("n")
    if choices is not None and choices < 1:
        raise request.wrong("n", "must be at least 1")
    return Sampling(
        temperature=request.number("temperature"),
        top_p=request.number("top_p"),
        top_k=request.whole("top_k"),
        stop=_stop(request),
        seed=request.whole("seed"),
        frequency_penalty=request.number("frequency_penalty"),
        presence_penalty=request.number("presence_penalty"),
        choices=choices or 1,
    )


def _stop(request: Fields) -> tuple[str, ...]:
    said = request.values.get("stop")
    return (said,) if isinstance(said, str) else request.texts("stop")


def _max_tokens(request: Fields) -> int | None:
    """`max_tokens` is the older name of the same bound; OpenAI refuses both."""
    newer, older = request.whole("max_completion_tokens"), request.whole("max_tokens")
    if newer is not None and older not in (None, newer):
        raise request.wrong("max_tokens", "contradicts 'max_completion_tokens'; send one of them")
    return older if newer is None else newer


def _reasoning(request: Fields) -> Reasoning | None:
    effort = request.text("reasoning_effort")
    if effort is None:
        return None
    return Reasoning(mode="off" if effort == "none" else None, effort=effort)
