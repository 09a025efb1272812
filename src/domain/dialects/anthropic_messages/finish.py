"""Why an answer ended: Anthropic's words and ours.

https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons
"""

from ...answers import Finish

_IN: dict[str, Finish] = {
    "end_turn": "stop",
    "max_tokens": "length",
    "stop_sequence": "stop_sequence",
    "tool_use": "tool_calls",
    "pause_turn": "pause",
    "refusal": "refusal",
    "model_context_window_exceeded": "window",
}
_OUT = {finish: word for word, finish in _IN.items()} | {"filtered": "refusal"}


def read(word: str) -> Finish:
    """A word that is new to us ends a complete answer all the same."""
    return _IN.get(word, "stop")


def write(finish: Finish, *, calls: bool) -> str:
    """`calls`: the answer makes tool calls. Some providers say "stop" then, and an agent that
    believes it never runs them."""
    if calls and finish == "stop":
        return "tool_use"
    return _OUT[finish]
