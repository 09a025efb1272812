"""How hard Claude is to think, and what goes with it: the rules that refuse combinations.

https://platform.claude.com/docs/en/build-with-claude/extended-thinking
"""

from attrs import frozen

from ...blocks import Json
from ...conversation import Conversation, Reasoning
from ..names import Notes
from . import blocks_out, models
from .media import DIALECT

DEFAULT_TOKENS = 8192
_BUDGETS = {"minimal": 1024, "low": 1024, "medium": 4096, "high": 16384, "xhigh": 32768}
_EFFORTS = {word: word for word in ("low", "medium", "high", "xhigh", "max")} | {"minimal": "low"}
_MODES = {"on": "enabled", "off": "disabled", "adaptive": "adaptive"}


@frozen
class Thinking:
    """`thinking` and `output_config.effort` of a request; None: not said."""

    config: Json | None = None
    effort: str | None = None
    budget: int = 0

    @property
    def on(self) -> bool:
        return self.config is not None and self.config.get("type") != "disabled"


def of(conversation: Conversation, model: str, messages: list[Json], notes: Notes) -> Thinking:
    wish = conversation.reasoning
    if wish is None:
        return Thinking()
    if conversation.dialect == DIALECT:
        return _as_it_was(wish)
    if wish.mode == "off" or wish.effort == "none":
        return Thinking({"type": "disabled"})
    if wish.effort not in _EFFORTS and wish.budget is None and wish.mode is None:
        if wish.effort is not None:
            notes.drop("reasoning_effort")
        return Thinking()
    choice = conversation.choice
    forced = choice is not None and choice.mode in ("required", "one")
    by_budget = models.thinks_by_budget(model)
    if forced or (by_budget and _forgot(messages)):
        notes.drop("reasoning_effort")
        return Thinking()
    if by_budget:
        budget = max(wish.budget or _BUDGETS.get(wish.effort or "medium", 32768), 1024)
        return Thinking({"type": "enabled", "budget_tokens": budget}, budget=budget)
    return Thinking({"type": "adaptive"}, _EFFORTS.get(wish.effort or ""))


def max_tokens(conversation: Conversation, thinking: Thinking, notes: Notes) -> int:
    """Anthropic demands it, and that it be larger than the budget for thinking, which it holds."""
    wish = conversation.max_tokens
    if wish is None:
        return DEFAULT_TOKENS + thinking.budget
    if wish > thinking.budget or not thinking.budget:
        return wish
    notes.drop("max_tokens (raised above the thinking budget)")
    return wish + thinking.budget


def _as_it_was(wish: Reasoning) -> Thinking:
    said = blocks_out.own(wish.extras)
    config: Json = {} if wish.mode is None else {"type": _MODES[wish.mode]}
    if wish.mode == "on":
        config["budget_tokens"] = wish.budget
    return Thinking((config | said) or None, wish.effort)


def _forgot(messages: list[Json]) -> bool:
    """Does the last round of tool calls lack its thinking? The models that think by a budget then
    refuse to think; clients of other dialects do not know that it must be sent back."""
    if len(messages) < 2 or messages[-2]["role"] != "assistant":
        return False
    if not any(block.get("type") == "tool_result" for block in messages[-1]["content"]):
        return False
    return messages[-2]["content"][0].get("type") not in ("thinking", "redacted_thinking")
