"""What a Claude model takes, by its name. Of names that are not Claude's nothing is presumed."""

import re

_CLAUDE = re.compile(r"(?i)claude-")
_THIRD = re.compile(r"(?i)claude-3(?!\d)")
#: `claude-sonnet-4-20250514` is a 4.0 with its date.
_FOURTH = re.compile(r"(?i)claude-(?:opus|sonnet|haiku)-4(?:[-.](\d{1,2})(?!\d))?(?!\d)")


def thinks_by_budget(model: str) -> bool:
    """Up to 4.5 thinking is switched on with a budget of tokens; later models adapt by themselves.
    https://platform.claude.com/docs/en/build-with-claude/adaptive-thinking"""
    return bool(_THIRD.search(model)) or _minor(model) in range(6)


def takes_sampling(model: str) -> bool:
    """From 4.7 on temperature, top_p and top_k are refused.
    https://platform.claude.com/docs/en/about-claude/models/migration-guide"""
    return not _CLAUDE.search(model) or thinks_by_budget(model) or _minor(model) == 6


def takes_both(model: str) -> bool:
    """From 4.1 on temperature and top_p together are refused."""
    return not _CLAUDE.search(model) or bool(_THIRD.search(model)) or _minor(model) == 0


def _minor(model: str) -> int | None:
    found = _FOURTH.search(model)
    return None if found is None else int(found[1] or 0)
