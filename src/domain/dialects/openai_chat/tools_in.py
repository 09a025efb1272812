"""OpenAI's tools and tool choice as values; its older functions too.

https://platform.openai.com/docs/guides/function-calling
"""

from collections.abc import Sequence

from attrs import evolve, frozen

from ...blocks import Foreign, Json
from ...conversation import Tool, ToolChoice
from ..fields import Fields
from ..names import check_names
from .parts_in import DIALECT, MARK, cache_mark

Tools = tuple[Tool | Foreign, ...]
_MODES = ("auto", "none", "required")


@frozen
class Wanted:
    """`unread`: a choice that only OpenAI's own tools know, as it came."""

    tools: Tools
    choice: ToolChoice | None
    unread: Json


def read(request: Fields) -> Wanted:
    tools = (
        *(_tool(tool) for tool in request.objects("tools")),
        *(_function(function) for function in request.objects("functions")),
    )
    check_names([(tool.path, _name_in(tool.values)) for tool in request.objects("tools")])
    wanted = _chosen(request, tools)
    parallel = request.flag("parallel_tool_calls")
    if parallel is not None:
        wanted = evolve(wanted, choice=evolve(wanted.choice or ToolChoice(), parallel=parallel))
    return wanted


def _tool(tool: Fields) -> Tool | Foreign:
    if tool.needed("type") != "function":
        return Foreign(DIALECT, tool.values)
    function = tool.needed_object("function")
    read = _function(function)
    rest = tool.rest(("type", "function", MARK))
    if read.extras is not None:
        rest["function"] = dict(read.extras.fields)
    return evolve(read, cache=cache_mark(tool) or read.cache, extras=tool.own(rest))


def _function(function: Fields) -> Tool:
    schema = function.object("parameters")
    return Tool(
        name=function.needed("name"),
        description=function.text("description"),
        schema=None if schema is None else schema.values,
        strict=function.flag("strict"),
        cache=cache_mark(function),
        extras=function.extras(("name", "description", "parameters", "strict", MARK)),
    )


def _chosen(request: Fields, tools: Tools) -> Wanted:
    for name in ("tool_choice", "function_call"):
        said = request.values.get(name)
        if said is None:
            continue
        if isinstance(said, str):
            return Wanted(tools, _mode(request, name, said, tools), {})
        return _named(request.needed_object(name), tools, legacy=name == "function_call")
    return Wanted(tools, None, {})


def _mode(request: Fields, name: str, said: str, tools: Tools) -> ToolChoice:
    if said not in _MODES:
        raise request.wrong(name, f"must be one of {', '.join(_MODES)}, or name a tool")
    if said == "required" and not tools:
        raise request.wrong(name, "demands a tool, and 'tools' has none")
    return ToolChoice("auto" if said == "auto" else "none" if said == "none" else "required")


def _named(choice: Fields, tools: Tools, *, legacy: bool) -> Wanted:
    kind = "function" if legacy else choice.needed("type")
    if kind == "allowed_tools":
        return _allowed(choice.needed_object("allowed_tools"), tools)
    if kind != "function":
        return Wanted(tools, None, {"tool_choice": choice.values})
    holder = choice if legacy else choice.needed_object("function")
    name = holder.needed("name")
    if all(isinstance(tool, Foreign) or tool.name != name for tool in tools):
        raise holder.wrong("name", f"is '{name[:64]}', and 'tools' has no such function")
    return Wanted(tools, ToolChoice("one", name), {})


def _allowed(allowed: Fields, tools: Tools) -> Wanted:
    """Some of the tools only: to leave the others out says the same, in every dialect."""
    mode = allowed.text("mode") or "auto"
    if mode not in ("auto", "required"):
        raise allowed.wrong("mode", "must be 'auto' or 'required'")
    names = [_name_in(tool.values) for tool in allowed.objects("tools")]
    left = tuple(tool for tool in tools if _name_of(tool) in names)
    if not left:
        raise allowed.wrong("tools", "must name some of 'tools'")
    return Wanted(left, ToolChoice("auto" if mode == "auto" else "required"), {})


def _name_of(tool: Tool | Foreign) -> object:
    return tool.name if isinstance(tool, Tool) else _name_in(tool.fields)


def _name_in(tool: Json) -> object:
    """What a tool of any kind is called: by the name within, else by its kind."""
    kinds: Sequence[object] = (tool.get("function"), tool.get("custom"), tool)
    found = (kind.get("name") for kind in kinds if isinstance(kind, dict))
    return next((name for name in found if isinstance(name, str)), tool.get("type"))
