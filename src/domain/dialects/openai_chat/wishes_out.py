"""What a conversation asks for besides its turns, in OpenAI's words.

https://platform.openai.com/docs/api-reference/chat/create
"""

from collections.abc import Mapping

from ...blocks import Foreign, Json
from ...conversation import Conversation, Reasoning, Structured, Tool, ToolChoice
from ..names import Notes
from .parts_in import DIALECT
from .parts_out import Pen

#: A name must be given, and none was.
_ANSWER = "answer"
#: OpenAI-like providers refuse longer ones, and Claude Code's are: OpenAI's own bound, 64, is the
#: smallest (https://platform.openai.com/docs/api-reference/chat/create#chat-create-safety_identifier).
_LONGEST_USER = 64


def tools(conversation: Conversation, pen: Pen) -> Json:
    written = [_tool(tool, f"tools[{i}]", pen) for i, tool in enumerate(conversation.tools)]
    offered = [tool for tool in written if tool is not None]
    choice = conversation.choice
    if not offered:
        # OpenAI refuses a choice where there are no tools.
        if choice is not None and choice.mode in ("required", "one"):
            pen.notes.lose("tool_choice")
        return {}
    return {"tools": offered} | (_choice(choice) if choice is not None else {})


def sampling(conversation: Conversation, notes: Notes) -> Json:
    said = conversation.sampling
    wishes = {
        "temperature": said.temperature,
        "top_p": said.top_p,
        "stop": list(said.stop) or None,
        "seed": said.seed,
        "frequency_penalty": said.frequency_penalty,
        "presence_penalty": said.presence_penalty,
        "n": said.choices if said.choices != 1 else None,
    }
    # Not OpenAI's; some that speak its dialect know it all the same.
    if said.top_k is not None and conversation.dialect == DIALECT:
        wishes["top_k"] = said.top_k
    elif said.top_k is not None:
        notes.drop("top_k")
    return {name: value for name, value in wishes.items() if value is not None}


def user(conversation: Conversation, notes: Notes) -> Json:
    said = conversation.user
    if said is None:
        return {}
    if conversation.dialect != DIALECT and len(said) > _LONGEST_USER:
        notes.drop("metadata.user_id")
        return {}
    return {"user": said}


def format(structured: Structured | None) -> Json:
    if structured is None:
        return {}
    if structured.schema is None and structured.name is None:
        return {"response_format": {"type": "json_object"}}
    wishes = {
        "name": structured.name or _ANSWER,
        "description": structured.description,
        "schema": structured.schema,
        "strict": True if structured.name is None else structured.strict,
    }
    schema = {name: value for name, value in wishes.items() if value is not None}
    return {"response_format": {"type": "json_schema", "json_schema": schema}}


def effort(conversation: Conversation, notes: Notes, *, reasons: bool) -> Json:
    """`reasons`: the model takes `reasoning_effort`; others refuse it."""
    reasoning = conversation.reasoning
    if reasoning is None:
        return {}
    notes.extras(reasoning.extras, "thinking")
    own = conversation.dialect == DIALECT
    word = reasoning.effort if own else _effort(reasoning)
    if word is None:
        return {}
    if reasons:
        return {"reasoning_effort": word}
    if own:
        notes.drop("reasoning_effort")
        return {}
    if reasoning.mode is not None:
        notes.drop("thinking")
    if reasoning.effort is not None:
        notes.drop("output_config.effort")
    return {}


def streaming(conversation: Conversation, rest: Mapping[str, object], *, ask_usage: bool) -> Json:
    if not conversation.stream:
        return {}
    options = rest.get("stream_options")
    written: Json = dict(options) if isinstance(options, dict) else {}
    # Anthropic's callers never ask: their streams say it by themselves.
    asked = conversation.include_usage and conversation.dialect == DIALECT
    if ask_usage or asked:
        written["include_usage"] = True
    return {"stream": True} | ({"stream_options": written} if written else {})


def _tool(tool: Tool | Foreign, path: str, pen: Pen) -> Json | None:
    if isinstance(tool, Foreign):
        if tool.dialect == DIALECT:
            return tool.fields
        pen.notes.lose(path)
        return None
    wishes = {
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.schema,
        "strict": tool.strict,
    }
    function = {name: value for name, value in wishes.items() if value is not None}
    written = {"type": "function", "function": function}
    return pen.finished(written, path, tool.cache, tool.extras)


def _choice(choice: ToolChoice) -> Json:
    written: Json = {} if choice.parallel is None else {"parallel_tool_calls": choice.parallel}
    if choice.mode == "one":
        named = {"type": "function", "function": {"name": choice.name}}
        return {"tool_choice": named} | written
    return {"tool_choice": choice.mode} | written


def _effort(reasoning: Reasoning) -> str | None:
    """Anthropic's wish in OpenAI's words; None: as the model does by itself."""
    if reasoning.mode == "off":
        return None
    if reasoning.effort is not None:
        return "xhigh" if reasoning.effort == "max" else reasoning.effort
    if reasoning.budget is None:
        return None
    return "low" if reasoning.budget <= 2048 else "medium" if reasoning.budget <= 8192 else "high"
