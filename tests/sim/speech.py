"""What providers of every dialect have in common: words, and events with a tag for the oracle."""

import json
from random import Random
from typing import Any, Literal

from attrs import frozen

from src.domain.blocks import Dialect
from src.domain.receipt import Usage

#: `call`: a tool call begins; `stop`: a block ends; `odd`: JSON in which nothing of the dialect is;
#: `noise`: what nobody can read.
Kind = Literal[
    "role",
    "call",
    "piece",
    "stop",
    "finish",
    "usage",
    "done",
    "comment",
    "odd",
    "noise",
    "error",
]
Json = dict[str, Any]

WORDS = (
    "Grüße",
    " 你好",
    " 🌍🏽",
    " a\u2028b\u0085c",
    " plain",
    ' "quoted\\',
    " [DONE]",
    " data: x",
    " event: message_stop",
)
#: How lines end, and events with them.
ENDS = (b"\n", b"\r\n", b"\r")
DIALECTS: tuple[Dialect, ...] = ("openai_chat", "anthropic_messages")


@frozen
class Asked:
    """What a provider reads of a request."""

    dialect: Dialect
    model: str
    stream: bool
    choices: int
    usage: bool


@frozen
class Frame:
    """One event of a stream, to the byte. `choice`: the choice that it ends; `usage`: what it says
    was used; `known`: what it says beforehand."""

    data: bytes
    kind: Kind
    choice: int = 0
    usage: Usage | None = None
    known: Usage | None = None

    def bare(self) -> bytes:
        """Without the blank line that ends it."""
        return self.data.rstrip(b"\r\n")


def asked(body: bytes, dialect: Dialect) -> Asked:
    """The request as its provider understands it."""
    read = json.loads(body)
    options = read.get("stream_options") or {}
    anthropic = dialect == "anthropic_messages"
    return Asked(
        dialect,
        read["model"],
        bool(read.get("stream")),
        1 if anthropic else read.get("n", 1),
        anthropic or bool(options.get("include_usage")),
    )


def say(mark: str, dice: Random) -> str:
    """Some words, with the mark of the call that they answer: no two answers say the same."""
    words = "".join(dice.choices(WORDS, k=dice.randint(1, 4)))
    return f"{words} {mark}.{dice.randrange(1000)}"


def arguments(mark: str, dice: Random) -> list[str]:
    """A tool call's input in pieces; now and then none."""
    if dice.random() < 0.15:
        return []
    said = dump({"a": say(mark, dice), "b": [1, None]}).decode()
    places = sorted(dice.sample(range(1, len(said)), dice.randint(0, 2)))
    return [said[a:b] for a, b in zip([0, *places], [*places, len(said)], strict=True)]


def dump(value: Json) -> bytes:
    """JSON as providers write it in events."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def tokens(dice: Random) -> Usage:
    """What an answer used."""
    into, out = dice.randint(1, 500), dice.randint(1, 500)
    return Usage(
        into,
        out,
        cached_tokens=into // 3,
        cache_write_tokens=into // 5,
        reasoning_tokens=out // 2,
    )
