"""What a messages request asks for besides its messages: tools, sampling, thinking, format."""

from ...blocks import Extras, Foreign, Json
from ...conversation import Reasoning, Sampling, Structured, Tool, ToolChoice
from ..fields import Fields
from ..names import check_names
from .blocks_in import cache_mark
from .media import DIALECT

#: Read here or as turns; all else rides along.
_KNOWN = (
    *("model", "max_tokens", "messages", "system", "stream", "tools", "tool_choice"),
    *("temperature", "top_p", "top_k", "stop_sequences", "thinking", "output_config"),
    *("output_format", "metadata"),
)
_MODES = {"enabled": "on", "disabled": "off", "adaptive": "adaptive"}


def tools(request: Fields) -> tuple[Tool | Foreign, ...]:
    said = request.objects("tools")
    # A set of tools (`mcp_toolset`) has no name.
    check_names([(tool.path, name) for tool in said if (name := tool.values.get("name"))])
    return tuple(_tool(fields) for fields in said)


def choice(request: Fields) -> ToolChoice | None:
    """Raises InvalidRequest for a choice of a tool that is not there."""
    said = request.object("tool_choice")
    if said is None:
        return None
    alone = said.flag("disable_parallel_tool_use")
    parallel = None if alone is None else not alone
    match said.values.get("type"):
        case "auto":
            return ToolChoice("auto", parallel=parallel)
        case "none":
            return ToolChoice("none", parallel=parallel)
        case "any":
            return ToolChoice("required", parallel=parallel)
        case "tool":
            name = said.needed("name")
            if all(tool.values.get("name") != name for tool in request.objects("tools")):
                raise said.wrong("name", f"is '{name[:64]}', and 'tools' has no such tool")
            return ToolChoice("one", name, parallel)
        case _:
            raise said.wrong("type", "must be one of: auto, any, tool, none")


def sampling(request: Fields) -> Sampling:
    return Sampling(
        temperature=request.number("temperature"),
        top_p=request.number("top_p"),
        top_k=request.whole("top_k"),
        stop=request.texts("stop_sequences"),
    )


def structured(request: Fields) -> Structured | None:
    """`output_format` is what the beta called it."""
    config = request.object("output_config")
    format = (config and config.object("format")) or request.object("output_format")
    if format is None:
        return None
    if format.values.get("type") != "json_schema":
        raise format.wrong("type", "must be 'json_schema'")
    return Structured(schema=format.needed_object("schema").values)


def reasoning(request: Fields) -> Reasoning | None:
    config = request.object("output_config")
    effort = config.text("effort") if config else None
    thinking = request.object("thinking")
    if thinking is None:
        return Reasoning(effort=effort) if effort else None
    kind = thinking.needed("type")
    budget = thinking.whole("budget_tokens")
    match _MODES.get(kind):
        case "on":
            if budget is None:
                raise thinking.wrong("budget_tokens", "is required and must be a whole number")
            extras = thinking.extras(("type", "budget_tokens"))
            return Reasoning("on", effort, budget, extras)
        case "off":
            return Reasoning("off", effort, extras=thinking.extras(("type",)))
        case "adaptive":
            return Reasoning("adaptive", effort, extras=thinking.extras(("type",)))
        case _:
            return Reasoning(None, effort, extras=thinking.own(thinking.values))


def user(request: Fields) -> str | None:
    metadata = request.object("metadata")
    return metadata.text("user_id") if metadata else None


def extras(request: Fields) -> Extras | None:
    """All that is not read, also within objects that are."""
    rest: Json = request.rest(_KNOWN)
    for name, known in (("output_config", ("effort", "format")), ("metadata", ("user_id",))):
        holder = request.object(name)
        if holder is not None and (left := holder.rest(known)):
            rest[name] = left
    return request.own(rest)


def _tool(fields: Fields) -> Tool | Foreign:
    if fields.text("type") not in (None, "custom"):
        return Foreign(DIALECT, fields.values)
    schema = fields.object("input_schema")
    known = ("type", "name", "description", "input_schema", "strict", "cache_control")
    return Tool(
        name=fields.needed("name"),
        description=fields.text("description"),
        schema=schema.values if schema else None,
        strict=fields.flag("strict"),
        cache=cache_mark(fields),
        extras=fields.extras(known),
    )
