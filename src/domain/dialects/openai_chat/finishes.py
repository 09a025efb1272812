"""Why an answer ended, in OpenAI's words and in ours."""

from ...answers import Finish

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


def read(word: object, *, called: bool, refused: bool) -> Finish:
    """Why a complete answer ended; a word of a provider's own, or none, is a stop. Providers that
    say `stop` behind tool calls (and the other way round) are set right: agents go by this word.
    """
    finish = _READ.get(word, "stop") if isinstance(word, str) else "stop"
    if finish in ("stop", "tool_calls"):
        finish = "tool_calls" if called else "stop"
    return "refusal" if refused and finish in ("stop", "filtered") else finish


def write(finish: Finish | None) -> str | None:
    return None if finish is None else _WRITTEN[finish]
