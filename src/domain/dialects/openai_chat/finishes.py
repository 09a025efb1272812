"""Why an answer ended, in OpenAI's words and in ours."""

from attrs import field, frozen

from ...answers import Finish
from ...blocks import Extras, Json

_READ: dict[str, Finish] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "filtered",
}
_WRITTEN: dict[Finish, str] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_calls",
    "stop_sequence": "stop",
    "filtered": "content_filter",
    "refusal": "content_filter",
    "pause": "length",
    "window": "length",
}


@frozen
class Why:
    """Why Claude would not. `refusal`: in its own words, as OpenAI's `refusal`; `fields` stand
    beside the finish as they came: OpenAI has no place for the category.
    https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons"""

    refusal: str = ""
    fields: Json = field(factory=dict)


def why(extras: Extras | None) -> tuple[Why, Extras | None]:
    """What an end of Anthropic's says of itself, and the rest."""
    if extras is None or extras.dialect != "anthropic_messages":
        return Why(), extras
    rest = dict(extras.fields)
    details = rest.pop("stop_details", None)
    if not isinstance(details, dict):
        return Why(), Extras(extras.dialect, rest)
    words = details.get("explanation") if details.get("type") == "refusal" else None
    told = words if isinstance(words, str) else ""
    return Why(told, {"stop_details": details}), Extras(extras.dialect, rest)


def read(word: object, *, called: bool, refused: bool) -> Finish:
    """Why a complete answer ended; a word of a provider's own, or none, is a stop. Providers that
    say `stop` behind tool calls (and the other way round) are set right: agents go by this word.
    """
    finish = _READ.get(word, "stop") if isinstance(word, str) else "stop"
    if finish in ("stop", "tool_calls"):
        finish = "tool_calls" if called else "stop"
    return "refusal" if refused and finish in ("stop", "filtered") else finish


def write(finish: Finish | None, *, called: bool) -> str | None:
    """`called`: the answer makes tool calls. None to be run, and an agent that is told to run
    them fails."""
    if finish == "tool_calls" and not called:
        return _WRITTEN["stop"]
    return None if finish is None else _WRITTEN[finish]
