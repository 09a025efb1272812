"""The Lua scripts: each is the parts it needs, one after the other."""

from functools import cache
from importlib.resources import files

from .carrier import Script


def _script(name: str, *parts: str) -> Script:
    return Script(name, "\n".join(_text(part) for part in parts))


@cache
def _text(part: str) -> str:
    return (files(__package__) / "lua" / f"{part}.lua").read_text("utf-8")


ADMIT = _script("admit", "gauges", "books", "sweep", "admit")
SETTLE = _script("settle", "gauges", "books", "settle")
CHECKPOINT = _script("checkpoint", "gauges", "books", "checkpoint")
MOVE = _script("move", "gauges", "books", "move")
SWEEP = _script("sweep", "gauges", "books", "sweep", "sweep_verb")
FOLD = _script("fold", "gauges", "books", "fold")
LEASE = _script("lease", "gauges", "lease")
SAVE = _script("save", "save")
PUT_RECEIPTS = _script("put receipts", "put_receipts")
